// Command kubernetes checks manifests as the API server would: that each object
// is of a kind and has only fields that Kubernetes knows, and that its pods
// meet the Pod Security Standard "restricted". It says what is wrong and exits
// 1 then.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	strict "sigs.k8s.io/yaml"
)

func main() {
	wrong := false
	for _, file := range os.Args[1:] {
		for _, err := range check(file) {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			wrong = true
		}
	}
	if wrong {
		os.Exit(1)
	}
}

// check returns all that is wrong with the documents of a file, one without
// any object included.
func check(file string) (wrong []error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return []error{err}
	}
	documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	objects := 0
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return append(wrong, err)
		}
		var about meta.TypeMeta
		if err := strict.Unmarshal(document, &about); err != nil {
			wrong = append(wrong, err)
			continue
		}
		if about.Kind == "" { // comments only
			continue
		}
		objects++
		wrong = append(wrong, object(about, document)...)
	}
	if objects == 0 {
		wrong = append(wrong, errors.New("there is no object"))
	}
	return wrong
}

func object(about meta.TypeMeta, document []byte) (wrong []error) {
	into, pod := blank(about)
	if into == nil {
		return []error{fmt.Errorf("%s %s is not expected here", about.APIVersion, about.Kind)}
	}
	if err := strict.UnmarshalStrict(document, into, strict.DisallowUnknownFields); err != nil {
		return []error{fmt.Errorf("%s: %w", about.Kind, err)}
	}
	if into.GetName() == "" {
		wrong = append(wrong, fmt.Errorf("%s: has no name", about.Kind))
	}
	if pod != nil {
		wrong = append(wrong, restricted(about.Kind, pod)...)
	}
	return wrong
}

// blank returns an empty object of a kind, and its pod when it has one; nil
// for kinds that are not deployed here.
func blank(about meta.TypeMeta) (meta.Object, *core.PodTemplateSpec) {
	switch about.APIVersion + " " + about.Kind {
	case "v1 ConfigMap":
		return &core.ConfigMap{}, nil
	case "v1 PersistentVolumeClaim":
		return &core.PersistentVolumeClaim{}, nil
	case "batch/v1 CronJob":
		o := &batch.CronJob{}
		return o, &o.Spec.JobTemplate.Spec.Template
	case "batch/v1 Job":
		o := &batch.Job{}
		return o, &o.Spec.Template
	case "apps/v1 Deployment":
		o := &apps.Deployment{}
		return o, &o.Spec.Template
	}
	return nil, nil
}

// restricted returns which rules of the standard a pod breaks.
func restricted(kind string, pod *core.PodTemplateSpec) (wrong []error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return []error{err}
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	results := evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec)
	if len(results) == 0 {
		return []error{fmt.Errorf("%s: no rule was looked at", kind)}
	}
	for _, result := range results {
		if !result.Allowed {
			wrong = append(wrong, fmt.Errorf("%s: %s: %s", kind, result.ForbiddenReason, result.ForbiddenDetail))
		}
	}
	return wrong
}
