package params

func removalFields() []Field {
	return []Field{
		{
			Name: "do_not_touch_users_that_are_not_mentioned", Type: Flag, Default: "false", Example: `true`,
			Help: "Nobody is taken out, and groups only gain people.",
			at:   func(p *Params) any { return &p.DoNotTouchUsersThatAreNotMentioned },
		},
		{
			Name: "remove_users_from_project", Type: Flag, Default: "false", Example: `true`,
			Help: "Who is taken out is deleted from the project instead of only disabled.",
			at:   func(p *Params) any { return &p.RemoveUsersFromProject },
		},
		{
			Name: "removal_grace", Type: Duration, Example: `"7d"`,
			Help: "How long somebody must be missing from the file before remove_users_from_project deletes him; until then he is only disabled.",
			at:   func(p *Params) any { return &p.RemovalGrace },
		},
		{
			Name: "max_removals", Type: Limit, Default: "20%", Example: `25`,
			Help: "How many members one project may lose, as a number or as a share; a share always permits 10.",
			at:   func(p *Params) any { return &p.MaxRemovals },
		},
		{
			Name: "max_removals_run", Type: Limit, Example: `200`,
			Help: "How many people may be taken out in the whole run.",
			at:   func(p *Params) any { return &p.MaxRemovalsRun },
		},
		{
			Name: "max_updates", Type: Limit, Example: `"50%"`,
			Help: "How many people may be updated in one organization or project.",
			at:   func(p *Params) any { return &p.MaxUpdates },
		},
		{
			Name: "allow_empty", Type: Flag, Default: "false", Example: `true`,
			Help: "A file without rows is obeyed, and a project may end without members.",
			at:   func(p *Params) any { return &p.AllowEmpty },
		},
		{
			Name: "min_rows", Type: Limit, Default: "50%", Example: `1000`,
			Help: "A file with fewer rows is refused, as a number or as a share of the last file that was applied well; a share always permits that 10 are missing.",
			at:   func(p *Params) any { return &p.MinRows },
		},
		{
			Name: "allow_shrink", Type: Flag, Default: "false", Example: `true`,
			Help: "A file is obeyed although it has fewer rows than min_rows; meant for one run, as the flag --allow-shrink.",
			at:   func(p *Params) any { return &p.AllowShrink },
		},
		{
			Name: "on_guard", Type: Text, Default: string(Abort), Example: `"hold_removals"`, Choices: []string{string(Abort), string(HoldRemovals)},
			Help: "What happens above these limits: nothing is written, or all but the removals is done.",
			at:   func(p *Params) any { return &p.OnGuard },
		},
	}
}

func troubleFields() []Field {
	return []Field{
		{
			Name: "on_bad_row", Type: Text, Default: string(HoldBadRow), Example: `"refuse"`, Choices: []string{string(HoldBadRow), string(RefuseBadRow)},
			Help: "What a bad row does: its person is left alone, or the whole file is refused.",
			at:   func(p *Params) any { return &p.OnBadRow },
		},
		{
			Name: "max_bad_rows", Type: Limit, Default: "5%", Example: `3`,
			Help: "A file with more bad rows is taken for broken and refused; a share always permits 10.",
			at:   func(p *Params) any { return &p.MaxBadRows },
		},
		{
			Name: "ignore_failures", Type: Flag, Default: "false", Example: `true`,
			Help: "Failures of single people are reported, but the exit code stays 0.",
			at:   func(p *Params) any { return &p.IgnoreFailures },
		},
	}
}

func runFields() []Field {
	return []Field{
		{
			Name: "dry_run", Type: Flag, Default: "false", Example: `true`,
			Help: "The plan is made and shown, and nothing is written.",
			at:   func(p *Params) any { return &p.DryRun },
		},
		{
			Name: "verify", Type: Flag, Default: "false", Example: `true`,
			Help: "Everything that was changed is read again afterwards and compared with the plan.",
			at:   func(p *Params) any { return &p.Verify },
		},
		{
			Name: "schedule", Type: Text, Example: `"30 5 * * *"`,
			Help: "When the command schedule runs: a cron expression of five or six fields, or @daily, @every 1h and the like.",
			at:   func(p *Params) any { return &p.Schedule },
		},
		{
			Name: "timezone", Type: Text, Example: `"Europe/Prague"`,
			Help: "The time zone in which schedule is meant.",
			at:   func(p *Params) any { return &p.Timezone },
		},
	}
}
