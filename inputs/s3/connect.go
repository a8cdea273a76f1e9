package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"users-brick/brick"
	"users-brick/brick/reach"
	"users-brick/inputs/fetch"
)

// object is a Source whose store can be asked.
type object struct {
	Source
	op      string
	config  aws.Config
	client  atomic.Pointer[s3.Client]
	stated  bool // the user named the region
	secrets fetch.Secrets
	release func()

	unversioned atomic.Bool // the key may read the object, but not name its version
}

// credentialsTimeout is how long the chain may look for keys. On a machine
// that is none of Amazon's its last link, the metadata of the machine, does
// not answer at all.
const credentialsTimeout = 10 * time.Second

// connect makes ready to ask the store; the verb says what for.
func (s Source) connect(ctx context.Context, verb string) (*object, error) {
	o := &object{Source: s, op: verb + " " + s.name(), stated: s.Region != ""}
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := o.configure(ctx); err != nil {
		return nil, err
	}
	base := o.Transport
	o.release = func() {}
	if base == nil {
		own := o.transport()
		base, o.release = own, own.CloseIdleConnections
	}
	o.config.HTTPClient = &http.Client{
		Transport:     base,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	o.use(o.config.Region)
	return o, nil
}

// check refuses what cannot work.
func (o *object) check() error {
	o.Region = strings.TrimSpace(o.Region)
	switch id, secret := o.AccessKeyID.Given(), o.SecretAccessKey.Given(); {
	case o.Bucket == "":
		return refuse(o.op, errors.New("no bucket is given"), "name it in `bucket`")
	case o.Key == "":
		return refuse(o.op, errors.New("no key is given"), "name the object in `key`")
	case id && !secret:
		return refuse(o.op, errors.New("the access key has no secret"), "add `secret_access_key` (s3_client: `secretKey`)")
	case secret && !id, o.SessionToken.Given() && !id:
		return refuse(o.op, errors.New("the secret has no access key"), "add `access_key_id` (s3_client: `accessKey`)")
	case o.Region != "" && !isRegion(o.Region):
		return refuse(o.op, errors.New("the region is none"), "write for example eu-central-1")
	}
	return o.checkEndpoint()
}

func (o *object) checkEndpoint() error {
	o.Endpoint = strings.TrimSpace(o.Endpoint)
	if o.Endpoint == "" {
		return nil
	}
	if !strings.Contains(o.Endpoint, "://") {
		o.Endpoint = "https://" + o.Endpoint
	}
	address, err := url.Parse(o.Endpoint)
	if err != nil || address.Scheme != "https" && address.Scheme != "http" || address.Hostname() == "" {
		return refuse(o.op, errors.New("the endpoint is no web address"), "write for example https://s3.example.com")
	}
	if address.User != nil || address.RawQuery != "" || address.Fragment != "" {
		return refuse(o.op, errors.New("the endpoint has more than host, port and path"), "give the access key in `access_key_id` and `secret_access_key`")
	}
	return nil
}

// configure finds keys and region.
func (o *object) configure(ctx context.Context) error {
	var options []func(*config.LoadOptions) error
	if o.AccessKeyID.Given() {
		options = append(options, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(
			o.AccessKeyID.Reveal(), o.SecretAccessKey.Reveal(), o.SessionToken.Reveal())))
	}
	if o.stated {
		options = append(options, config.WithRegion(o.Region))
	}
	ctx, cancel := context.WithTimeout(ctx, credentialsTimeout)
	defer cancel()
	var err error
	if o.config, err = config.LoadDefaultConfig(ctx, options...); err != nil {
		return refuse(o.op, fmt.Errorf("the configuration of the AWS SDK cannot be used: %w", err), "see AWS_PROFILE and the files in ~/.aws")
	}
	return o.findKeys(ctx)
}

// findKeys looks for keys now, so that their absence is told from anything
// that the store may say.
func (o *object) findKeys(ctx context.Context) error {
	keys, err := o.config.Credentials.Retrieve(ctx)
	if err != nil && context.Cause(ctx) != nil && !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return &brick.Error{Kind: brick.Interrupted, Op: o.op, Err: fmt.Errorf("stopped: %w", context.Cause(ctx))}
	}
	if err != nil {
		return refuse(o.op, fmt.Errorf("no access key was found: %s", o.secrets.Clean(err.Error())), "give one in `aws_client` or `s3_client`, or in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role")
	}
	o.secrets.Hide(keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken)
	return nil
}

// use makes the client for a region; an empty one is guessed.
func (o *object) use(region string) {
	o.client.Store(s3.NewFromConfig(o.config, func(c *s3.Options) {
		if o.Endpoint != "" {
			c.BaseEndpoint = &o.Endpoint
		}
		foreign := c.BaseEndpoint != nil && !strings.Contains(*c.BaseEndpoint, ".amazonaws.com")
		c.UsePathStyle = o.PathStyle || foreign
		switch {
		case region != "":
			c.Region = region
		case foreign:
			c.Region = "us-east-1"
		default:
			c.Region = "us-west-2"
		}
		c.Retryer = aws.NopRetryer{} // fetch does that, and tells of it
		// Whole objects are checked by fetch, and other stores know other checksums.
		c.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		c.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	}))
}

// transport is that of the SDK, which knows AWS_CA_BUNDLE. The chain of keys
// has one of its own, and goes on asking the machine for its role.
func (o *object) transport() *http.Transport {
	sdk, ok := o.config.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		sdk = awshttp.NewBuildableClient()
	}
	t := sdk.GetTransport()
	t.OnProxyConnectResponse = fetch.ProxyAnswered
	reach.Connect(t, sdk.GetDialer(), o.LinkLocal)
	return t
}

func refuse(op string, err error, hint string) error {
	return &brick.Error{Kind: brick.BadInput, Op: op, Err: err, Hint: hint}
}
