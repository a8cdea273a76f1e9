package plan

import (
	"errors"
	"fmt"
	"strings"

	"users-brick/brick"
)

// shortestDigest is how many hexadecimal digits of a plan's digest say which
// plan is meant: enough that nobody meets them by chance.
const shortestDigest = 12

// Accept lifts the guard's refusal of this very plan, for somebody who has seen
// what the guard has against it and says so by the plan's digest, with or
// without sha256: before it, or at least twelve digits of its beginning. Any
// other text is an error of kind BadInput. What was refused because the file
// cannot be used stays refused, and what the guard held stays held.
func (p *Plan) Accept(digest string) error {
	text := strings.TrimPrefix(brick.Fold(digest), "sha256:")
	fault := &brick.Error{Kind: brick.BadInput, Op: "accept plan", Hint: "the report of the refusal names it; a plan that is made anew has another"}
	switch {
	case len(text) < shortestDigest || strings.Trim(text, "0123456789abcdef") != "":
		fault.Err = fmt.Errorf("%q is neither the digest of a plan nor its first %d digits", digest, shortestDigest)
		return fault
	case !strings.HasPrefix(p.Header.Digest, text):
		fault.Err = errors.New("the digest is that of another plan")
		return fault
	}
	if r := p.End.Refusal; r != nil && r.Kind == brick.Refused {
		p.End.Refusal, p.Accepted = nil, true
	}
	return nil
}

// ForgotPasswords reports whether the plan sets passwords that are not beside
// it any more: those of a plan that was refused are only kept where somebody
// wanted the plan kept.
func (p *Plan) ForgotPasswords() (bool, error) {
	if p.HasPasswords() {
		return false, nil
	}
	for section, err := range p.Sections() {
		if err != nil {
			return false, err
		}
		if section.Scope.Level != brick.OrganizationLevel {
			break
		}
		for c, err := range section.Changes() {
			if c.SetPassword || err != nil {
				return c.SetPassword, err
			}
		}
	}
	return false, nil
}
