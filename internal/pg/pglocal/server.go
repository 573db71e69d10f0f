package pglocal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	silence   = 30 * time.Second // how long a living server may say nothing
	conflicts = 20 * time.Second // how long remains of a killed server may be in the way
)

// pidFile is what a running server writes about itself.
type pidFile struct {
	pid     int
	sockets string
	ready   bool
}

// readPidFile returns nil when there is none, or none that makes sense yet.
func (h home) readPidFile() (*pidFile, error) {
	text, err := os.ReadFile(filepath.Join(h.data(), "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, h.denied(err)
	}
	lines := strings.Split(string(text), "\n")
	line := func(i int) string {
		if i < len(lines) {
			return strings.TrimSpace(lines[i])
		}
		return ""
	}
	pid, _ := strconv.Atoi(line(0))
	if pid <= 1 {
		return nil, nil
	}
	return &pidFile{pid: pid, sockets: line(4), ready: line(7) == "ready"}, nil
}

// isOurs tells a server of this cluster from a process that got its number
// later: it is named postgres and works in the cluster's folder.
func (h home) isOurs(pid int) bool {
	comm, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm"))
	if err != nil || !bytes.HasPrefix(comm, []byte("post")) {
		return false
	}
	return worksIn(pid, h.data())
}

func worksIn(pid int, dir string) bool {
	there, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
	if err != nil {
		return false
	}
	here, err := os.Stat(dir)
	return err == nil && os.SameFile(here, there)
}

func processesIn(dir string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && worksIn(pid, dir) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// processes lists the server and its children, also when only they are left.
func (h home) processes() []int {
	return slices.DeleteFunc(processesIn(h.data()), func(pid int) bool { return !h.isOurs(pid) })
}

// bringUp returns the socket folder of a server that answers. The caller
// holds the lock.
func (h home) bringUp(ctx context.Context, o Options, bin binaries) (sockets string, attached bool, err error) {
	since := time.Now()
	for {
		sockets, err = h.attach(ctx, o)
		if err != nil || sockets != "" {
			return sockets, true, err
		}
		if bin.dir == "" {
			if bin, err = find(ctx, o, h.major, h.who); err != nil {
				return "", false, err
			}
		}
		if err := h.clearRemains(ctx, bin); err != nil {
			return "", false, err
		}
		sockets, err = h.launch(ctx, o, bin)
		var conflict *conflictError
		if !errors.As(err, &conflict) || time.Since(since) > conflicts {
			return sockets, false, err
		}
		// A server that a killed application had just begun to start was
		// quicker, or the memory of a killed one is not free yet.
		if err := pause(ctx); err != nil {
			return "", false, err
		}
	}
}

// attach waits for a server that is running or starting. Without one it
// returns no folder.
func (h home) attach(ctx context.Context, o Options) (string, error) {
	since, told := time.Now(), false
	for {
		file, err := h.readPidFile()
		if err != nil || file == nil {
			return "", err
		}
		alive := h.isOurs(file.pid)
		if file.ready {
			err := h.ensureDatabase(ctx, file.sockets)
			if err == nil {
				return file.sockets, nil
			}
			if !notYet(err) {
				return "", err
			}
		}
		if !alive {
			return "", nil
		}
		if !told && time.Since(since) > 3*time.Second {
			o.Log.Info("waiting for the database, which is starting, recovering or stopping", "folder", h.dir)
			told = true
		}
		if file.ready && time.Since(since) > silence {
			return "", fmt.Errorf("the server in %s (process %d) runs but does not answer; see %s", h.dir, file.pid, h.logPath())
		}
		if err := pause(ctx); err != nil {
			return "", fmt.Errorf("waiting for the server in %s: %w", h.dir, err)
		}
	}
}

// notYet tells a server that cannot answer now from one that refuses.
func notYet(err error) bool {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return strings.HasPrefix(pgErr.Code, "57P") || strings.HasPrefix(pgErr.Code, "53")
	}
	return true
}

func (h home) ensureDatabase(ctx context.Context, sockets string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgconn.Connect(ctx, dsn(sockets, database))
	if err == nil {
		return conn.Close(ctx)
	}
	if !hasCode(err, "3D000") {
		return err
	}
	conn, err = pgconn.Connect(ctx, dsn(sockets, "postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, "CREATE DATABASE "+database).ReadAll()
	if hasCode(err, "42P04") {
		return nil
	}
	return err
}

func hasCode(err error, code string) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && pgErr.Code == code
}

// clearRemains deals with what a server leaves that did not stop properly:
// children that have not noticed yet, and a postmaster.pid whose number now
// belongs to somebody else, at which PostgreSQL would refuse to start.
func (h home) clearRemains(ctx context.Context, bin binaries) error {
	if err := bin.runIn(ctx, h.who, h.dir); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("user %s, who has to run PostgreSQL, may not enter %s or one of the folders above it: let it pass (chmod o+x), or choose another data folder (%w)", h.who.name, h.dir, err)
	}
	file, err := h.readPidFile()
	if err != nil || file == nil {
		return err
	}
	since, told := time.Now(), false
	for {
		left := h.processes()
		if len(left) == 0 {
			break
		}
		if h.isOurs(file.pid) {
			return nil // it lives after all: attach
		}
		if !told && time.Since(since) > 5*time.Second {
			for _, pid := range left {
				_ = syscall.Kill(pid, syscall.SIGQUIT)
			}
			told = true
		}
		if time.Since(since) > conflicts {
			return fmt.Errorf("processes of a killed server are still there and will not end: %v", left)
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
	if syscall.Kill(file.pid, 0) == nil {
		return os.Remove(filepath.Join(h.data(), "postmaster.pid"))
	}
	return nil
}

// conflictError is a failed start that may succeed in a moment.
type conflictError struct{ error }

func (h home) logPath() string { return filepath.Join(h.dir, "log") }

func (h home) openLog() (*os.File, int64, error) {
	path := h.logPath()
	if info, err := os.Lstat(path); err == nil && info.Size() > 8<<20 {
		_ = os.Rename(path, path+".old")
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, 0, h.denied(err)
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		err = h.give(f)
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	return f, end, nil
}

// launch starts the server and waits until it answers.
func (h home) launch(ctx context.Context, o Options, bin binaries) (string, error) {
	if err := h.makeCluster(ctx, o, bin); err != nil {
		return "", err
	}
	sockets, err := h.socketFolder(ctx, bin)
	if err != nil {
		return "", err
	}
	log, begin, err := h.openLog()
	if err != nil {
		return "", err
	}
	defer func() { _ = log.Close() }()
	said := func() string {
		text, _ := io.ReadAll(io.NewSectionReader(log, begin, 1<<20))
		return oneLine(text)
	}

	// It outlives ctx and, if need be, us.
	cmd := bin.command(context.WithoutCancel(ctx), h.who, h.dir, "postgres", h.settings(o, sockets)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	begun, told := time.Now(), false
	for {
		file, err := h.readPidFile()
		if err == nil && file != nil && file.pid == cmd.Process.Pid && file.ready {
			if err = h.ensureDatabase(ctx, sockets); err == nil {
				return sockets, nil
			}
			if notYet(err) && time.Since(begun) < silence {
				err = nil
			}
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			_ = cmd.Process.Signal(syscall.SIGQUIT)
			<-ended
			return "", fmt.Errorf("start the server in %s: %w; it said: %s", h.dir, err, said())
		}
		if !told && time.Since(begun) > 3*time.Second {
			o.Log.Info("the database is still starting; after a crash it has to recover first", "folder", h.dir)
			told = true
		}
		select {
		case <-ended:
			text := said()
			err := fmt.Errorf("the server in %s does not start: %s", h.dir, text)
			for _, words := range []string{`"postmaster.pid" already exists`, "shared memory block", `.lock" already exists`} {
				if strings.Contains(text, words) {
					return "", &conflictError{err}
				}
			}
			return "", err
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (h home) settings(o Options, sockets string) []string {
	set := []string{
		"listen_addresses=",
		"port=" + port,
		`unix_socket_directories="` + strings.ReplaceAll(sockets, `"`, `""`) + `"`,
		"unix_socket_permissions=0700",
		"logging_collector=off",
		"log_destination=stderr",
	}
	if o.MaxConnections > 0 {
		set = append(set, "max_connections="+strconv.Itoa(o.MaxConnections))
	}
	if o.Fast {
		set = append(set, "fsync=off", "full_page_writes=off", "synchronous_commit=off",
			"wal_level=minimal", "max_wal_senders=0", "checkpoint_timeout=1h")
	}
	args := make([]string, 0, 2+2*len(set))
	args = append(args, "-D", h.data())
	for _, s := range set {
		args = append(args, "-c", s)
	}
	return args
}

// tuning goes to the end of postgresql.conf, where whoever runs the portal
// may change it.
const tuning = `
# Mellemrum: a small server that shares its machine. Change what you like;
# only addresses, socket and log are decided elsewhere.
max_connections = 60
shared_buffers = 96MB
effective_cache_size = 512MB
work_mem = 8MB
maintenance_work_mem = 64MB
min_wal_size = 64MB
max_wal_size = 512MB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_checkpoints = off
`

// makeCluster makes the cluster in a folder beside its place and moves it
// there when it is whole, so that being killed leaves nothing half-made.
func (h home) makeCluster(ctx context.Context, o Options, bin binaries) error {
	if _, err := os.Stat(h.data()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	old, _ := filepath.Glob(filepath.Join(globSafe(h.dir), "making-*"))
	for _, dir := range old {
		// A killed start's initdb sees that nobody listens and ends; taking
		// its folder before that would leave its shared memory behind.
		for since := time.Now(); len(processesIn(dir)) > 0 && time.Since(since) < 5*time.Second; {
			if err := pause(ctx); err != nil {
				return err
			}
		}
		_ = os.RemoveAll(dir)
	}
	tmp, err := os.MkdirTemp(h.dir, "making-")
	if err != nil {
		return h.denied(err)
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	if h.who.switched {
		if err := os.Chown(tmp, h.who.uid, h.who.gid); err != nil {
			return fmt.Errorf("give %s to user %s: %w", tmp, h.who.name, err)
		}
	}
	o.Log.Info("making the database", "folder", h.dir, "PostgreSQL", h.major)
	args := []string{"-D", tmp, "-U", user, "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--data-checksums", "--no-instructions"}
	if o.Fast {
		args = append(args, "--no-sync")
	}
	cmd := bin.command(ctx, h.who, tmp, "initdb", args...)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("make a database in %s: %w: %s", h.dir, err, oneLine(out))
	}
	if err := appendTo(filepath.Join(tmp, "postgresql.conf"), tuning); err != nil {
		return err
	}
	if err := os.Rename(tmp, h.data()); err != nil {
		return err
	}
	return syncFolder(h.dir)
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// shutDown stops the server, if it runs. The caller holds both locks.
func (h home) shutDown() error {
	file, err := h.readPidFile()
	if err != nil || file == nil || !h.isOurs(file.pid) {
		return err
	}
	// Fast: sessions end, everything is written. Immediate: the next start
	// recovers. Nothing that was acknowledged is lost either way.
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 30 * time.Second}, {syscall.SIGQUIT, 10 * time.Second}} {
		if err := syscall.Kill(file.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal process %d: %w", file.pid, err)
		}
		for since := time.Now(); time.Since(since) < step.wait; time.Sleep(2 * time.Millisecond) {
			if !h.isOurs(file.pid) {
				if file.sockets != "" && filepath.Dir(file.sockets) != h.dir {
					_ = os.Remove(file.sockets)
				}
				return nil
			}
		}
	}
	return fmt.Errorf("process %d does not stop; see %s", file.pid, h.logPath())
}
