package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/directory"
	"users-brick/brick/platform/gooddata"
	"users-brick/inputs"
	"users-brick/inputs/fetch"
	"users-brick/inputs/file"
	"users-brick/inputs/s3"
	"users-brick/inputs/web"
	"users-brick/params"
)

// The three lists: what this program can read from, what it can do (package
// modes), and where users may live. Adding one is a line here.

// inputType is a place that files come from.
type inputType struct {
	name params.InputType
	doc  string
	open func(*params.Input, outside) inputs.Source
}

// outside is what an input needs of where the program runs.
type outside struct {
	env   *params.Env
	stdin io.Reader
	emit  brick.Emit // hears of retries
}

func inputTypes() []inputType {
	return []inputType{
		{params.FileInput, "A path on this machine, a pattern such as daily/*.csv for several files, or - for standard input.", openFile},
		{params.WebInput, "An http or https address.", openWeb},
		{params.S3Input, "An object in a bucket of Amazon S3, or of a store that speaks its protocol.", openS3},
	}
}

func openFile(in *params.Input, o outside) inputs.Source {
	return file.Source{Path: in.Path, Stdin: o.stdin}
}

func openWeb(in *params.Input, o outside) inputs.Source {
	return web.Source{
		URL: in.URL, Headers: in.Headers, Username: in.Username, Password: in.Password, BearerToken: in.BearerToken,
		Timeout: in.Timeout, Patience: o.env.Timeout, MaxBytes: in.MaxBytes, Retry: fetch.DefaultRetry, Emit: o.emit,
		LinkLocal: o.env.LinkLocal,
	}
}

func openS3(in *params.Input, o outside) inputs.Source {
	return s3.Source{
		Bucket: in.Bucket, Key: in.Key, Region: in.S3.Region, Endpoint: in.S3.Endpoint, PathStyle: in.S3.PathStyle,
		AccessKeyID: in.S3.AccessKeyID, SecretAccessKey: in.S3.SecretAccessKey, SessionToken: in.S3.SessionToken,
		Patience: o.env.Timeout, MaxBytes: in.MaxBytes, Retry: fetch.DefaultRetry, Emit: o.emit,
		LinkLocal: o.env.LinkLocal,
	}
}

// platformType is a place where users live.
type platformType struct {
	name   string
	doc    string
	target func(*params.Params) string // what on the platform, for people
	key    func(*params.Params) string // where the platform is, always in the same spelling, for the lock
	open   func(context.Context, *params.Platform, access) (platform.Driver, error)

	// remote says that it is reached over the net: one opening serves looking
	// and acting, so that the brick logs in once.
	remote bool
}

// access says how a platform is opened.
type access struct {
	env      *params.Env
	readOnly bool
	runID    string
	program  string // as "users-brick 1.2"
	now      func() time.Time
	emit     brick.Emit
	wait     time.Duration   // for other programs at the same file; 0 for what is usual
	turn     *directory.Turn // of a run that may write, where runs take turns; nil for who only looks
	web      *platform.Web   // what requests go through where it is remote; the caller closes it
}

func platformTypes() []platformType {
	return []platformType{
		{name: params.DirectoryPlatform, doc: "The embedded directory: one SQLite file, which needs nothing else.", target: directoryTarget, key: directoryKey, open: openDirectory},
		{name: params.GoodDataPlatform, doc: "The GoodData platform with the /gdc resources, under an account of the brick.", target: goodDataTarget, key: goodDataKey, open: openGoodData, remote: true},
	}
}

func directoryTarget(p *params.Params) string { return p.Platform.Path }

func openDirectory(ctx context.Context, to *params.Platform, a access) (platform.Driver, error) {
	return directory.Open(ctx, directory.Options{
		Path: to.Path, Seed: to.Seed, ReadOnly: a.readOnly, RunID: a.runID, Now: a.now, Turn: a.turn, Wait: a.wait,
	})
}

func goodDataTarget(p *params.Params) string {
	if p.Organization == "" {
		return p.Platform.Host()
	}
	return p.Platform.Host() + ", organization " + p.Organization
}

func openGoodData(ctx context.Context, to *params.Platform, a access) (platform.Driver, error) {
	g := &to.GoodData
	return gooddata.Open(ctx, gooddata.Options{
		URL: g.URL, AllowHTTP: a.env.GoodDataHTTP, Username: g.Username, Password: g.Password, SST: g.SST,
		Web: a.web, RunID: a.runID, Agent: a.program, Emit: a.emit,
	})
}

// findInput returns the input that the params name.
func findInput(in *params.Input) (inputType, error) {
	var known []string
	for _, t := range inputTypes() {
		if t.name == in.Type {
			return t, nil
		}
		known = append(known, string(t.name))
	}
	return inputType{}, missing("input_source", string(in.Type), known)
}

// findPlatform returns the platform that the params name.
func findPlatform(to *params.Platform) (platformType, error) {
	var known []string
	for _, t := range platformTypes() {
		if t.name == to.Type {
			return t, nil
		}
		known = append(known, t.name)
	}
	return platformType{}, missing("platform", to.Type, known)
}

func missing(param, name string, known []string) error {
	return &brick.Error{
		Kind: brick.BadInput, Err: fmt.Errorf("%s: this version cannot work with type %q", param, name),
		Hint: fmt.Sprintf("it knows %v", known),
	}
}
