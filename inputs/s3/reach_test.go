package s3_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/inputs/s3"
)

// childEndpoint names the store that a child of the test reads from, with the
// keys of its chain. The environment of a process is looked at for proxies once
// only.
const childEndpoint = "S3_TEST_ENDPOINT"

func TestMain(m *testing.M) {
	endpoint := os.Getenv(childEndpoint)
	if endpoint == "" {
		os.Exit(m.Run())
	}
	stream, err := s3.Source{Bucket: "users", Key: "daily/users.csv", Endpoint: endpoint}.Open(context.Background())
	if err != nil {
		fmt.Print("error: ", err)
		return
	}
	defer stream.Close()
	if _, err := io.Copy(os.Stdout, stream); err != nil {
		fmt.Print("error: ", err)
	}
}

func TestAStoreInTheMachinesOwnSurroundingsIsRefused(t *testing.T) {
	for _, endpoint := range []string{"http://169.254.169.254", "https://[fd00:ec2::254]"} {
		s := source(t, endpoint)
		s.Retry = quick
		_, err := s.Open(t.Context())
		wants(t, err, brick.BadInput, "the host leads to the machine's own surroundings", "BRICK_ALLOW_LINK_LOCAL")
	}
}

// The role of the container is asked for at a link-local address, which here a
// proxy stands in for, as it does for the store. A store at such an address is
// refused although the proxy would ask there.
func TestTheChainOfKeysMayAskTheSurroundingsAndNobodyElse(t *testing.T) {
	store := &bucket{content: csv, etag: `"1"`}
	proxy := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Host {
		case "169.254.170.2":
			fmt.Fprintf(w, `{"AccessKeyId": "AKIDROLE", "SecretAccessKey": "s", "Token": "t", "Expiration": %q}`, time.Now().Add(time.Hour).Format(time.RFC3339))
		case "store.example.com", "169.254.169.254":
			store.ServeHTTP(w, r)
		default:
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	for endpoint, want := range map[string]string{
		"http://store.example.com": csv,
		"http://169.254.169.254":   "error: read s3://users/daily/users.csv: the host leads to the machine's own surroundings",
	} {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = []string{
			childEndpoint + "=" + endpoint, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/role", "AWS_EC2_METADATA_DISABLED=true",
			"HTTP_PROXY=" + proxy.URL, "HOME=" + t.TempDir(),
		}
		said, err := child.CombinedOutput()
		if err != nil || !strings.HasPrefix(string(said), want) {
			t.Errorf("%s: %v: %s", endpoint, err, said)
		}
	}
}
