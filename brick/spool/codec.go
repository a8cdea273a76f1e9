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
	hasLogin
	hasRoles
	hasGroups
	hasPassword
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

// AppendRow appends a row to dst, in a form that [DecodeRow] reads: all of it,
// the password in plain bytes too. Rows that differ only in their line share
// all bytes but the last few, so that the line decides their order last.
func AppendRow(dst []byte, r *brick.Row) []byte {
	bits := profileBits(&r.Profile) | bit(hasProject, r.Project != "") | bit(hasLogin, r.Login != "") |
		bit(hasRoles, r.Roles != nil) | bit(hasGroups, r.Groups != nil) |
		bit(hasPassword, r.Password.Given()) | bit(hasBad, r.Bad != nil)
	dst = binary.AppendUvarint(dst, bits)
	dst = appendGiven(dst, r.Project)
	dst = appendGiven(dst, string(r.Login))
	dst = appendProfile(dst, &r.Profile)
	dst = appendList(dst, r.Roles)
	dst = appendList(dst, r.Groups)
	dst = appendGiven(dst, r.Password.Reveal())
	if r.Bad != nil {
		dst = appendBad(dst, r.Bad)
	}
	return binary.AppendUvarint(dst, uint64(r.Line))
}

// DecodeRow sets r to the row that [AppendRow] wrote, nil and empty lists told
// apart. Nothing of src is kept. Bytes that are no row are an error, and r is
// then an empty row.
func DecodeRow(src []byte, r *brick.Row) error {
	c := cursor{rest: string(src)}
	bits := c.bits(endOfRow)
	*r = brick.Row{
		Project:  c.given(bits&hasProject != 0),
		Login:    brick.Login(c.given(bits&hasLogin != 0)),
		Profile:  c.profile(bits),
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

// AppendMember appends a member to dst, in a form that [DecodeMember] reads.
func AppendMember(dst []byte, m *brick.Member) []byte {
	bits := profileBits(&m.Profile) | bit(hasStatus, m.Status != 0) | bit(hasLogin, m.Login != "") |
		bit(hasRoles, m.Roles != nil) | bit(hasGroups, m.Groups != nil) | bit(hasRef, m.Ref != "")
	dst = binary.AppendUvarint(dst, bits)
	if m.Status != 0 {
		dst = append(dst, byte(m.Status))
	}
	dst = appendGiven(dst, string(m.Login))
	dst = appendProfile(dst, &m.Profile)
	dst = appendList(dst, m.Roles)
	dst = appendList(dst, m.Groups)
	return appendGiven(dst, m.Ref)
}

// DecodeMember sets m to the member that [AppendMember] wrote, nil and empty
// lists told apart. Nothing of src is kept. Bytes that are no member are an
// error, and m is then empty.
func DecodeMember(src []byte, m *brick.Member) error {
	c := cursor{rest: string(src)}
	bits := c.bits(endOfMember)
	*m = brick.Member{}
	if bits&hasStatus != 0 {
		m.Status = brick.Status(c.byte())
	}
	m.Login = brick.Login(c.given(bits&hasLogin != 0))
	m.Profile = c.profile(bits)
	m.Roles = givenList[string](&c, bits&hasRoles != 0)
	m.Groups = givenList[string](&c, bits&hasGroups != 0)
	m.Ref = c.given(bits&hasRef != 0)
	if !c.ended() {
		*m = brick.Member{}
		return errMalformed
	}
	return nil
}

func profileBits(p *brick.Profile) uint64 {
	var bits uint64
	for f, text := range p {
		bits |= bit(1<<f, text != "")
	}
	return bits
}

func bit(b uint64, set bool) uint64 {
	if set {
		return b
	}
	return 0
}

func appendProfile(dst []byte, p *brick.Profile) []byte {
	for i := range p {
		dst = appendGiven(dst, p[i])
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
