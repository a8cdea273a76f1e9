package brick

import "strings"

// DefaultLanguage is what a new account gets when nothing better is known.
const DefaultLanguage = "en-US"

// languages are the codes that the GoodData platform is known to accept.
var languages = []string{
	"en-US", "nl-NL", "es-ES", "pt-BR", "pt-PT", "fr-FR", "de-DE", "ja-JP", "it-IT", "es-419",
	"fr-CA", "en-GB", "en-AU", "fi-FI", "zh-Hant", "zh-Hans", "zh-HK",
}

// Languages returns the language codes that may be sent.
func Languages() []string { return append([]string(nil), languages...) }

// FindLanguage returns the code in its proper spelling, letter case ignored,
// and false for a language that is not known.
func FindLanguage(text string) (string, bool) {
	for _, code := range languages {
		if strings.EqualFold(code, strings.TrimSpace(text)) {
			return code, true
		}
	}
	return "", false
}

// authenticationModes are the ways in which a person may log in.
var authenticationModes = []string{"password", "sso"}

// FindAuthenticationMode returns the mode in lower case, and false for one
// that is not known.
func FindAuthenticationMode(text string) (string, bool) {
	folded := Fold(text)
	for _, mode := range authenticationModes {
		if mode == folded {
			return mode, true
		}
	}
	return "", false
}
