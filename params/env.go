package params

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"users-brick/brick"
)

// Env says how this container works. It belongs to whoever operates it, while
// [Params] belong to whoever wants users somewhere.
type Env struct {
	Params     brick.Secret `env:"BRICK_PARAMS" doc:"The params themselves, as JSON."`
	ParamsFile string       `env:"BRICK_PARAMS_FILE" doc:"Where the params are: a path, - for standard input, or an http, https or s3 address."`

	LogLevel  LogLevel  `env:"BRICK_LOG_LEVEL" envDefault:"info" doc:"The least important lines that are logged: debug, info, warn or error."`
	LogFormat LogFormat `env:"BRICK_LOG_FORMAT" envDefault:"auto" doc:"How lines are logged: json, console, or auto for console on a terminal."`
	Progress  Progress  `env:"BRICK_PROGRESS" envDefault:"auto" doc:"Whether progress is shown: on, off, or auto for on a terminal only."`

	RunDir   string        `env:"BRICK_RUN_DIR" doc:"The directory in which each run leaves its params, plan and report, and in which is remembered what later runs need; none for no such directory. When not set: users-brick in $XDG_STATE_HOME, else in $HOME/.local/state."`
	KeepRuns Count         `env:"BRICK_KEEP_RUNS" envDefault:"100" doc:"How many runs stay in that directory."`
	KeepFor  time.Duration `env:"BRICK_KEEP_FOR" envDefault:"90d" doc:"How long they stay there."`
	TempDir  string        `env:"BRICK_TMP_DIR" doc:"The directory for what does not fit into memory; the system's own when not set."`

	ReportTo string `env:"BRICK_REPORT_TO" doc:"Where else the report of a run is stored as JSON: a path or s3://bucket/key, with the keys of the environment, the profile or the machine. {run_id} in it stands for the run, {shard} for the shard such as 1-of-3; to what ends with / RUNID.json is added."`

	Listen      string `env:"BRICK_LISTEN" envDefault:"127.0.0.1:9464" doc:"Where the command schedule answers questions about its health, its metrics and its runs: host:port, or off."`
	MetricsFile string `env:"BRICK_METRICS_FILE" doc:"A file to which the command run adds its metrics at its end, for the textfile collector of node_exporter; in a folder each job has a file of its own."`

	LockTimeout Wait `env:"BRICK_LOCK_TIMEOUT" envDefault:"0" doc:"How long to wait for another run on the same target; 0 gives up at once."`

	Shard             string            `env:"BRICK_SHARD" doc:"Which part of a run or plan this process does: i/n, with i from 0; i alone when BRICK_SHARDS says n; or auto for what Kubernetes (JOB_COMPLETION_INDEX), AWS Batch (AWS_BATCH_JOB_ARRAY_INDEX) or Cloud Run (CLOUD_RUN_TASK_INDEX) say."`
	Shards            Count             `env:"BRICK_SHARDS" doc:"How many processes share the run. When it is set and BRICK_SHARD is not, that is auto."`
	ShardOrganization ShardOrganization `env:"BRICK_SHARD_ORGANIZATION" doc:"What the other shards do while shard 0 does the organization: wait for its report in BRICK_RUN_DIR, which they share, or skip waiting. When not set: wait if BRICK_RUN_DIR is set, else an error where it matters."`
	ShardWait         Wait              `env:"BRICK_SHARD_WAIT" envDefault:"1h" doc:"How long they wait for it."`

	Concurrency Count         `env:"BRICK_CONCURRENCY" envDefault:"16" doc:"How many requests may be under way at once."`
	Rate        Rate          `env:"BRICK_RATE" envDefault:"0" doc:"How many requests may be sent per second; 0 for no limit."`
	Timeout     time.Duration `env:"BRICK_TIMEOUT" envDefault:"30s" doc:"How long one request may take."`
	Memory      Bytes         `env:"BRICK_MEMORY" envDefault:"256MiB" doc:"How much memory the program stays below, whatever the size of the file; what does not fit is sorted on disk."`

	AllowExec    bool `env:"BRICK_ALLOW_EXEC" envDefault:"false" doc:"Whether params may name programs of this machine that are started after a run, as the type command of notify does."`
	LinkLocal    bool `env:"BRICK_ALLOW_LINK_LOCAL" envDefault:"false" doc:"Whether params may lead to link-local addresses and others where clouds tell a machine its credentials."`
	GoodDataHTTP bool `env:"BRICK_GDC_ALLOW_HTTP" envDefault:"false" doc:"Whether a GoodData host other than this machine may be reached by plain http, which shows the password to everybody on the way."`
}

// EnvVar describes one variable of [Env].
type EnvVar struct {
	Name    string
	Default string // empty for none
	Help    string // one sentence
}

// EnvVars returns the variables in the order in which they are explained.
func EnvVars() []EnvVar {
	var vars []EnvVar
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Env]()) {
		vars = append(vars, EnvVar{f.Tag.Get("env"), f.Tag.Get("envDefault"), f.Tag.Get("doc")})
	}
	return vars
}

// ParseEnv reads the operator's variables from an environment in the form of
// os.Environ. An empty variable counts as not set. A wrong value is a finding
// named after its variable; a BRICK_ variable that nobody reads is a warning.
func ParseEnv(environ []string) (Env, brick.Findings) {
	n := &notes{}
	values := map[string]string{}
	for _, v := range variables(environ) {
		values[v.name] = v.value
		unreadVariable(v.name, n)
	}
	var e Env
	err := env.ParseWithOptions(&e, env.Options{Environment: values, FuncMap: map[reflect.Type]env.ParserFunc{
		reflect.TypeFor[brick.Secret]():  func(text string) (any, error) { return brick.NewSecret(text), nil },
		reflect.TypeFor[bool]():          func(text string) (any, error) { return toFlag(&node{form: isText, text: text}) },
		reflect.TypeFor[time.Duration](): func(text string) (any, error) { return toDuration(&node{form: isText, text: text}) },
	}})
	var all env.AggregateError
	if errors.As(err, &all) {
		for _, one := range all.Errors {
			wrongVariable(one, values, n)
		}
	}
	n.found.Sort()
	return e, n.found
}

// wrongVariable notes a value that the library could not read.
func wrongVariable(err error, values map[string]string, n *notes) {
	wrong, ok := errors.AsType[env.ParseError](err)
	if !ok {
		n.fail(place{source: "environment"}, "", "%v", err)
		return
	}
	field, _ := reflect.TypeFor[Env]().FieldByName(wrong.Name)
	name := field.Tag.Get("env")
	hint := "for example " + cmp.Or(field.Tag.Get("envDefault"), "3")
	if words, closed := reflect.Zero(field.Type).Interface().(interface{ words() []string }); closed {
		hint = didYouMean(values[name], words.words(), oneOf(words.words()))
	} else if field.Type.Kind() == reflect.Bool {
		hint = "write true or false"
	}
	n.fail(place{source: name}, hint, "%s cannot be used", quoted(values[name]))
}

// unreadVariable warns of a variable that looks as if it were ours.
func unreadVariable(name string, n *notes) {
	if !strings.HasPrefix(name, "BRICK_") || strings.HasPrefix(name, paramPrefix) {
		return
	}
	var known []string
	for _, v := range EnvVars() {
		known = append(known, v.Name)
	}
	if !slices.Contains(known, name) {
		hint := "a param is set by " + paramPrefix + "<name>"
		if find(Fields(), strings.TrimPrefix(name, "BRICK_")) == nil {
			hint = didYouMean(name, known, hint)
		}
		n.warn(place{source: name}, hint, "nobody reads this variable")
	}
}
