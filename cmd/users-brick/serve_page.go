package main

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"time"
)

// runsPage is the page of runs.
type runsPage struct {
	Runs []listedRun
	More int // that are not shown
}

// runsStyle is the only style of the page of runs, and the only one that
// browsers may apply to it.
const runsStyle = `body{font:15px/1.5 system-ui,sans-serif;margin:2em;color:#222;background:#fff}
div{overflow-x:auto}table{border-collapse:collapse}th,td{text-align:left;padding:.3em .9em .3em 0;border-bottom:1px solid #ddd;white-space:nowrap}
td.n,th.n{text-align:right}.good{color:#176617}.bad{color:#a01c1c}.mid{color:#8a5a00}
@media (prefers-color-scheme:dark){body{color:#ddd;background:#181818}a{color:#8ab4f8}th,td{border-color:#444}.good{color:#7fd47f}.bad{color:#ff8c8c}.mid{color:#e8b85c}}`

const runsHTML = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>users-brick: runs</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>` + runsStyle + `</style></head>
<body><h1>Runs</h1>
{{if .Runs}}<div tabindex="0" role="region" aria-label="Runs"><table>
<tr><th scope="col">run</th><th scope="col">began (UTC)</th><th scope="col" class="n">took</th><th scope="col">outcome</th><th scope="col">target</th><th scope="col">mode</th><th scope="col" class="n">changed</th><th scope="col" class="n">held</th><th scope="col" class="n">failed</th></tr>
{{range .Runs}}<tr><td><a href="/runs/{{.ID}}">{{.ID}}</a></td><td>{{utc .Started}}</td>
{{with .Report}}<td class="n">{{took .DurationMS}}</td><td class="{{class .ExitCode}}">{{.Outcome}} ({{.ExitCode}})</td><td>{{.Platform}} {{.Target}}</td><td>{{.Mode}}{{if not .Shard.Whole}}, {{.Shard}}{{end}}</td>
<td class="n">{{.Totals.Changes}}</td><td class="n">{{.Totals.Held}}</td><td class="n">{{.Totals.Failed}}</td>
{{else}}<td></td><td class="mid">{{if .GoingOn}}under way{{else}}no report{{end}}</td><td></td><td></td><td></td><td></td><td></td>{{end}}</tr>
{{end}}</table></div>
{{if .More}}<p>and {{.More}} more in the directory of runs</p>{{end}}
{{else}}<p>No run is kept: there was none yet, or BRICK_RUN_DIR is none.</p>{{end}}
</body></html>
`

func (p *runsPage) write(w http.ResponseWriter) {
	digest := sha256.Sum256([]byte(runsStyle))
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(digest[:])+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	page := template.Must(template.New("runs").Funcs(template.FuncMap{
		"utc":  func(t time.Time) string { return t.UTC().Format(time.DateTime) },
		"took": func(ms int64) string { return (time.Duration(ms) * time.Millisecond).String() },
		"class": func(exit int) string {
			switch exit {
			case 0:
				return "good"
			case 4, 10:
				return "mid"
			}
			return "bad"
		},
	}).Parse(runsHTML))
	_ = page.Execute(w, p) // whoever asked may have gone
}
