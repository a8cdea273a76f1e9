package params

import "users-brick/brick"

func platformField() Field {
	return Field{
		Name: "platform", Type: Object, Bare: "type", Default: DirectoryPlatform,
		Example: `{"type": "gooddata", "url": "https://acme.gooddata.com"}`,
		Help:    "Where the users live; without it gooddata when a GoodData host is given, otherwise the embedded directory.",
		Fields:  append(directoryKeys(), goodDataKeys()...),
	}
}

func directoryKeys() []Field {
	return []Field{
		{
			Name: "type", Type: Text, Required: true, Example: `"directory"`,
			Help: "The name of the platform; each type has keys of its own.",
			at:   func(p *Params) any { return &p.Platform.Type },
		},
		{
			Name: "path", Type: Text, For: DirectoryPlatform, Default: DefaultDatabase, Exact: true, Example: `"/data/users.db"`,
			Help: "The SQLite file of the directory; it must be there, or seed must be given.",
			at:   func(p *Params) any { return &p.Platform.Path },
		},
		{
			Name: "seed", Type: Text, For: DirectoryPlatform, Exact: true, Example: `"directory.json"`,
			Help: "A JSON file with the users and projects with which a new directory begins.",
			at:   func(p *Params) any { return &p.Platform.Seed },
		},
	}
}

func goodDataKeys() []Field {
	return []Field{
		{
			Name: "url", Type: Text, For: GoodDataPlatform, Example: `"https://acme.gooddata.com"`,
			Help: "The address of the GoodData platform, up to the host and its port.",
			at:   func(p *Params) any { return &p.Platform.GoodData.URL },
		},
		{
			Name: "hostname", Type: Text, For: GoodDataPlatform, Elsewhere: true, Example: `"acme.gooddata.com"`,
			Help: "The GoodData host, with a port where it has one; url says the same.",
			at:   apart[string],
		},
		{
			Name: "protocol", Type: Text, For: GoodDataPlatform, Default: "https", Elsewhere: true, Example: `"http"`,
			Help: "How hostname is reached; http only on this machine.",
			at:   apart[string],
		},
		{
			Name: "username", Type: Text, For: GoodDataPlatform, Example: `"brick@acme.com"`,
			Help: "The account under which the brick works; it is never touched.",
			at:   func(p *Params) any { return &p.Platform.GoodData.Username },
		},
		{
			Name: "password", Type: Text, For: GoodDataPlatform, Exact: true, Secret: true, Example: `"example"`,
			Help: "The password of that account.",
			at:   func(p *Params) any { return &p.Platform.GoodData.Password },
		},
		{
			Name: "sst", Type: Text, For: GoodDataPlatform, Secret: true, Example: `"example"`,
			Help: "The token of a session (SST) instead of username and password, which win over it.",
			at:   func(p *Params) any { return &p.Platform.GoodData.SST },
		},
	}
}

// goodDataFields are the params that the predecessor's schedulers give. Each
// may also be a variable of the environment.
func goodDataFields() []Field {
	return []Field{
		{
			Name: "GDC_HOSTNAME", Type: Text, Elsewhere: true, Example: `"secure.gooddata.com"`,
			Help: "The GoodData host, from the environment, too; it chooses the platform gooddata when the params name none.",
			at:   apart[string],
		},
		{
			Name: "CLIENT_GDC_HOSTNAME", Type: Text, Elsewhere: true, Example: `"acme.gooddata.com"`,
			Help: "The GoodData host of the client, from the environment, too; it wins over GDC_HOSTNAME.",
			at:   apart[string],
		},
		{
			Name: "GDC_PROTOCOL", Type: Text, Default: "https", Elsewhere: true, Example: `"http"`,
			Help: "How the GoodData host is reached, from the environment, too; http only on this machine.",
			at:   apart[string],
		},
		{
			Name: "CLIENT_GDC_PROTOCOL", Type: Text, Elsewhere: true, Example: `"https"`,
			Help: "The same for the host of the client; it wins over GDC_PROTOCOL.",
			at:   apart[string],
		},
		{
			Name: "GDC_USERNAME", Type: Text, Elsewhere: true, Example: `"brick@acme.com"`,
			Help: "The GoodData account under which the brick works, from the environment, too.",
			at:   apart[string],
		},
		{
			Name: "GDC_PASSWORD", Type: Text, Exact: true, Secret: true, Elsewhere: true, Example: `"example"`,
			Help: "The password of that account, from the environment, too, there also as GDC_PASSWORD_FILE.",
			at:   apart[brick.Secret],
		},
		{
			Name: "GDC_SST", Type: Text, Secret: true, Elsewhere: true, Example: `"example"`,
			Help: "The token of a session instead of both, from the environment, too, there also as GDC_SST_FILE.",
			at:   apart[brick.Secret],
		},
		{
			Name: "GDC_VERIFY_SSL", Type: Flag, Default: "true", Elsewhere: true, Example: `"true"`,
			Help: "TLS is always verified; false is told and changes nothing.",
			at:   apart[bool],
		},
	}
}
