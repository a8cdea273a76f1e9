package reach_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync"
	"testing"

	"users-brick/brick/reach"
)

// surroundings are hosts that are refused.
var surroundings = []string{
	"169.254.169.254", "169.254.170.2", "169.254.0.1", "[fe80::1]", "[fe80::1%eth0]", "[fe80::a9fe:a9fe]", "[ff02::1]",
	"[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]",
	"[fd00:ec2::254]", "[fd00:ec2::23]", "[fd20:ce::254]", "168.63.129.16", "100.100.100.200", "192.0.0.192",
}

// others are hosts where platforms, files and those who are told may live.
var others = []string{
	"127.0.0.1", "[::1]", "localhost", "10.0.0.8", "172.16.0.9", "192.168.1.1", "100.64.0.1", "[fd12:3456::1]", "[fd00:ec3::254]",
	"example.com", "203.0.113.7", "[2001:db8::1]", "[64:ff9b::102:304]", "168.63.129.17", "",
}

func TestOnlyTheSurroundingsAreRefused(t *testing.T) {
	for _, host := range surroundings {
		if !reach.Surroundings(host) {
			t.Errorf("%s may be reached", host)
		}
	}
	for _, host := range others {
		if reach.Surroundings(host) {
			t.Errorf("%s must not be reached", host)
		}
	}
}

// connecting is a transport whose names a server of our own resolves.
func connecting(t *testing.T, linkLocal bool, names *nameServer) (*http.Transport, *net.Dialer) {
	t.Helper()
	var transport http.Transport
	t.Cleanup(transport.CloseIdleConnections)
	dialer := &net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: names.dial}}
	reach.Connect(&transport, dialer, linkLocal)
	return &transport, dialer
}

func get(transport *http.Transport, address string) error {
	resp, err := (&http.Client{Transport: transport}).Get(address)
	if err == nil {
		resp.Body.Close()
	}
	return err
}

func TestAnAddressOfTheSurroundingsIsRefused(t *testing.T) {
	transport, _ := connecting(t, false, nil)
	for _, host := range surroundings {
		address := &url.URL{Scheme: "http", Host: host, Path: "/latest"}
		if err := get(transport, address.String()); !errors.Is(err, reach.ErrSurroundings) {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// What counts is where a name leads when the connection is made, however often
// that changes.
func TestANameThatLeadsToTheSurroundingsIsRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	at, err := netip.ParseAddrPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	names := &nameServer{leads: at.Addr()}
	defer names.conns.Wait()
	transport, _ := connecting(t, false, names)
	transport.DisableKeepAlives = true
	address := fmt.Sprintf("http://rebound.example.:%d/", at.Port())
	if err := get(transport, address); err != nil {
		t.Fatalf("it leads to this machine: %v", err)
	}
	names.leads = netip.MustParseAddr("169.254.169.254")
	if err := get(transport, address); !errors.Is(err, reach.ErrSurroundings) {
		t.Errorf("it leads to the surroundings now: %v", err)
	}
	names.leads = at.Addr()
	if err := get(transport, address); err != nil {
		t.Errorf("it leads to this machine again: %v", err)
	}
}

func TestARedirectToTheSurroundingsIsRefused(t *testing.T) {
	server := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/latest", http.StatusFound))
	defer server.Close()
	transport, _ := connecting(t, false, nil)
	if err := get(transport, server.URL); !errors.Is(err, reach.ErrSurroundings) {
		t.Errorf("the redirect ends with %v", err)
	}
}

func TestTheOperatorMayPermitEverything(t *testing.T) {
	transport, dialer := connecting(t, true, nil)
	for _, host := range surroundings {
		request := &http.Request{URL: &url.URL{Scheme: "http", Host: host}}
		if _, err := transport.Proxy(request); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if dialer.Control != nil || dialer.ControlContext != nil {
		t.Error("connections are looked at")
	}
}

// nameServer answers each question for an IPv4 address with one, and has no
// other.
type nameServer struct {
	leads netip.Addr
	conns sync.WaitGroup
}

func (s *nameServer) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	s.conns.Go(func() { s.serve(theirs) })
	return ours, nil
}

// serve answers over a stream, where each message follows its length (RFC 1035,
// section 4.2.2), until the other side ends it.
func (s *nameServer) serve(c net.Conn) {
	defer c.Close()
	var head [2]byte
	for {
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(head[:]))
		if _, err := io.ReadFull(c, question); err != nil {
			return
		}
		answer := s.answer(question)
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

// answer answers a message with one question.
func (s *nameServer) answer(question []byte) []byte {
	const headLen, typeA = 12, 1
	end := headLen
	for question[end] != 0 {
		end += 1 + int(question[end])
	}
	end += 1 + 4 // the root, type and class
	answer := append([]byte{}, question[:end]...)
	answer[2], answer[3] = 0x84, 0x00                 // an authoritative answer, no error
	copy(answer[6:headLen], []byte{0, 0, 0, 0, 0, 0}) // no records but the question
	if binary.BigEndian.Uint16(question[end-4:]) == typeA {
		answer[7] = 1
		answer = append(answer, 0xc0, headLen, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4) // the name again, class, no time to live, four bytes
		answer = append(answer, s.leads.AsSlice()...)
	}
	return answer
}
