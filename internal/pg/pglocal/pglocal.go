// Package pglocal is the database for people who have none: it finds (or
// fetches) PostgreSQL's programs, makes a cluster, starts it, attaches to it
// and stops it.
//
// It owns the folder postgres-<major> below the data folder:
//
//	data/   the cluster, readable by the database's user only
//	run/    the socket; who may not enter this folder may not connect
//	log     what the server says
//	lock    held while somebody starts or stops the server
//	users   shared by every process that uses the server
//
// The locks are flock locks, so a killed process lets go of them by itself:
// several processes share one server, the last one stops it, and a server
// that outlived its application is found again by the next start. There is no
// TCP port and no password; the folder's permissions are the key.
package pglocal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	user     = "mellemrum"
	database = "mellemrum"
	port     = "5432" // part of the socket's name only
)

// Options says where the server lives and how careful it is.
type Options struct {
	// Dir is the data folder; the cluster is in Dir/postgres-<major>.
	Dir string
	// Fast gives up durability. For tests only.
	Fast bool
	// Log is told what takes long or is out of the ordinary; nil: nobody.
	Log *slog.Logger
	// MaxConnections overrides postgresql.conf (60) when above zero. It has
	// no effect on a server that runs already.
	MaxConnections int

	world *world // nil: this machine; tests hide parts of it
}

// Server is a running server and our share in it.
type Server struct {
	home     home
	sockets  string
	attached bool
	users    *flock
	options  Options

	stop    sync.Once
	stopped chan struct{}
	stopErr error
}

// Start returns a server that answers and has the database "mellemrum". It
// attaches to the one another process started, or starts it, after making the
// cluster when there is none.
func Start(ctx context.Context, o Options) (*Server, error) {
	s, err := start(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("local database: %w", err)
	}
	return s, nil
}

func start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.world == nil {
		o.world = &thisMachine
	}
	dir, err := dataFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	o.Dir = dir
	who, err := databaseUser()
	if err != nil {
		return nil, err
	}
	h, found, err := findHome(dir, who)
	if err != nil {
		return nil, err
	}
	var bin binaries
	if !found {
		if bin, err = find(ctx, o, 0, who); err != nil {
			return nil, err
		}
		if h, err = makeHome(ctx, bin, who, o); err != nil {
			return nil, err
		}
	}

	starting, err := h.lockStarting(ctx, o)
	if err != nil {
		return nil, err
	}
	defer starting.close()
	users, err := h.lock("users")
	if err != nil {
		return nil, err
	}
	// Only a holder of the first lock asks for this one exclusively, so it is
	// free for sharing.
	if err := users.share(ctx); err != nil {
		users.close()
		return nil, fmt.Errorf("lock %s: %w", users.path(), err)
	}
	s := &Server{home: h, users: users, options: o, stopped: make(chan struct{})}
	s.sockets, s.attached, err = h.bringUp(ctx, o, bin)
	if err != nil {
		users.close()
		return nil, err
	}
	return s, nil
}

// DSN is the address of a database on the server.
func (s *Server) DSN(database string) string { return dsn(s.sockets, database) }

func dsn(sockets, database string) string {
	u := url.URL{
		Scheme: "postgres",
		User:   url.User(user),
		Path:   "/" + database,
		RawQuery: url.Values{
			"host":    {sockets},
			"port":    {port},
			"sslmode": {"disable"},
		}.Encode(),
	}
	return u.String()
}

func (h home) lockStarting(ctx context.Context, o Options) (*flock, error) {
	l, err := h.lock("lock")
	if err != nil {
		return nil, err
	}
	slow := func() {
		o.Log.Info("waiting for another process that starts or stops the database", "folder", h.dir)
	}
	if err := l.wait(ctx, slow); err != nil {
		l.close()
		return nil, fmt.Errorf("waiting for another process that starts or stops the database in %s: %w", h.dir, err)
	}
	return l, nil
}

// Attached is true when another process had started the server.
func (s *Server) Attached() bool { return s.attached }

// Stop gives up our share. The last process that uses the server stops it.
func (s *Server) Stop() error {
	s.stop.Do(func() {
		close(s.stopped)
		if err := s.release(); err != nil {
			s.stopErr = fmt.Errorf("stop the local database: %w", err)
		}
	})
	return s.stopErr
}

func (s *Server) release() error {
	defer s.users.close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	starting, err := s.home.lockStarting(ctx, s.options)
	if err != nil {
		return err
	}
	defer starting.close()
	// A killed process keeps its lock for the moment it takes to vanish.
	for range 5 {
		if s.users.take() {
			return s.home.shutDown()
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

// Watch starts the server again when it has died (a system short of memory
// kills the largest), until ctx ends or Stop is called. The address stays.
func (s *Server) Watch(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-s.stopped:
			cancel()
		case <-ctx.Done():
		}
	}()
	wait := time.Second
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = time.Second
		if file, err := s.home.readPidFile(); err != nil || file != nil && s.home.isOurs(file.pid) {
			continue
		}
		if err := s.revive(ctx); err != nil && ctx.Err() == nil {
			s.options.Log.Error("the local database has died and does not start", "error", err)
			wait = 15 * time.Second
		}
	}
}

func (s *Server) revive(ctx context.Context) error {
	starting, err := s.home.lockStarting(ctx, s.options)
	if err != nil {
		return err
	}
	defer starting.close()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_, attached, err := s.home.bringUp(ctx, s.options, binaries{})
	if err == nil && !attached {
		s.options.Log.Warn("the local database had died and was started again", "folder", s.home.dir)
	}
	return err
}

// Keep waits until no process has used the server of a data folder for as
// long as linger, and stops it then. It is for those who cannot say when they
// are the last (test binaries), in a process of its own. One keeper is enough:
// any other returns at once.
func Keep(ctx context.Context, dir string, linger time.Duration) error {
	who, err := databaseUser()
	if err != nil {
		return err
	}
	h, found, err := findHome(dir, who)
	if err != nil || !found {
		return err
	}
	keeper, err := h.lock("keeper")
	if err != nil {
		return err
	}
	defer keeper.close()
	if !keeper.take() {
		return nil
	}
	starting, err := h.lock("lock")
	if err != nil {
		return err
	}
	defer starting.close()
	users, err := h.lock("users")
	if err != nil {
		return err
	}
	defer users.close()

	lastUsed := time.Now()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		if !starting.take() {
			lastUsed = time.Now()
			continue
		}
		switch {
		case !users.take():
			lastUsed = time.Now()
		case time.Since(lastUsed) >= linger:
			err := h.shutDown()
			// Before the others: who starts the server next must be able
			// to find its own keeper.
			keeper.close()
			return err
		default:
			users.release()
		}
		starting.release()
	}
}

func dataFolder(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("no data folder is named")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(abs, "\n\r\x00") {
		return "", fmt.Errorf("the data folder's name %q has a line break in it", abs)
	}
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // the database's user has to pass
	}
	if err := os.MkdirAll(abs, mode); err != nil {
		return "", fmt.Errorf("make the data folder: %w", err)
	}
	return filepath.EvalSymlinks(abs)
}
