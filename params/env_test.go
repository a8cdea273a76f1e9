package params_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"users-brick/params"
)

func TestOperatorsDefaults(t *testing.T) {
	e, findings := params.ParseEnv([]string{"PATH=/bin", "BRICK_RATE=", "BRICK_PARAM_dry_run=1"})
	expect(t, findings, "")
	want := params.Env{
		LogLevel: params.InfoLevel, LogFormat: params.AutoLog, Progress: params.AutoProgress,
		Listen: "127.0.0.1:9464", Concurrency: 16, Timeout: 30 * time.Second, Memory: 256 << 20, KeepRuns: 100, KeepFor: 90 * 24 * time.Hour,
		ShardWait: params.Wait(time.Hour),
	}
	if e != want {
		t.Errorf("got %+v", e)
	}
}

func TestReadsTheOperatorsVariables(t *testing.T) {
	e, findings := params.ParseEnv([]string{
		"BRICK_PARAMS={\"pw\": \"s3cr3t\"}", "BRICK_PARAMS_FILE=s3://b/p.json", "BRICK_LOG_LEVEL=DEBUG", "BRICK_LOG_FORMAT=json",
		"BRICK_PROGRESS=off", "BRICK_RUN_DIR=/runs", "BRICK_REPORT_TO=s3://b/r/", "BRICK_KEEP_RUNS=7", "BRICK_KEEP_FOR=1.5d", "BRICK_TMP_DIR=/tmp/x", "BRICK_CONCURRENCY=4", "BRICK_LISTEN=:80", "BRICK_METRICS_FILE=/m/users.prom", "BRICK_RATE=2.5",
		"BRICK_TIMEOUT=90", "BRICK_MEMORY=1.5 GiB", "BRICK_GDC_ALLOW_HTTP=Yes", "BRICK_LOCK_TIMEOUT=10m", "BRICK_ALLOW_EXEC=1", "BRICK_ALLOW_LINK_LOCAL=1",
		"BRICK_SHARD=1/3", "BRICK_SHARDS=3", "BRICK_SHARD_ORGANIZATION=Skip", "BRICK_SHARD_WAIT=2h",
	})
	expect(t, findings, "")
	unset := reflect.ValueOf(e)
	for i := range unset.NumField() {
		if unset.Field(i).IsZero() {
			t.Errorf("%s is not read", unset.Type().Field(i).Name)
		}
	}
	if e.Concurrency != 4 || e.Rate != 2.5 || e.Timeout != 90*time.Second || e.KeepFor != 36*time.Hour || e.Memory != 3<<29 || e.Params.Reveal() != `{"pw": "s3cr3t"}` {
		t.Errorf("got %+v", e)
	}
	if shown := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(shown, "s3cr3t") {
		t.Error(shown)
	}
}

func TestWrongVariablesAreNamed(t *testing.T) {
	for environ, want := range map[string]string{
		"BRICK_LOG_LEVEL=verbose": `BRICK_LOG_LEVEL: "verbose" cannot be used; hint: write one of: debug, info, warn, error`,
		"BRICK_LOG_LEVEL=dbug":    `BRICK_LOG_LEVEL: "dbug" cannot be used; hint: did you mean "debug"?`,
		"BRICK_SHARDS=0":          `BRICK_SHARDS: "0" cannot be used; hint: for example 3`,
		"BRICK_PROGRESS=perhaps":  `BRICK_PROGRESS: "perhaps" cannot be used`,
		"BRICK_CONCURRENCY=0":     `BRICK_CONCURRENCY: "0" cannot be used; hint: for example 16`,
		"BRICK_RATE=-1":           `BRICK_RATE: "-1" cannot be used`,
		"BRICK_RATE=NaN":          `BRICK_RATE: "NaN" cannot be used`,
		"BRICK_TIMEOUT=0s":        `BRICK_TIMEOUT: "0s" cannot be used; hint: for example 30s`,
		"BRICK_KEEP_RUNS=0":       `BRICK_KEEP_RUNS: "0" cannot be used; hint: for example 100`,
		"BRICK_KEEP_FOR=0d":       `BRICK_KEEP_FOR: "0d" cannot be used; hint: for example 90d`,
		"BRICK_KEEP_FOR=1e9d":     `BRICK_KEEP_FOR: "1e9d" cannot be used`,
		"BRICK_KEEP_FOR=NaNd":     `BRICK_KEEP_FOR: "NaNd" cannot be used`,
		"BRICK_KEEP_FOR=d":        `BRICK_KEEP_FOR: "d" cannot be used`,
		"BRICK_MEMORY=lots":       `BRICK_MEMORY: "lots" cannot be used; hint: for example 256MiB`,
		"BRICK_LOGLEVEL=info":     `BRICK_LOGLEVEL: warning: nobody reads this variable; hint: did you mean "BRICK_LOG_LEVEL"?`,
		"BRICK_ORGANIZATION=acme": `BRICK_ORGANIZATION: warning: nobody reads this variable; hint: a param is set by BRICK_PARAM_<name>`,
		"BRICK_GDC_ALLOW_HTTP=2":  `BRICK_GDC_ALLOW_HTTP: "2" cannot be used; hint: write true or false`,
		"HIDDEN_BRICK_PARAM_x=1":  "",
	} {
		_, findings := params.ParseEnv([]string{environ})
		expect(t, findings, want)
	}
	_, findings := params.ParseEnv([]string{"BRICK_RATE=x", "BRICK_MEMORY=x"})
	if len(findings) != 2 {
		t.Errorf("not all at once: %v", findings)
	}
}

func TestEveryVariableIsExplained(t *testing.T) {
	for _, v := range params.EnvVars() {
		if !strings.HasPrefix(v.Name, "BRICK_") || !strings.HasSuffix(v.Help, ".") {
			t.Errorf("%+v", v)
		}
	}
}

func TestBytesPrintAsTheyAreRead(t *testing.T) {
	for text, want := range map[string]string{"1024": "1KiB", "64 mib": "64MiB", "1000B": "1000", "2GB": "1953125KiB", "3tib": "3TiB"} {
		var b params.Bytes
		if err := b.UnmarshalText([]byte(text)); err != nil || b.String() != want {
			t.Errorf("%s is read as %s, %v", text, b, err)
		}
	}
}
