package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/inputs/fetch"
	"users-brick/inputs/s3"
	"users-brick/inputs/web"
	"users-brick/modes"
	"users-brick/params"
)

// settings are what a command works by: the operator's side and the params.
type settings struct {
	env      params.Env
	params   *params.Params
	mode     brick.Mode
	warnings brick.Findings
	source   string // where the params are, as an argument; "" when no argument names it
	kept     bool   // the params are those that lie beside a plan
	input    inputType
	platform platformType
	looking  bool        // it is no run: nothing of it is kept
	shard    brick.Shard // the part of a run that is done; the zero Shard is all of it
}

// load reads the operator's variables and the params. Everything that is
// wrong is listed in one error of kind BadInput.
func (p *program) load(ctx context.Context, args []string) (*settings, error) {
	env, findings := params.ParseEnv(p.environ)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	source, err := p.paramsSource(ctx, &env, args)
	if err != nil {
		return nil, err
	}
	loaded, more := params.Load(source, modes.All(), p.environ, readSmall)
	if source.Name == standardInput && loaded.Input.Type == params.FileInput && loaded.Input.Path == "-" {
		more = append(more, brick.Finding{
			Source: source.Name, Text: "standard input cannot hold both the params and the file",
			Hint: "put one of them into a file",
		})
	}
	s, err := settle(env, loaded, append(findings, more...))
	if err == nil {
		s.source = argumentFor(source.Name)
	}
	return s, err
}

// settle finds what the params name.
func settle(env params.Env, loaded *params.Params, findings brick.Findings) (*settings, error) {
	if err := findings.Err(); err != nil {
		return nil, err
	}
	if err := checkDestination(env.ReportTo); err != nil {
		return nil, err
	}
	s := &settings{env: env, params: loaded, warnings: findings}
	s.mode, _ = modes.Find(loaded.SyncMode)
	var err error
	if s.input, err = findInput(&loaded.Input); err != nil {
		return nil, err
	}
	s.platform, err = findPlatform(&loaded.Platform)
	return s, err
}

// paramsSource finds the params: the argument, BRICK_PARAMS_FILE,
// BRICK_PARAMS, or standard input when it is no terminal.
func (p *program) paramsSource(ctx context.Context, env *params.Env, args []string) (params.Source, error) {
	switch {
	case len(args) > 0:
		return p.readParams(ctx, args[0], env)
	case env.ParamsFile != "":
		return p.readParams(ctx, env.ParamsFile, env)
	case env.Params.Given():
		return params.Source{Name: "BRICK_PARAMS", Text: []byte(env.Params.Reveal())}, nil
	case !p.stdinTerminal:
		return p.readParams(ctx, "-", env)
	}
	return params.Source{}, &brick.Error{
		Kind: brick.BadInput, Err: errors.New("no params are given"),
		Hint: "name a file of params, or - for standard input, or set BRICK_PARAMS_FILE or BRICK_PARAMS",
	}
}

// standardInput is what findings call params that were piped in.
const standardInput = "standard input"

// maxParams is how large a document of params may be, in bytes, and a file with
// a secret.
const maxParams = 4 << 20

// briefly is how params are tried again: somebody may be waiting.
var briefly = fetch.Retry{First: 200 * time.Millisecond, Most: time.Second, Deadline: 5 * time.Second}

func (p *program) readParams(ctx context.Context, name string, env *params.Env) (params.Source, error) {
	var text []byte
	var err error
	shown := name
	switch scheme, _, isURL := strings.Cut(name, "://"); {
	case name == "-":
		shown = standardInput
		text, err = readSome(p.stdin)
	case isURL && (scheme == "http" || scheme == "https"):
		shown, text, err = readWeb(ctx, name, env)
	case isURL && scheme == "s3":
		text, err = readBucket(ctx, name, env)
	case isURL:
		err = fmt.Errorf("params cannot be read from %s:// addresses", scheme)
	default:
		text, err = readSmall(name)
	}
	if err != nil {
		return params.Source{}, &brick.Error{Kind: brick.BadInput, Op: "read params", Err: err}
	}
	return params.Source{Name: shown, Text: text}, nil
}

// readSmall reads a file of params, or of a secret: whoever wrote the params may
// name one that has no end.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readSome(f)
}

func readSome(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxParams+1))
	if err == nil && len(text) > maxParams {
		err = fmt.Errorf("larger than %d bytes", maxParams)
	}
	return text, err
}

// readWeb reads params from a web address, and returns what may be shown of
// it: its query and its user may be secret.
func readWeb(ctx context.Context, address string, env *params.Env) (shown string, text []byte, err error) {
	source := web.Source{URL: address, Timeout: env.Timeout, Patience: env.Timeout, MaxBytes: maxParams, Retry: briefly, LinkLocal: env.LinkLocal}
	stream, err := source.Open(ctx)
	if err != nil {
		return "", nil, err
	}
	defer stream.Close()
	text, err = io.ReadAll(stream)
	return stream.Name, text, err
}

// readBucket reads params from s3://BUCKET/KEY, with the keys of the
// environment, the profile or the machine.
func readBucket(ctx context.Context, address string, env *params.Env) ([]byte, error) {
	bucket, key, err := s3.ParseAddress(address)
	if err != nil {
		return nil, err
	}
	return s3.ReadObject(ctx, s3.Source{Bucket: bucket, Key: key, Patience: env.Timeout, MaxBytes: maxParams, Retry: briefly, LinkLocal: env.LinkLocal})
}
