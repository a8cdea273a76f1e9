package params

// ShardOrganization says what the shards that do not have the organization do
// before they bring anybody into a project.
type ShardOrganization string

// What they do.
const (
	WaitForOrganization ShardOrganization = "wait" // until shard 0 has done it
	SkipOrganization    ShardOrganization = "skip" // nothing: somebody else sees to it
)

func (ShardOrganization) words() []string { return []string{"wait", "skip"} }

// UnmarshalText reads wait or skip, letter case ignored.
func (s *ShardOrganization) UnmarshalText(text []byte) (err error) {
	*s, err = oneWord(*s, text)
	return err
}
