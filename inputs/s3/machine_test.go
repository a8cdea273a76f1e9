package s3_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
)

// Outside of Amazon's machines nobody answers for the role of the machine.
func TestMachineWithoutARoleDoesNotKeepUsForLong(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as the SDK waits for the role of a machine")
	}
	mute := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	s := source(t, "http://127.0.0.1:1")
	s.AccessKeyID, s.SecretAccessKey = brick.Secret{}, brick.Secret{}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", mute.URL)
	_, err := s.Open(t.Context())
	wants(t, err, brick.BadInput, "no access key was found", "or give the machine a role")
}

func TestStopWhileKeysAreLookedForIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	mute := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel(errors.New("signal"))
		<-r.Context().Done()
	}))
	s := source(t, "http://127.0.0.1:1")
	s.AccessKeyID, s.SecretAccessKey = brick.Secret{}, brick.Secret{}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", mute.URL)
	_, err := s.Open(ctx)
	wants(t, err, brick.Interrupted, "stopped: signal")
}

// tripper is a store without a net, whose clock is that of its bubble.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// stalled is a body that stops for good after its text.
type stalled struct {
	io.Reader
	ctx context.Context
}

func (s stalled) Read(p []byte) (int, error) {
	if n, err := s.Reader.Read(p); err == nil {
		return n, nil
	}
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func TestStoreThatFallsSilentIsAskedAgain(t *testing.T) {
	base := source(t, "https://s3.example.com")
	synctest.Test(t, func(t *testing.T) {
		content := rows(50_000)
		b, n := &bucket{content: content, etag: `"1"`}, 0
		s := base
		s.Patience, s.Retry, s.Parallel = 30*time.Second, quick, 1
		s.Transport = tripper(func(r *http.Request) (*http.Response, error) {
			n++
			if n == 1 {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			resp := handled(b, r)
			if n == 2 {
				resp.Body = io.NopCloser(stalled{strings.NewReader(content[:20_000]), r.Context()})
			}
			return resp, nil
		})
		began := time.Now()
		reads(t, s, content)
		if took := time.Since(began); n != 3 || took/time.Second != 60 {
			t.Errorf("%d requests in %v", n, took)
		}
		n = 0
		s.Retry.First = 0
		_, err := s.Open(t.Context())
		wants(t, err, brick.Unavailable, "the server was silent for 30s")
	})
}
