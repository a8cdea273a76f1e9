package params

func peopleFields() []Field {
	return []Field{
		{
			Name: "authentication_modes", Type: List, Example: `["password", "sso"]`,
			Help: "How everybody may log in (password, sso); it wins over the file.",
			at:   func(p *Params) any { return &p.AuthenticationModes },
		},
		{
			Name: "sso_provider", Type: Text, Example: `"sso.example.com"`,
			Help: "The SSO provider of everybody; it wins over the file.",
			at:   func(p *Params) any { return &p.SSOProvider },
		},
		{
			Name: "default_role", Type: Text, Example: `"viewer"`,
			Help: "The role of everybody whose role cell is empty; without that column, of new members only.",
			at:   func(p *Params) any { return &p.DefaultRole },
		},
		{
			Name: "whitelists", Type: List, Example: `["etl_admin@example.com"]`,
			Help: "Logins that are left alone in every respect.",
			at:   func(p *Params) any { return &p.Whitelists },
		},
		{
			Name: "regexp_whitelists", Type: Patterns, Example: `["^.*@vendor\\.example\\.com$"]`,
			Help: "Regular expressions (RE2); logins that match one are left alone. One text is one expression.",
			at:   func(p *Params) any { return &p.RegexpWhitelists },
		},
		{
			Name: "create_non_existing_user_groups", Type: Flag, Default: "true", Example: `false`,
			Help: "Groups that the file names and the project lacks are made; false takes such rows for bad.",
			at:   func(p *Params) any { return &p.CreateNonExistingUserGroups },
		},
		{
			Name: "update_passwords", Type: Flag, Default: "false", Example: `true`,
			Help: "Passwords in the file are set for existing accounts, too.",
			at:   func(p *Params) any { return &p.UpdatePasswords },
		},
	}
}

func columnFields() []Field {
	fields := []Field{{
		Name: "multiple_projects_column", Type: Column, Default: "", Example: `"pid"`,
		Help: "The column that names the project of a row; client_id in the client modes, otherwise project_id.",
		at:   func(p *Params) any { return &p.MultipleProjectsColumn },
	}}
	for _, c := range columns() {
		fields = append(fields, c.field())
	}
	return fields
}

// column is one attribute of a person that the file may give.
type column struct {
	name string
	what string // for a person
	at   func(*Columns) *string
}

func columns() []column {
	return []column{
		{"login", "login", func(c *Columns) *string { return &c.Login }},
		{"first_name", "first name", func(c *Columns) *string { return &c.FirstName }},
		{"last_name", "last name", func(c *Columns) *string { return &c.LastName }},
		{"password", "password", func(c *Columns) *string { return &c.Password }},
		{"email", "email address", func(c *Columns) *string { return &c.Email }},
		{"role", "roles", func(c *Columns) *string { return &c.Role }},
		{"sso_provider", "SSO provider", func(c *Columns) *string { return &c.SSOProvider }},
		{"authentication_modes", "authentication modes", func(c *Columns) *string { return &c.AuthenticationModes }},
		{"user_groups", "groups", func(c *Columns) *string { return &c.UserGroups }},
		{"language", "language", func(c *Columns) *string { return &c.Language }},
		{"company", "company", func(c *Columns) *string { return &c.Company }},
		{"position", "position", func(c *Columns) *string { return &c.Position }},
		{"country", "country", func(c *Columns) *string { return &c.Country }},
		{"phone", "phone number", func(c *Columns) *string { return &c.Phone }},
		{"ip_whitelist", "permitted IP addresses", func(c *Columns) *string { return &c.IPWhitelist }},
	}
}

func (c column) field() Field {
	return Field{
		Name: c.name + "_column", Type: Column, Default: c.name, Example: `"my_` + c.name + `"`,
		Help: "The column with the " + c.what + ".",
		at:   func(p *Params) any { return c.at(&p.Columns) },
	}
}
