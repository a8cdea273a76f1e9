package gooddatatest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// graceful is how long requests under way may take to end.
const graceful = 5 * time.Second

// Serve answers requests that come to l until ctx ends, then lets those under
// way end, cuts those that wait for their latency, and returns nil. It closes
// l. An error of l ends it, too.
func Serve(ctx context.Context, l net.Listener, s *Server) error {
	fresh := &freshConns{log: &s.log}
	server := &http.Server{
		Handler: s, ConnState: fresh.changed, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	fresh.close()
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// freshConns counts connections and knows those on which nothing was asked
// yet, for which Shutdown would wait.
type freshConns struct {
	log    *log
	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
}

func (f *freshConns) changed(conn net.Conn, state http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(f.conns, conn)
		return
	case f.closed:
		conn.Close()
	case f.conns == nil:
		f.conns = map[net.Conn]bool{conn: true}
	default:
		f.conns[conn] = true
	}
	f.log.connection()
}

func (f *freshConns) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for conn := range f.conns {
		conn.Close()
	}
}

// Start serves on a free port of this machine until stop is called, which
// returns when nothing is under way any more. The url ends with the port. It
// panics when this machine has no port for it.
func (s *Server) Start() (url string, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic("gooddatatest: " + err.Error())
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, s) }()
	var once sync.Once
	return "http://" + l.Addr().String(), func() {
		once.Do(func() {
			cancel()
			<-ended
		})
	}
}
