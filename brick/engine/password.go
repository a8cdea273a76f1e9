package engine

import (
	"crypto/rand"
	"errors"
	"math/big"

	"users-brick/brick"
)

// The classes of characters of which the strictest documented policy of the
// GoodData platform wants one each. Characters that are easily mistaken for
// another or need escaping are left out.
var passwordClasses = [...]string{
	"abcdefghijkmnopqrstuvwxyz",
	"ABCDEFGHJKLMNPQRSTUVWXYZ",
	"23456789",
	"!@#$%^&*()",
}

const passwordLength = 40

// GeneratePassword returns a password for a new account: 40 random characters
// with at least one of each class, no character twice in a row. Nobody ever
// sees it; its owner sets another, or logs in by single sign-on.
func GeneratePassword() brick.Secret {
	all := ""
	for _, class := range passwordClasses {
		all += class
	}
	for {
		text := make([]byte, 0, passwordLength)
		var classes [len(passwordClasses)]bool
		for len(text) < passwordLength {
			c := all[random(len(all))]
			if n := len(text); n > 0 && text[n-1] == c {
				continue
			}
			text = append(text, c)
			classes[classOf(c)] = true
		}
		if classes == [len(passwordClasses)]bool{true, true, true, true} {
			return brick.NewSecret(string(text))
		}
	}
}

func classOf(c byte) int {
	for i, class := range passwordClasses {
		for _, member := range []byte(class) {
			if member == c {
				return i
			}
		}
	}
	return 0
}

// random returns an even choice below n. The system's source of randomness
// does not fail; if it did, the program would end.
func random(n int) int {
	v, _ := rand.Int(rand.Reader, big.NewInt(int64(n)))
	return int(v.Int64())
}

// missingPassword returns why a change cannot be done that sets a password
// which is not there any more: an account would be told as updated that is not.
func missingPassword(c *brick.Change) error {
	if !c.SetPassword || c.Password.Given() {
		return nil
	}
	return &brick.Error{
		Kind: brick.Failed, Op: "set password", Scope: c.Scope, Login: c.Login(),
		Err:  errors.New("the password that the file gives was not kept with the plan"),
		Hint: "make the plan anew with `plan --out`, which keeps passwords until it is applied",
	}
}
