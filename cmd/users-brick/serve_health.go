package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/params"
)

func (p *program) healthCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "health [URL]",
		Short: "Ask a schedule whether it lives",
		Long: "Asks /healthz of the schedule that BRICK_LISTEN says, or URL, and exits 0 when it answers that all\n" +
			"is well and 1 when not. It is for containers, which have no other program that could ask.",
		Example: "  users-brick health\n  users-brick health http://127.0.0.1:9464/readyz",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			address, err := p.healthURL(args)
			if err != nil {
				return err
			}
			return p.askHealth(cmd.Context(), address)
		},
	}
}

// healthURL returns what is to be asked.
func (p *program) healthURL(args []string) (string, error) {
	if len(args) > 0 {
		address, err := url.Parse(args[0])
		if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
			return "", &brick.Error{Kind: brick.BadInput, Err: fmt.Errorf("%q is no web address", args[0]), Hint: "write http://127.0.0.1:9464/healthz"}
		}
		if address.Path == "" {
			address.Path = "/healthz"
		}
		return address.String(), nil
	}
	env, findings := params.ParseEnv(p.environ)
	if err := findings.Err(); err != nil {
		return "", err
	}
	host, port, err := net.SplitHostPort(env.Listen)
	if err != nil {
		return "", &brick.Error{Kind: brick.BadInput, Err: fmt.Errorf("nobody listens at %q", env.Listen), Hint: "name the address that is to be asked"}
	}
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/healthz", nil
}

// healthTimeout is how long an answer may take.
const healthTimeout = 5 * time.Second

// askHealth fails unless the answer is 200. It asks directly, whatever proxies
// there are.
func (p *program) askHealth(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return &brick.Error{Kind: brick.BadInput, Err: err}
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		return brick.Errorf(brick.Failed, "not healthy: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, strings.TrimSpace(string(text)))
	}
	if err != nil {
		return brick.Errorf(brick.Failed, "not healthy: %w", err)
	}
	_, err = p.stdout.Write(text)
	return err
}
