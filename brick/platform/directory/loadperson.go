package directory

import (
	"strings"

	"users-brick/brick"
)

// readUser reads one account.
func (l *loader) readUser() error {
	var p brick.Profile
	var login brick.Login
	var at position
	begin, err := l.object(func(key string) error {
		if key == "login" {
			var err error
			login, err = l.login()
			at = l.at
			return err
		}
		return l.field(&p, key)
	})
	if err != nil {
		return err
	}
	if login == "" {
		return l.wrong(begin, "add the key login", "a user has no login")
	}
	added, err := l.insert(l.putAccount, profileCells(p, l.organization, string(login))...)
	if err == nil && !added {
		return l.wrong(at, "letter case is ignored; leave one of them", "user %s comes twice", login)
	}
	return err
}

// field reads the attribute that a key names.
func (l *loader) field(p *brick.Profile, key string) error {
	for f := range brick.Fields() {
		switch {
		case f.String() != key:
			continue
		case !f.IsList():
			return l.string(&p[f])
		}
		var values []string
		err := l.list(func() error {
			value, err := l.value(f)
			values = append(values, value)
			return err
		})
		p.SetList(f, values)
		return err
	}
	return l.unknown(key)
}

// value reads one value of a list field.
func (l *loader) value(f brick.Field) (string, error) {
	var text string
	if err := l.string(&text); err != nil {
		return "", err
	}
	if strings.Contains(text, ",") {
		return "", l.wrong(l.at, "write each value as a text of its own", "%q holds a comma", text)
	}
	if f != brick.AuthenticationModes {
		return text, nil
	}
	mode, ok := brick.FindAuthenticationMode(text)
	if !ok {
		return "", l.wrong(l.at, "password and sso are known", "unknown authentication mode %q", text)
	}
	return mode, nil
}

func (l *loader) login() (brick.Login, error) {
	var text string
	if err := l.string(&text); err != nil {
		return "", err
	}
	login, err := brick.ParseLogin(text)
	if err != nil {
		return "", l.wrong(l.at, "a login looks like an email address", "%w", err)
	}
	return login, nil
}

// memberRead is one member of a project as the document has him.
type memberRead struct {
	login  brick.Login
	at     position
	status brick.Status
	roles  []string
	groups []*groupSeen
}

// readMember reads one member of a project.
func (l *loader) readMember(p *described) error {
	m := memberRead{status: brick.Enabled}
	begin, err := l.object(func(key string) error {
		return l.memberKey(p, &m, key)
	})
	if err != nil {
		return err
	}
	if m.login == "" {
		return l.wrong(begin, "add the key login", "a member has no login")
	}
	added, err := l.insert(l.putMember, l.project, string(m.login), int64(m.status), joinRoles(brick.Set(m.roles)))
	if err != nil {
		return err
	}
	if !added {
		return l.wrong(m.at, "letter case is ignored; leave one of them", "member %s comes twice", m.login)
	}
	l.remember(l.project, string(m.login), m.at)
	for _, g := range m.groups {
		if _, err := l.insert(l.putMemberGroup, l.project, string(m.login), g.id); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) memberKey(p *described, m *memberRead, key string) error {
	var err error
	switch key {
	case "login":
		m.login, err = l.login()
		m.at = l.at
		return err
	case "status":
		m.status, err = l.status()
		return err
	case "roles":
		return l.list(func() error {
			var role string
			if err := l.string(&role); err != nil {
				return err
			}
			if _, used := p.usedRoles[role]; !used {
				p.usedRoles[role] = l.at
			}
			m.roles = append(m.roles, role)
			return nil
		})
	case "groups":
		return l.list(func() error {
			var name string
			if err := l.string(&name); err != nil {
				return err
			}
			m.groups = append(m.groups, l.groupNamed(p, name))
			return nil
		})
	}
	return l.unknown(key)
}

func (l *loader) status() (brick.Status, error) {
	var text string
	if err := l.string(&text); err != nil {
		return 0, err
	}
	var status brick.Status
	if err := status.UnmarshalText([]byte(text)); err != nil || status == 0 {
		return 0, l.wrong(l.at, "enabled and disabled are known", "unknown status %q", text)
	}
	return status, nil
}
