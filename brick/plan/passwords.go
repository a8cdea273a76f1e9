package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"users-brick/brick"
)

// password is one line of passwords.ndjson.
type password struct {
	Login    brick.Login `json:"login"`
	Password string      `json:"password"`
}

// EncodePassword returns the line of passwords.ndjson for a change that sets
// one. It is the only place where a password is written down.
func EncodePassword(c *brick.Change) ([]byte, error) {
	line, err := json.Marshal(password{c.Login(), c.Password.Reveal()})
	return append(line, '\n'), err
}

// WritePasswords writes the lines that EncodePassword made, readable by the
// owner only. Nothing to write makes no file.
func WritePasswords(dir string, lines io.WriterTo) error {
	f, err := os.OpenFile(filepath.Join(dir, PasswordsFile), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write passwords: %w", err)
	}
	n, err := lines.WriteTo(f)
	err = errors.Join(err, f.Sync(), f.Close()) // a run that dies is gone on with
	if n == 0 && err == nil {
		err = os.Remove(f.Name())
	}
	if err != nil {
		return fmt.Errorf("write passwords: %w", err)
	}
	return nil
}

// WithPasswords yields changes with the passwords that were given for them.
// It must see them in the order of the plan. A change that sets a password
// that is not there (the file has been deleted, as it is after a run) is an
// error of kind BadInput; where all passwords of an accepted plan were
// forgotten, new accounts are left to get a generated one, and other changes
// come without theirs.
func (p *Plan) WithPasswords(changes iter.Seq2[brick.Change, error]) iter.Seq2[brick.Change, error] {
	return func(yield func(brick.Change, error) bool) {
		next, stop := iter.Pull2(p.passwords())
		defer stop()
		forgotten := p.Accepted && !p.HasPasswords()
		for c, err := range changes {
			switch {
			case err != nil || !c.SetPassword:
			case !forgotten:
				c.Password, err = findPassword(next, c.Login())
			case c.Action == brick.Add:
				c.SetPassword = false
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

func findPassword(next func() (password, error, bool), login brick.Login) (brick.Secret, error) {
	for {
		given, err, ok := next()
		switch {
		case err != nil:
			return brick.Secret{}, err
		case !ok:
			return brick.Secret{}, &brick.Error{
				Kind: brick.BadInput, Op: "read passwords", Login: login,
				Err: errors.New("the plan sets a password that is not beside it any more"), Hint: "make the plan anew",
			}
		case given.Login == login:
			return brick.NewSecret(given.Password), nil
		}
	}
}

func (p *Plan) passwords() iter.Seq2[password, error] {
	return func(yield func(password, error) bool) {
		err := eachLine(filepath.Join(p.Dir, PasswordsFile), func(line []byte) (bool, error) {
			var given password
			if err := json.Unmarshal(line, &given); err != nil {
				return false, errors.New("the file of passwords is damaged")
			}
			return yield(given, nil), nil
		})
		if err != nil {
			yield(password{}, fmt.Errorf("read passwords: %w", err))
		}
	}
}

// HasPasswords reports whether given passwords still lie beside the plan.
func (p *Plan) HasPasswords() bool {
	_, err := os.Stat(filepath.Join(p.Dir, PasswordsFile))
	return err == nil
}

// ForgetPasswords deletes the given passwords. It succeeds when there are
// none.
func (p *Plan) ForgetPasswords() error {
	err := os.Remove(filepath.Join(p.Dir, PasswordsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
