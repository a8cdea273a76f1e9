package memory_test

import (
	"errors"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/memory"
	"users-brick/brick/platform/platformtest"
)

func TestExam(t *testing.T) {
	platformtest.Run(t, open, platformtest.Options{Page: 10, Refused: brick.NewSecret(weak)})
}

const weak = "1234"

func open(_ *testing.T, state platformtest.State) platform.Driver {
	org := memory.Organization{Name: state.Organization, Accounts: state.Accounts}
	for _, p := range state.Projects {
		org.Projects = append(org.Projects, memory.Project{
			Project: p.Project, DataProduct: p.DataProduct, Segment: p.Segment,
			Roles: roles(p.Roles), Groups: p.Groups, Members: p.Members,
		})
	}
	p := memory.New(org)
	p.Hooks.Password = func(_ brick.Login, password string) error {
		if password == weak {
			return errors.New("too weak")
		}
		return nil
	}
	return p
}

func roles(ids []string) []brick.Role {
	var known []brick.Role
	for _, id := range ids {
		known = append(known, brick.Role{ID: id, ReadOnly: id == "viewer"})
	}
	return known
}
