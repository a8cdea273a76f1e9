package params

import (
	"net/url"

	"users-brick/brick"
)

// DirectoryPlatform and GoodDataPlatform are the types that are chosen when
// the params do not say.
const (
	DirectoryPlatform = "directory"
	GoodDataPlatform  = "gooddata"
)

// Platform says where the users live.
type Platform struct {
	Type  string // in lower case
	Path  string // of the directory's database
	Seed  string // a JSON file with which a new directory begins; empty for none
	Given bool   // the param platform was there; else the type was chosen

	// GoodData is set when that is the type.
	GoodData GoodData

	// Options holds the keys other than type of a platform that is neither of
	// these. Secrets in it are [brick.Secret].
	Options Options

	hidden hiddenPaths
}

// GoodData says where a GoodData platform is and under which account the brick
// works there, whatever of params and environment said so.
type GoodData struct {
	URL string // https://host, with a port where one was given; nothing behind it

	// Username and Password, or else SST, a session that somebody began.
	Username string
	Password brick.Secret
	SST      brick.Secret
}

// Host returns the host of the GoodData platform with its port, for people:
// when it came from a hidden param, that it did.
func (to *Platform) Host() string {
	if to.hidden["platform.url"] {
		return "(hidden)"
	}
	address, err := url.Parse(to.GoodData.URL)
	if err != nil {
		return ""
	}
	return address.Host
}
