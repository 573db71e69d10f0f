package pglocal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// helper, in the environment, makes the test binary a process that starts the
// server of the folder, says so, and stops when its input ends.
const helper = "PGLOCAL_HELPER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helper); dir != "" {
		os.Exit(help(dir))
	}
	os.Exit(m.Run())
}

func help(dir string) int {
	s, err := Start(context.Background(), Options{Dir: dir, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		fmt.Println("failed", err)
		return 1
	}
	fmt.Println("started", s.Attached(), s.DSN("mellemrum"))
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := s.Stop(); err != nil {
		fmt.Println("failed", err)
		return 1
	}
	return 0
}

type process struct {
	cmd      *exec.Cmd
	stdin    io.WriteCloser
	attached bool
	dsn      string
}

func spawn(t *testing.T, dir string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(exe)}
	p.cmd.Env = append(os.Environ(), helper+"="+dir)
	p.cmd.Stderr = os.Stderr
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	words := strings.Fields(line)
	if len(words) != 3 || words[0] != "started" {
		_ = p.cmd.Wait()
		t.Errorf("helper: %s", line)
		return p
	}
	p.attached, p.dsn = words[1] == "true", words[2]
	t.Cleanup(func() { p.end(t) })
	return p
}

func (p *process) end(t *testing.T) {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.stdin.Close()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("helper: %v", err)
	}
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

// folder is a data folder that the database's user may enter; t.TempDir is
// closed to it when the tests run as root.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pglocal")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func begin(t *testing.T, o Options) *Server {
	t.Helper()
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func query[T any](t *testing.T, dsn, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var v T
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func exec1(t *testing.T, dsn, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func expectError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q is more than one line", err)
	}
}

// homeOf and postmaster look at what is on the disk, as another process would.
func homeOf(t *testing.T, dir string) home {
	t.Helper()
	who, err := databaseUser()
	if err != nil {
		t.Fatal(err)
	}
	h, found, err := findHome(dir, who)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	return h
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	file, err := homeOf(t, dir).readPidFile()
	if err != nil {
		t.Fatal(err)
	}
	if file == nil {
		return 0
	}
	return file.pid
}

func TestStartAndStop(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	begun := time.Now()
	s := begin(t, Options{Dir: dir})
	t.Logf("cold start: %v", time.Since(begun))
	expect(t, "attached", s.Attached(), false)
	dsn := s.DSN("mellemrum")

	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	if err := pool.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	pool.Close()
	for name, want := range map[string]string{
		"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on",
		"listen_addresses": "", "server_encoding": "UTF8", "max_connections": "60", "TimeZone": "UTC",
		"shared_buffers": "96MB",
	} {
		expect(t, name, query[string](t, dsn, "SELECT current_setting('"+name+"')"), want)
	}
	expect(t, "Danish order", query[string](t, dsn,
		`SELECT string_agg(w, ' ' ORDER BY w COLLATE "da-x-icu") FROM unnest('{Ås,Zoo,Øst,Ærø,Aa}'::text[]) w`), "Zoo Ærø Øst Aa Ås")

	h := homeOf(t, dir)
	for _, private := range []string{h.data(), s.sockets, h.logPath()} {
		info, err := os.Stat(private)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, private+" is open to others", info.Mode().Perm()&0o077, 0)
	}

	exec1(t, dsn, "CREATE TABLE kept AS SELECT 7 AS n")
	for range 2 {
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, "pid after stop", postmaster(t, dir), 0)

	begun = time.Now()
	s = begin(t, Options{Dir: dir, MaxConnections: 33, Fast: true})
	t.Logf("warm start: %v", time.Since(begun))
	expect(t, "kept", query[int](t, s.DSN("mellemrum"), "SELECT n FROM kept"), 7)
	expect(t, "max_connections", query[string](t, s.DSN("mellemrum"), "SHOW max_connections"), "33")
	expect(t, "fsync", query[string](t, s.DSN("mellemrum"), "SHOW fsync"), "off")
	begun = time.Now()
	begin(t, Options{Dir: dir})
	t.Logf("attach: %v", time.Since(begun))
}

func TestSharingWithinAProcess(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	one := begin(t, Options{Dir: dir})
	two := begin(t, Options{Dir: dir})
	expect(t, "attached", two.Attached(), true)
	if err := one.Stop(); err != nil {
		t.Fatal(err)
	}
	expect(t, "one left", query[int](t, two.DSN("mellemrum"), "SELECT 1"), 1)
	if err := two.Stop(); err != nil {
		t.Fatal(err)
	}
	expect(t, "pid", postmaster(t, dir), 0)
}

func TestManyProcessesAtOnce(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	const n = 4
	got := make(chan *process, n)
	for range n {
		go func() { got <- spawn(t, dir) }()
	}
	all := make([]*process, 0, n)
	starters := 0
	for range n {
		p := <-got
		if p.dsn == "" {
			t.FailNow()
		}
		if !p.attached {
			starters++
		}
		all = append(all, p)
	}
	expect(t, "processes that started it", starters, 1)
	for i, p := range all {
		expect(t, "answers", query[int](t, p.dsn, "SELECT 1"), 1)
		p.end(t)
		expect(t, "runs", postmaster(t, dir) != 0, i < n-1)
	}
}

func TestKilledApplicationLosesNothing(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := spawn(t, dir)
	exec1(t, p.dsn, "CREATE TABLE kept AS SELECT 7 AS n")
	p.kill(t)

	s := begin(t, Options{Dir: dir})
	expect(t, "attached", s.Attached(), true)
	expect(t, "kept", query[int](t, s.DSN("mellemrum"), "SELECT n FROM kept"), 7)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	expect(t, "pid", postmaster(t, dir), 0)
}

// Killed at any moment of the first start, the next one gets through.
func TestKilledWhileStarting(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, moment := range []string{"lock", "making-*/PG_VERSION", "making-*/base/5", "data", "log", "data/postmaster.pid"} {
		dir := folder(t)
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), helper+"="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
			if found, _ := filepath.Glob(filepath.Join(dir, "postgres-*", moment)); found != nil {
				break
			}
			if time.Now().After(deadline) {
				t.Error("never seen:", moment)
				break
			}
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()

		s := begin(t, Options{Dir: dir})
		expect(t, "answers", query[int](t, s.DSN("mellemrum"), "SELECT 1"), 1)
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKilledServer(t *testing.T) {
	t.Parallel()
	for _, both := range []bool{false, true} {
		dir := folder(t)
		p := spawn(t, dir)
		exec1(t, p.dsn, "CREATE TABLE kept AS SELECT 7 AS n")
		if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if both {
			p.kill(t)
		}
		s := begin(t, Options{Dir: dir})
		expect(t, "attached", s.Attached(), false)
		expect(t, "kept", query[int](t, s.DSN("mellemrum"), "SELECT n FROM kept"), 7)
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := begin(t, Options{Dir: dir})
	ended := make(chan struct{})
	go func() {
		s.Watch(t.Context())
		close(ended)
	}()
	exec1(t, s.DSN("mellemrum"), "CREATE TABLE kept AS SELECT 7 AS n")
	killed := postmaster(t, dir)
	if err := syscall.Kill(killed, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if file, err := s.home.readPidFile(); err == nil && file != nil && file.pid != killed && file.ready {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it was not started again")
		}
	}
	expect(t, "kept", query[int](t, s.DSN("mellemrum"), "SELECT n FROM kept"), 7)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	<-ended
	expect(t, "pid", postmaster(t, dir), 0)
}

func TestForeignPid(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := begin(t, Options{Dir: dir})
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	// A process of the database's user, whom PostgreSQL would take for a
	// server, has got the number.
	h := homeOf(t, dir)
	other := exec.Command("/bin/sleep", "60")
	other.SysProcAttr = h.who.attributes()
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	}()
	stale := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n  5432001         7\nready   \n", other.Process.Pid, h.data(), s.sockets)
	path := filepath.Join(h.data(), "postmaster.pid")
	if err := os.WriteFile(path, []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, h.who.uid, h.who.gid); err != nil {
		t.Fatal(err)
	}
	s = begin(t, Options{Dir: dir})
	expect(t, "attached", s.Attached(), false)
	expect(t, "answers", query[int](t, s.DSN("mellemrum"), "SELECT 1"), 1)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(other.Process.Pid, 0); err != nil {
		t.Error("the other process was hit:", err)
	}
}

func TestAwkwardFolders(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		strings.Repeat("lang/", 30) + "mappe",
		`med mellemrum, komma, "citat" [x] % og æøå`,
	} {
		dir := filepath.Join(folder(t), name)
		s := begin(t, Options{Dir: dir})
		expect(t, "answers", query[int](t, s.DSN("mellemrum"), "SELECT 1"), 1)
		if path := filepath.Join(s.sockets, ".s.PGSQL.5432"); len(path) >= 107 {
			t.Errorf("%s is too long", path)
		}
		two := begin(t, Options{Dir: dir})
		expect(t, "attached", two.Attached(), true)
		if err := errors.Join(two.Stop(), s.Stop()); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(s.sockets); filepath.Dir(s.sockets) != s.home.dir && !errors.Is(err, os.ErrNotExist) {
			t.Error("the socket's folder is left:", err)
		}
	}
}

func TestRelativeFolder(t *testing.T) {
	t.Chdir(folder(t))
	s := begin(t, Options{Dir: "./var"})
	expect(t, "answers", query[int](t, s.DSN("mellemrum"), "SELECT 1"), 1)
}

func TestFolderTheDatabaseUserMayNotEnter(t *testing.T) {
	t.Parallel()
	elsewhere := thisMachine
	elsewhere.homes = filepath.Join(folder(t), "homes")
	closed := filepath.Join(folder(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "var")
	o := Options{Dir: dir, world: &elsewhere}
	s := begin(t, o)
	expect(t, "answers", query[int](t, s.DSN("mellemrum"), "SELECT 1"), 1)
	exec1(t, s.DSN("mellemrum"), "CREATE TABLE kept AS SELECT 7 AS n")
	// Only root switches users; an ordinary user's own folder is never closed.
	expect(t, "elsewhere", strings.HasPrefix(s.home.dir, elsewhere.homes), os.Geteuid() == 0)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s = begin(t, o)
	expect(t, "kept", query[int](t, s.DSN("mellemrum"), "SELECT n FROM kept"), 7)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		return
	}

	if err := os.RemoveAll(s.home.dir); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), o)
	expectError(t, err, "points to", "not there")
}

func TestFolderThatWasClosedLater(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Log("an ordinary user's own folder is never closed to the database")
		return
	}
	parent := folder(t)
	dir := filepath.Join(parent, "var")
	if err := begin(t, Options{Dir: dir}).Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(parent, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	expectError(t, err, "may not enter", "chmod")
}

func TestAnotherUsersFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		dir := filepath.Join(folder(t), "closed")
		if err := os.Mkdir(dir, 0); err != nil {
			t.Fatal(err)
		}
		_, err := Start(t.Context(), Options{Dir: dir})
		expectError(t, err, "permission denied")
		return
	}
	dir := folder(t)
	begin(t, Options{Dir: dir})
	// The test binary may lie where the other user cannot reach it.
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(folder(t), "helper")
	if err := os.WriteFile(copied, binary, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(copied)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), helper+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.Output()
	if err == nil {
		t.Error("another user may use the database")
	}
	for _, words := range []string{"belongs to root", "start as root"} {
		if !strings.Contains(string(out), words) {
			t.Errorf("%q does not say %q", out, words)
		}
	}
}

func TestBadFolders(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{})
	expectError(t, err, "no data folder")

	file := filepath.Join(folder(t), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Options{Dir: file})
	expectError(t, err, "data folder", "not a directory")

	_, err = Start(t.Context(), Options{Dir: "two\nlines"})
	expectError(t, err, "line break")
}

func TestServerThatDoesNotStartSaysWhy(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := begin(t, Options{Dir: dir})
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := appendTo(filepath.Join(s.home.data(), "postgresql.conf"), "no_such_setting = 1\n"); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	expectError(t, err, "does not start", "no_such_setting")
}

func TestGivingUp(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	for _, patience := range []time.Duration{0, 10 * time.Millisecond, 100 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		if _, err := Start(ctx, Options{Dir: dir}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		cancel()
	}
	begin(t, Options{Dir: dir})
}

// A cluster stays with the version it was made by.
func TestClusterOfAVersionThatIsGone(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	data := filepath.Join(dir, "postgres-16", "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	who, err := databaseUser()
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{data: "", filepath.Join(data, "PG_VERSION"): "16\n"} {
		if text != "" {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chown(path, who.uid, who.gid); err != nil {
			t.Fatal(err)
		}
	}
	w := thisMachine
	w.path, w.system = func() string { return "" }, ""
	_, err = Start(t.Context(), Options{Dir: dir, world: &w})
	expectError(t, err, "made by PostgreSQL 16", "postgresql-16")
}

func TestNothingInstalled(t *testing.T) {
	t.Parallel()
	w := thisMachine
	w.path, w.system, w.cache = func() string { return "" }, "", filepath.Join(folder(t), "cache")
	w.mine = func() (string, error) { return "", errors.New("no home") }
	_, err := Start(t.Context(), Options{Dir: folder(t), world: &w})
	expectError(t, err, "no PostgreSQL found", "apt install postgresql", "npm", "DATABASE_URL")
}

// The real thing: fetched by npm into the user's cache, once.
func TestFetchedByNpm(t *testing.T) {
	t.Parallel()
	w := thisMachine
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Fatal("this test needs npm: ", err)
	}
	w.path, w.system = func() string { return filepath.Dir(npm) }, ""
	if _, err := lookIn(w.path(), "postgres"); err == nil {
		// npm and postgres share a folder: leave it only npm.
		only := folder(t)
		if err := os.Symlink(npm, filepath.Join(only, "npm")); err != nil {
			t.Fatal(err)
		}
		w.path = func() string { return only }
	}
	dir := folder(t)
	begun := time.Now()
	s := begin(t, Options{Dir: dir, world: &w})
	t.Logf("start with npm's PostgreSQL: %v", time.Since(begun))
	dsn := s.DSN("mellemrum")
	expect(t, "major", query[string](t, dsn, "SHOW server_version_num")[:2], strconv.Itoa(npmMajor))
	expect(t, "Danish order", query[string](t, dsn,
		`SELECT string_agg(w, ' ' ORDER BY w COLLATE "da-x-icu") FROM unnest('{Ås,Zoo,Øst,Ærø}'::text[]) w`), "Zoo Ærø Øst Ås")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s = begin(t, Options{Dir: dir, world: &w})
	expect(t, "again", query[int](t, s.DSN("mellemrum"), "SELECT 1"), 1)
}

func TestKeeper(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := spawn(t, dir)
	kept := make(chan error, 2)
	go func() { kept <- Keep(context.Background(), dir, 200*time.Millisecond) }()
	go func() { kept <- Keep(context.Background(), dir, 200*time.Millisecond) }()
	if err := <-kept; err != nil { // the second one is not needed
		t.Fatal(err)
	}
	select {
	case err := <-kept:
		t.Fatal("the keeper left while the server was in use:", err)
	case <-time.After(500 * time.Millisecond):
	}
	p.kill(t)
	if err := <-kept; err != nil {
		t.Fatal(err)
	}
	expect(t, "pid", postmaster(t, dir), 0)
}
