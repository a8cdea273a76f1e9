package memory_test

import (
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/memory"
	"users-brick/brick/platform/platformtest"
)

func TestExam(t *testing.T) {
	platformtest.Run(t, open, platformtest.Options{Page: 10})
}

func open(_ *testing.T, state platformtest.State) platform.Driver {
	org := memory.Organization{Name: state.Organization, Accounts: state.Accounts}
	for _, p := range state.Projects {
		org.Projects = append(org.Projects, memory.Project{
			Project: p.Project, DataProduct: p.DataProduct, Segment: p.Segment,
			Roles: roles(p.Roles), Groups: p.Groups, Members: p.Members,
		})
	}
	return memory.New(org)
}

func roles(ids []string) []brick.Role {
	var known []brick.Role
	for _, id := range ids {
		known = append(known, brick.Role{ID: id, ReadOnly: id == "viewer"})
	}
	return known
}
