package params

func inputField() Field {
	return Field{
		Name: "input_source", Aliases: []string{"data_source"}, Type: Object, Bare: "path", Required: true,
		Example: `{"type": "web", "url": "https://example.com/users.csv"}`,
		Help:    "Where the file of users is; a bare text is a path.",
		Fields:  append(whereFields(), append(howFields(), webFields()...)...),
	}
}

func whereFields() []Field {
	return []Field{
		{
			Name: "type", Type: Text, Required: true, Example: `"file"`, Choices: []string{string(FileInput), string(WebInput), string(S3Input)},
			Help: "Where to look: on this machine, at a web address, or in a bucket.",
			at:   func(p *Params) any { return &p.Input.Type },
		},
		{
			Name: "path", Type: Text, For: string(FileInput), Exact: true, Example: `"users.csv"`,
			Help: "The path of the file, or a pattern such as daily/*.csv for several with the same columns, read in the order of their names; - is standard input.",
			at:   func(p *Params) any { return &p.Input.Path },
		},
		{
			Name: "url", Type: Text, For: string(WebInput), Example: `"https://example.com/users.csv"`,
			Help: "The http or https address of the file.",
			at:   func(p *Params) any { return &p.Input.URL },
		},
		{
			Name: "bucket", Type: Text, For: string(S3Input), Example: `"acme-users"`,
			Help: "The bucket that holds the file; s3_client may name it instead.",
			at:   func(p *Params) any { return &p.Input.Bucket },
		},
		{
			Name: "key", Aliases: []string{"file"}, Type: Text, For: string(S3Input), Exact: true, Example: `"daily/users.csv"`,
			Help: "The key of the file in the bucket.",
			at:   func(p *Params) any { return &p.Input.Key },
		},
	}
}

func howFields() []Field {
	return []Field{
		{
			Name: "delimiter", Type: Text, Exact: true, Default: ",", Example: `"auto"`,
			Help: "The character between cells; auto finds a comma, semicolon, tab or bar.",
			at:   func(p *Params) any { return &p.Input.Delimiter },
		},
		{
			Name: "quote", Type: Text, Exact: true, Default: `"`, Example: `"'"`,
			Help: "The character around cells that hold a delimiter.",
			at:   func(p *Params) any { return &p.Input.Quote },
		},
		{
			Name: "encoding", Type: Text, Default: "UTF-8", Example: `"windows-1252"`,
			Help: "The name of the file's encoding; UTF-16 is known by its mark.",
			at:   func(p *Params) any { return &p.Input.Encoding },
		},
		{
			Name: "compression", Type: Text, Default: "auto", Example: `"gzip"`, Choices: []string{"auto", "gzip", "zstd", "none"},
			Help: "How the file is compressed; auto looks at its content.",
			at:   func(p *Params) any { return &p.Input.Compression },
		},
		{
			Name: "sha256", Type: Text, Example: `"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`,
			Help: "The checksum that the file must have, as 64 hexadecimal digits; of several files that of all their bytes, one file after the other.",
			at:   func(p *Params) any { return &p.Input.SHA256 },
		},
		{
			Name: "max_bytes", Type: Size, Example: `"64MiB"`,
			Help: "A file with more bytes is refused; of several, each is held to it.",
			at:   func(p *Params) any { return &p.Input.MaxBytes },
		},
	}
}

func webFields() []Field {
	return []Field{
		{
			Name: "headers", Type: Texts, For: string(WebInput), Secret: true, Example: `{"Accept": "text/csv"}`,
			Help: "Headers that are sent with the request.",
			at:   func(p *Params) any { return &p.Input.Headers },
		},
		{
			Name: "username", Type: Text, For: string(WebInput), Example: `"reader"`,
			Help: "The name for basic authentication.",
			at:   func(p *Params) any { return &p.Input.Username },
		},
		{
			Name: "password", Type: Text, For: string(WebInput), Exact: true, Secret: true, Example: `"example"`,
			Help: "The password for basic authentication.",
			at:   func(p *Params) any { return &p.Input.Password },
		},
		{
			Name: "bearer_token", Type: Text, For: string(WebInput), Secret: true, Example: `"example"`,
			Help: "The token that is sent as Authorization: Bearer.",
			at:   func(p *Params) any { return &p.Input.BearerToken },
		},
		{
			Name: "timeout", Type: Duration, For: string(WebInput), Example: `"90s"`,
			Help: "How long the download may take in all.",
			at:   func(p *Params) any { return &p.Input.Timeout },
		},
	}
}

// s3Fields are the two ways of the predecessor to say how a bucket is reached.
func s3Fields() []Field {
	return []Field{
		{
			Name: "s3_client", Type: Object, Elsewhere: true, Example: `{"accessKey": "example", "secretKey": "example", "bucket": "acme-users"}`,
			Help:   "The keys and the bucket for an input of type s3, in the newer spelling.",
			Fields: s3ClientFields(),
		},
		{
			Name: "aws_client", Type: Object, Open: true, Example: `{"access_key_id": "example", "secret_access_key": "example"}`,
			Help:   "The keys for an input of type s3, in the spelling of the AWS SDK; it replaces s3_client.",
			Fields: awsClientFields(),
		},
	}
}

func s3ClientFields() []Field {
	return []Field{
		{
			Name: "accessKey", Type: Text, Secret: true, Example: `"example"`, Help: "The id of the access key.",
			at: func(p *Params) any { return &p.Input.S3.AccessKeyID },
		},
		{
			Name: "secretKey", Type: Text, Exact: true, Secret: true, Example: `"example"`, Help: "The secret of the access key.",
			at: func(p *Params) any { return &p.Input.S3.SecretAccessKey },
		},
		{
			Name: "bucket", Type: Text, Example: `"acme-users"`, Help: "The bucket, when input_source names none.",
			at: func(p *Params) any { return &p.Input.S3.Bucket },
		},
		{
			Name: "region", Type: Text, Example: `"eu-central-1"`, Help: "The region of the bucket.",
			at: func(p *Params) any { return &p.Input.S3.Region },
		},
	}
}

func awsClientFields() []Field {
	return []Field{
		{
			Name: "access_key_id", Type: Text, Secret: true, Example: `"example"`, Help: "The id of the access key.",
			at: func(p *Params) any { return &p.Input.S3.AccessKeyID },
		},
		{
			Name: "secret_access_key", Type: Text, Exact: true, Secret: true, Example: `"example"`, Help: "The secret of the access key.",
			at: func(p *Params) any { return &p.Input.S3.SecretAccessKey },
		},
		{
			Name: "session_token", Type: Text, Exact: true, Secret: true, Example: `"example"`, Help: "The token of a temporary access key.",
			at: func(p *Params) any { return &p.Input.S3.SessionToken },
		},
		{
			Name: "region", Type: Text, Example: `"eu-central-1"`, Help: "The region of the bucket.",
			at: func(p *Params) any { return &p.Input.S3.Region },
		},
		{
			Name: "endpoint", Type: Text, Example: `"https://s3.example.com"`, Help: "The address of a store that speaks the S3 protocol.",
			at: func(p *Params) any { return &p.Input.S3.Endpoint },
		},
		{
			Name: "force_path_style", Type: Flag, Default: "false", Example: `true`,
			Help: "The bucket stands in the path of the address instead of its host name.",
			at:   func(p *Params) any { return &p.Input.S3.PathStyle },
		},
	}
}
