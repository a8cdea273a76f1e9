package main

import (
	"io"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"users-brick/brick"
	"users-brick/params"
)

// listeners returns what hears the events of a run: the log and, on a
// terminal, the progress. The second value ends them.
func (p *program) listeners(env *params.Env) (brick.Emit, func()) {
	told, quit := p.tellers(env)
	if p.hears == nil {
		return told, quit
	}
	return func(e brick.Event) {
		p.hears(e)
		told(e)
	}, quit
}

func (p *program) tellers(env *params.Env) (brick.Emit, func()) {
	shows := env.Progress == params.ShowProgress || env.Progress == params.AutoProgress && p.stderrTerminal
	if !shows {
		log := logEvents(p.logger(env, p.stderr), p.now)
		return log, func() {}
	}
	bar := newProgress(p.stderr, p.now)
	log := logEvents(p.logger(env, bar), p.now)
	return func(e brick.Event) {
		bar.hear(e)
		log(e)
	}, bar.clear
}

// logger returns the log as the operator wants it. On a terminal, where the
// report and the progress tell the same, it keeps to warnings unless asked.
func (p *program) logger(env *params.Env, w io.Writer) zerolog.Logger {
	level, err := zerolog.ParseLevel(string(env.LogLevel))
	if err != nil {
		level = zerolog.InfoLevel
	}
	console := env.LogFormat == params.ConsoleLog || env.LogFormat == params.AutoLog && p.stderrTerminal
	if console {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly, NoColor: !p.stderrTerminal}
	}
	if p.stderrTerminal && !p.hasVariable("BRICK_LOG_LEVEL") {
		level = zerolog.WarnLevel
	}
	context := zerolog.New(w).Level(level).With().Timestamp()
	if p.job != "" {
		context = context.Str("job", p.job)
	}
	return context.Logger()
}

func (p *program) hasVariable(name string) bool {
	for _, v := range p.environ {
		if strings.HasPrefix(v, name+"=") {
			return true
		}
	}
	return false
}

// quietEvery is how often a log without a terminal hears of progress.
const quietEvery = 30 * time.Second

// logEvents turns events into lines of a log.
func logEvents(log zerolog.Logger, now func() time.Time) brick.Emit {
	pace := pace{now: now, every: quietEvery}
	return func(e brick.Event) {
		switch e := e.(type) {
		case brick.RunStarted:
			line := log.Info().Str("run", e.RunID).Str("mode", e.Mode).Str("platform", e.Platform).Str("target", e.Target)
			if !e.Shard.Whole() {
				line = line.Str("shard", e.Shard.Fraction())
			}
			line.Msg("run started")
		case brick.RowsRead:
			if e.Done || pace.due() {
				log.Info().Int64("rows", e.Rows).Int64("bad", e.Bad).Bool("done", e.Done).Msg("rows read")
			}
		case brick.ScopePlanned:
			logPlanned(log, &e, &pace)
		case brick.PlanMade:
			log.Info().Int64("scopes", e.Scopes).Int64("changes", e.Changes).Str("digest", e.Digest).Msg("plan made")
		case brick.GuardSpoke:
			log.Warn().Str("rule", e.Rule).Stringer("scope", e.Scope).Bool("held", e.Held).Msg(e.Text)
		case brick.Applied:
			logApplied(log, &e, &pace)
		case brick.Retrying:
			line := log.Warn().Str("op", e.Op)
			if e.Scope != (brick.Scope{}) {
				line = line.Stringer("scope", e.Scope)
			}
			line.Int("attempt", e.Attempt).Dur("wait", e.Wait).Err(e.Err).Msg("trying again")
		case brick.Noticed:
			log.Warn().Str("source", e.Finding.Source).Int("line", e.Finding.Line).Int("column", e.Finding.Column).Str("hint", e.Finding.Hint).Msg(e.Finding.Text)
		case brick.Verified:
			log.Info().Stringer("scope", e.Scope).Int64("wrong", e.Wrong).Msg("verified")
		case brick.RunEnded:
			log.Info().Str("run", e.RunID).Str("outcome", e.Outcome).Int("exit", e.ExitCode).Dur("took", e.Duration).Msg("run ended")
		}
	}
}

func logPlanned(log zerolog.Logger, e *brick.ScopePlanned, pace *pace) {
	line := log.Debug()
	switch {
	case e.Err != nil:
		line = log.Warn().Err(e.Err)
	case pace.due():
		line = log.Info()
	}
	line.Stringer("scope", e.Scope).Int64("members", e.Members).Int64("changes", e.Changes).Int("done", e.Done).Int("of", e.Total).Msg("scope planned")
}

func logApplied(log zerolog.Logger, e *brick.Applied, pace *pace) {
	line := log.Debug()
	switch {
	case e.Err != nil:
		line = log.Warn().Err(e.Err)
	case pace.due():
		line = log.Info()
	}
	line.Stringer("scope", e.Change.Scope).Str("login", string(e.Change.Login())).Stringer("action", e.Change.Action).Int64("done", e.Done).Int64("of", e.Total).Msg("change")
}
