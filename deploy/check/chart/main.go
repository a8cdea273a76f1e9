// Command chart renders and lints a Helm chart once for each file of values,
// as `helm template` and `helm lint` would.
//
//	chart CHART VALUES...
//
// It prints an object with, for each file of values, the text of each template,
// or why it was refused.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
)

// result is what became of one file of values.
type result struct {
	Templates map[string]string `json:"templates,omitzero"`
	Error     string            `json:"error,omitzero"`
	Lint      []string          `json:"lint,omitzero"` // warnings and errors
}

func main() {
	results := map[string]result{}
	for _, file := range os.Args[2:] {
		r, err := try(os.Args[1], file)
		if err != nil {
			r.Error = err.Error()
		}
		results[file] = r
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const namespace, kubernetes = "people", "v1.33.0"

func try(folder, file string) (r result, err error) {
	values, err := chartutil.ReadValuesFile(file)
	if err != nil {
		return r, err
	}
	version, err := chartutil.ParseKubeVersion(kubernetes)
	if err != nil {
		return r, err
	}
	for _, m := range lint.AllWithKubeVersion(folder, values, namespace, version).Messages {
		if m.Severity >= support.WarningSev {
			r.Lint = append(r.Lint, m.Error())
		}
	}
	r.Templates, err = render(folder, values, version)
	return r, err
}

func render(folder string, values chartutil.Values, version *chartutil.KubeVersion) (map[string]string, error) {
	chart, err := loader.Load(folder)
	if err != nil {
		return nil, err
	}
	release := chartutil.ReleaseOptions{Name: "acme", Namespace: namespace, Revision: 1, IsInstall: true}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	// This also checks the values against the schema of the chart.
	all, err := chartutil.ToRenderValues(chart, values, release, capabilities)
	if err != nil {
		return nil, err
	}
	return engine.Engine{Strict: true}.Render(chart, all)
}
