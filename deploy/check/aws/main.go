// Command aws gives the input of a call of the AWS command line to the AWS SDK
// and prints the request that the SDK would send: what it leaves out, or spells
// in another way, AWS does not know. Nothing is sent.
//
//	aws task|schedule|rule FILE
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
)

func main() {
	body, err := request(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[2], err)
		os.Exit(1)
	}
	os.Stdout.Write(body)
}

func request(kind, file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	recorder := &recorder{}
	config := aws.Config{
		Region: "eu-west-1", HTTPClient: recorder,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "none", SecretAccessKey: "none"}, nil
		}),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
	ctx := context.Background()
	switch kind {
	case "task":
		var in ecs.RegisterTaskDefinitionInput
		if err = decode(text, &in); err == nil {
			_, err = ecs.NewFromConfig(config).RegisterTaskDefinition(ctx, &in)
		}
	case "schedule":
		var in scheduler.CreateScheduleInput
		if err = decode(text, &in); err == nil {
			_, err = scheduler.NewFromConfig(config).CreateSchedule(ctx, &in)
		}
	case "rule":
		var in eventbridge.PutRuleInput
		if err = decode(text, &in); err == nil {
			_, err = eventbridge.NewFromConfig(config).PutRule(ctx, &in)
		}
	default:
		return nil, fmt.Errorf("%q is none of task, schedule, rule", kind)
	}
	if errors.Is(err, errRecorded) {
		return recorder.body, nil
	}
	return nil, err
}

// decode reads an input; keys that it does not know are an error.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

var errRecorded = errors.New("recorded, not sent")

// recorder stands where requests are sent, and sends none.
type recorder struct{ body []byte }

func (r *recorder) Do(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	r.body = body
	return nil, errRecorded
}
