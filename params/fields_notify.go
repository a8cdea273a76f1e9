package params

import "strings"

func notifyField() Field {
	return Field{
		Name: "notify", Type: Objects, Example: `[{"type": "webhook", "url": "https://example.com/hooks/users", "when": ["failure", "change"]}]`,
		Help: "Who is told of a run when it has ended, one object or a list of them.",
		Fields: []Field{
			{
				Name: "type", Type: Text, Required: true, Example: `"webhook"`, Choices: []string{WebhookNotice, CommandNotice, execNotice},
				Help: "A request to a web address, or a program of this machine, which the operator must permit; exec is command.",
				at:   func(p *Params) any { return &p.notice().Type },
			},
			{
				Name: "when", Type: List, Default: strings.Join(usualOccasions, ", "), Example: `["failure", "change"]`,
				Help: "After which runs: failure, refusal, change for those that changed something, or always.",
				at:   func(p *Params) any { return &p.notice().When },
			},
			{
				Name: "url", Type: Text, For: WebhookNotice, Example: `"https://example.com/hooks/users"`,
				Help: "The address that gets a JSON document by POST.",
				at:   func(p *Params) any { return &p.notice().URL },
			},
			{
				Name: "secret", Type: Text, For: WebhookNotice, Exact: true, Secret: true, Example: `"example"`,
				Help: "The key with which the document is signed.",
				at:   func(p *Params) any { return &p.notice().Secret },
			},
			{
				Name: "secret_file", Type: Text, For: WebhookNotice, Exact: true, Example: `"/run/secrets/hook"`,
				Help: "The file that holds that key instead.",
				at:   func(p *Params) any { return &p.notice().SecretFile },
			},
			{
				Name: "headers", Type: Texts, For: WebhookNotice, Secret: true, Example: `{"Authorization": "Bearer example"}`,
				Help: "Headers that are sent with the request.",
				at:   func(p *Params) any { return &p.notice().Headers },
			},
			{
				Name: "command", Type: List, For: CommandNotice, Exact: true, Example: `["/usr/local/bin/told", "--brief"]`,
				Help: "The program and its arguments; it gets the report on standard input, and no shell is between.",
				at:   func(p *Params) any { return &p.notice().Command },
			},
		},
	}
}
