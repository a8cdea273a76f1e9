package spool

import (
	"encoding/binary"
	"errors"

	"users-brick/brick"
)

// A value begins with a number whose bits say what follows; what is empty has
// no bit and takes no room. The bits of the profile come first, from 0.
const (
	hasProject = 1 << (int(brick.NumFields) + iota)
	isOfKey    // the project is the key
	hasRoles
	hasGroups
	hasPassword
	isMailedAtLogin // the email is the login
	hasBad
	endOfRow

	hasStatus   = hasProject // members have no project
	hasRef      = hasPassword
	endOfMember = hasBad
)

// The bits of a bad row.
const (
	hasHint = 1 << iota
	hasSuspects
	hasLocal
	isAnywhere
	isNameless
	endOfBad
)

var errMalformed = errors.New("decode: the bytes are no row or member")

// AppendRow appends the value of a row to dst, for a record whose order is the
// row's login and whose key is mostly its project: what [DecodeRow] cannot take
// from these, the password in plain bytes too. Rows that differ only in their
// line share all bytes but the last few, so that the line decides their order
// last.
func AppendRow(dst []byte, key string, r *brick.Row) []byte {
	project := r.Project
	if project == key {
		project = ""
	}
	bits := profileBits(&r.Profile, r.Login) | bit(hasProject, project != "") | bit(isOfKey, project != r.Project) |
		bit(hasRoles, r.Roles != nil) | bit(hasGroups, r.Groups != nil) |
		bit(hasPassword, r.Password.Given()) | bit(hasBad, r.Bad != nil)
	dst = binary.AppendUvarint(dst, bits)
	dst = appendGiven(dst, project)
	dst = appendProfile(dst, bits, &r.Profile)
	dst = appendList(dst, r.Roles)
	dst = appendList(dst, r.Groups)
	dst = appendGiven(dst, r.Password.Reveal())
	if r.Bad != nil {
		dst = appendBad(dst, r.Bad)
	}
	return binary.AppendUvarint(dst, uint64(r.Line))
}

// DecodeRow sets r to the row that [AppendRow] wrote into a record with that
// key, nil and empty lists told apart. Nothing of the record is kept. Bytes
// that are no row are an error, and r is then an empty row.
func DecodeRow(key string, from Record, r *brick.Row) error {
	login, value := from.text()
	c := cursor{rest: value}
	bits := c.bits(endOfRow)
	project := c.given(bits&hasProject != 0)
	if bits&isOfKey != 0 {
		project = key
	}
	*r = brick.Row{
		Project: project, Login: brick.Login(login),
		Profile:  c.profile(bits, login),
		Roles:    givenList[string](&c, bits&hasRoles != 0),
		Groups:   givenList[string](&c, bits&hasGroups != 0),
		Password: brick.NewSecret(c.given(bits&hasPassword != 0)),
	}
	if bits&hasBad != 0 {
		r.Bad = c.bad()
	}
	r.Line = int(c.number())
	if !c.ended() {
		*r = brick.Row{}
		return errMalformed
	}
	return nil
}

// AppendMember appends the value of a member to dst, for a record whose order
// is the member's login: what [DecodeMember] cannot take from that.
func AppendMember(dst []byte, m *brick.Member) []byte {
	bits := profileBits(&m.Profile, m.Login) | bit(hasStatus, m.Status != 0) |
		bit(hasRoles, m.Roles != nil) | bit(hasGroups, m.Groups != nil) | bit(hasRef, m.Ref != "")
	dst = binary.AppendUvarint(dst, bits)
	if m.Status != 0 {
		dst = append(dst, byte(m.Status))
	}
	dst = appendProfile(dst, bits, &m.Profile)
	dst = appendList(dst, m.Roles)
	dst = appendList(dst, m.Groups)
	return appendGiven(dst, m.Ref)
}

// DecodeMember sets m to the member that [AppendMember] wrote, nil and empty
// lists told apart. Nothing of the record is kept. Bytes that are no member are
// an error, and m is then empty.
func DecodeMember(from Record, m *brick.Member) error {
	login, value := from.text()
	c := cursor{rest: value}
	bits := c.bits(endOfMember)
	*m = brick.Member{Login: brick.Login(login)}
	if bits&hasStatus != 0 {
		m.Status = brick.Status(c.byte())
	}
	m.Profile = c.profile(bits, login)
	m.Roles = givenList[string](&c, bits&hasRoles != 0)
	m.Groups = givenList[string](&c, bits&hasGroups != 0)
	m.Ref = c.given(bits&hasRef != 0)
	if !c.ended() {
		*m = brick.Member{}
		return errMalformed
	}
	return nil
}

// profileBits says what is in a profile. An email that is the login is nearly
// everybody's, and takes no room.
func profileBits(p *brick.Profile, login brick.Login) uint64 {
	var bits uint64
	for f, text := range p {
		bits |= bit(1<<f, text != "")
	}
	if email := p[brick.Email]; email != "" && email == string(login) {
		bits = bits&^(1<<brick.Email) | isMailedAtLogin
	}
	return bits
}

func bit(b uint64, set bool) uint64 {
	if set {
		return b
	}
	return 0
}

func appendProfile(dst []byte, bits uint64, p *brick.Profile) []byte {
	for f := range p {
		if bits&(1<<f) != 0 {
			dst = appendText(dst, p[f])
		}
	}
	return dst
}

// appendGiven appends a text unless it is empty, which its bit says.
func appendGiven(dst []byte, text string) []byte {
	if text == "" {
		return dst
	}
	return appendText(dst, text)
}

func appendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// appendList appends a list unless it is nil, which its bit says.
func appendList[S ~string](dst []byte, list []S) []byte {
	if list == nil {
		return dst
	}
	dst = binary.AppendUvarint(dst, uint64(len(list)))
	for _, text := range list {
		dst = appendText(dst, string(text))
	}
	return dst
}

func appendBad(dst []byte, b *brick.BadRow) []byte {
	bits := bit(hasHint, b.Hint != "") | bit(hasSuspects, b.Suspects != nil) | bit(hasLocal, b.Local != "") |
		bit(isAnywhere, b.Anywhere) | bit(isNameless, b.Nameless)
	dst = binary.AppendUvarint(dst, bits)
	dst = binary.AppendUvarint(dst, uint64(b.Column))
	dst = appendText(dst, b.Reason)
	dst = appendGiven(dst, b.Hint)
	dst = appendList(dst, b.Suspects)
	return appendGiven(dst, b.Local)
}
