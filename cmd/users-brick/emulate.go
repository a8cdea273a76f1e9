package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata/gooddatatest"
)

func (p *program) emulateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "emulate",
		Short: "Serve a platform that is not real, to rehearse on",
		Args:  cobra.ArbitraryArgs,
		RunE:  group,
	}
	cmd.AddCommand(p.emulateGoodData())
	return cmd
}

// emulation says what is served, and where.
type emulation struct {
	state   string   // a file
	addr    string   // host and port
	address string   // a file for the address; empty for none
	faults  string   // JSON, or a file that holds it
	dump    string   // a file for the state at the end; empty for none
	admins  []string // login:password
}

func (p *program) emulateGoodData() *cobra.Command {
	var e emulation
	cmd := &cobra.Command{
		Use:   "gooddata --state FILE",
		Short: "Serve a GoodData platform from memory",
		Long: "Serves what a JSON document describes as the GoodData platform would, until SIGINT or\n" +
			"SIGTERM. What `directory dump` prints is such a document; --admin adds an account that\n" +
			"can log in, which nobody in it can.\n\n" + faultsHelp,
		Example: "  users-brick directory dump > town.json\n" +
			"  users-brick emulate gooddata --state town.json --admin brick@example.com:secret --dump after.json\n" +
			`  users-brick emulate gooddata --state town.json --faults '{"latency": "50ms", "busy": 0.05, "throttle_every": 7}'`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.emulate(cmd.Context(), &e) },
	}
	cmd.Flags().StringVar(&e.state, "state", "", "the document with what the platform holds (- for standard input)")
	cmd.Flags().StringVar(&e.addr, "addr", "127.0.0.1:0", "where it listens; port 0 is any that is free")
	cmd.Flags().StringVar(&e.address, "address-file", "", "a file that gets the address as soon as it listens")
	cmd.Flags().StringVar(&e.dump, "dump", "", "a file that gets the state at the end, with its passwords")
	cmd.Flags().StringVar(&e.faults, "faults", "", "what goes wrong, as JSON or a file of it")
	cmd.Flags().StringArrayVar(&e.admins, "admin", nil, "LOGIN:PASSWORD of an admin of all organizations, who is made when he is not there")
	return cmd
}

// emulate serves until ctx ends, which is how it is meant to end.
func (p *program) emulate(ctx context.Context, e *emulation) error {
	server, err := e.server(p)
	if err == nil {
		err = e.canDump()
	}
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", e.addr)
	if err != nil {
		return &brick.Error{Kind: brick.BadInput, Op: "emulate", Err: err, Hint: "choose another --addr"}
	}
	address := "http://" + listener.Addr().String()
	e.introduce(p.stdout, address, server.State())
	if err := e.tellAddress(address); err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := gooddatatest.Serve(ctx, listener, server); err != nil {
		return fmt.Errorf("emulate: %w", err)
	}
	return e.keep(server.State())
}

// server reads what is to be served.
func (e *emulation) server(p *program) (*gooddatatest.Server, error) {
	state, err := e.read(p)
	if err != nil {
		return nil, err
	}
	for _, admin := range e.admins {
		if state, err = withAdmin(state, admin); err != nil {
			return nil, err
		}
	}
	faults, err := readFaults(e.faults)
	if err != nil {
		return nil, err
	}
	return gooddatatest.New(state, faults)
}

// readFaults reads what goes wrong, from a text of JSON or from a file; nothing
// does without.
func readFaults(text string) (gooddatatest.Faults, error) {
	switch {
	case text == "":
		return gooddatatest.Faults{}, nil
	case strings.HasPrefix(strings.TrimSpace(text), "{"):
		return gooddatatest.ReadFaults("--faults", strings.NewReader(text))
	}
	f, err := os.Open(text)
	if err != nil {
		return gooddatatest.Faults{}, &brick.Error{Kind: brick.BadInput, Op: "--faults", Err: err, Hint: "write JSON such as {\"busy\": 0.1}, or name a file of it"}
	}
	defer f.Close()
	return gooddatatest.ReadFaults(text, f)
}

func (e *emulation) read(p *program) (gooddatatest.State, error) {
	switch e.state {
	case "":
		return gooddatatest.State{}, &brick.Error{Kind: brick.BadInput, Err: errors.New("nothing says what the platform holds"), Hint: "name a document with --state; `directory dump` writes one"}
	case "-":
		return gooddatatest.Read("standard input", p.stdin)
	}
	f, err := os.Open(e.state)
	if err != nil {
		return gooddatatest.State{}, &brick.Error{Kind: brick.BadInput, Op: "emulate", Err: err, Hint: "check the path; - is standard input"}
	}
	defer f.Close()
	return gooddatatest.Read(e.state, f)
}

// withAdmin returns the state with an admin of every organization, written as
// LOGIN:PASSWORD. An account that is not there is made in the first one.
func withAdmin(state gooddatatest.State, text string) (gooddatatest.State, error) {
	name, password, _ := strings.Cut(text, ":")
	login, err := brick.ParseLogin(name)
	if err == nil && password == "" {
		err = errors.New("a password is missing")
	}
	if err == nil && len(state.Organizations) == 0 {
		err = errors.New("the state has no organization")
	}
	if err != nil {
		return state, &brick.Error{Kind: brick.BadInput, Op: "--admin", Err: err, Hint: "write LOGIN:PASSWORD"}
	}
	return state.WithAdmin(string(login), password), nil
}

// introduce says where the platform is and who can log in.
func (e *emulation) introduce(w io.Writer, address string, state gooddatatest.State) {
	host := strings.TrimPrefix(address, "http://")
	fmt.Fprintf(w, "%s is a GoodData platform with what %s says, until it is interrupted\n", address, e.state)
	fmt.Fprintf(w, "export GDC_HOSTNAME=%s GDC_PROTOCOL=http\n", host)
	fmt.Fprintln(w, "a url or hostname in the params wins over these: take it out of them, or the run goes there")
	const most = 5
	var can []string
	for _, o := range state.Organizations {
		for _, u := range o.Users {
			if u.Password != "" {
				can = append(can, u.Login)
			}
		}
	}
	switch more := len(can) - most; {
	case len(can) == 0:
		fmt.Fprintln(w, "nobody can log in: no account has a password; add one with --admin LOGIN:PASSWORD")
	case more > 0:
		fmt.Fprintf(w, "accounts with a password: %s and %d more\n", strings.Join(can[:most], ", "), more)
	default:
		fmt.Fprintf(w, "accounts with a password: %s\n", strings.Join(can, ", "))
	}
}

// tellAddress leaves the address in a file, or in a pipe for whoever waits.
func (e *emulation) tellAddress(address string) error {
	if e.address == "" {
		return nil
	}
	if err := os.WriteFile(e.address, []byte(address+"\n"), 0o600); err != nil {
		return &brick.Error{Kind: brick.BadInput, Op: "--address-file", Err: err}
	}
	return nil
}

// canDump refuses a place for the state before there is one to lose.
func (e *emulation) canDump() error {
	if e.dump == "" {
		return nil
	}
	f, err := os.OpenFile(e.dump, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return &brick.Error{Kind: brick.BadInput, Op: "--dump", Err: err, Hint: "name a file in a folder that is there"}
	}
	return f.Close()
}

// keep writes the state at the end.
func (e *emulation) keep(state gooddatatest.State) error {
	if e.dump == "" {
		return nil
	}
	f, err := os.OpenFile(e.dump, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("keep the state: %w", err)
	}
	return errors.Join(state.Write(f), f.Close())
}
