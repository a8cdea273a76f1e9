package brick

import "fmt"

// Action is what a change does to one person in one scope.
type Action uint8

// The actions. The first three give, the last two take.
const (
	Add     Action = iota + 1 // create the account, or the membership
	Update                    // change attributes, roles or groups
	Enable                    // a disabled member may use the project again; roles and groups too where given
	Disable                   // the member stays listed but cannot use the project
	Remove                    // delete the membership, or the account
)

var actionNames = [...]string{Add: "add", Update: "update", Enable: "enable", Disable: "disable", Remove: "remove"}
var actionDone = [...]string{Add: "added", Update: "updated", Enable: "enabled", Disable: "disabled", Remove: "removed"}

// Actions returns all actions in the order in which reports count them.
func Actions() []Action { return []Action{Add, Update, Enable, Disable, Remove} }

// String returns the action's word, such as add.
func (a Action) String() string {
	if a.valid() {
		return actionNames[a]
	}
	return "nothing"
}

// Done returns the word for the action done, such as added.
func (a Action) Done() string {
	if a.valid() {
		return actionDone[a]
	}
	return "untouched"
}

func (a Action) valid() bool { return a >= Add && a <= Remove }

// Takes reports whether the action takes access away. Everything that gives
// is done before anything that takes.
func (a Action) Takes() bool { return a == Disable || a == Remove }

// MarshalText writes the action's word.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the action's word.
func (a *Action) UnmarshalText(text []byte) error {
	for _, action := range Actions() {
		if string(text) == actionNames[action] {
			*a = action
			return nil
		}
	}
	return fmt.Errorf("unknown action %q", text)
}

// Change is one planned step: one person, one scope, one action.
type Change struct {
	Seq    int64 // the place in the plan, from 1
	Scope  Scope
	Action Action
	Before *Member // as the platform holds him; nil when he is not there
	After  *Member // what must hold afterwards, only what is given; nil when he must be gone
	Why    string  // for a person
	Lead   Lead    // what it means for who runs the project

	// AddGroups says that the person keeps what other groups he is in. Only an
	// Add has it: of everybody else these are known, and After gives them, too.
	AddGroups bool

	// Clear are the attributes of the account that are emptied. Only an Update
	// has any, and After gives none of them.
	Clear FieldSet

	// SetPassword says that the change carries the password given in the file.
	SetPassword bool
	// Password is sent with the change. It is never written into a plan.
	Password Secret
}

// Takes reports whether the change takes something from its person: his access,
// or the project that he runs.
func (c *Change) Takes() bool { return c.Action.Takes() || c.Lead == LeadGoes }

// Login returns whom the change concerns.
func (c *Change) Login() Login {
	if c.After != nil {
		return c.After.Login
	}
	if c.Before != nil {
		return c.Before.Login
	}
	return ""
}
