package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pglocal"
	"mellemrum/internal/pg/pgtest"
)

// program builds the program once for all tests of this package.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "mellemrum")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "mellemrum")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// portal is the program at work, with an embedded database in a folder.
type portal struct {
	cmd    *exec.Cmd
	base   string
	data   string
	stderr *strings.Builder
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func startPortal(t *testing.T, data string) *portal {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	p := &portal{base: "http://" + address, data: data, stderr: new(strings.Builder)}
	p.cmd = exec.CommandContext(context.Background(), path, "serve")
	p.cmd.Env = append(os.Environ(), "DATABASE_URL=", "MELLEMRUM_ADDR="+address, "MELLEMRUM_DATA="+data)
	p.cmd.Stderr = p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan bool, 1)
	go func() {
		said := bufio.NewScanner(out)
		for said.Scan() {
			if strings.Contains(said.Text(), p.base) {
				select {
				case ready <- true:
				default:
				}
			}
		}
	}()
	select {
	case <-ready:
	case <-time.After(2 * time.Minute):
		_ = p.cmd.Process.Kill()
		t.Fatalf("not ready: %s", p.stderr)
	}
	return p
}

// end sends a signal and waits for the program to be gone.
func (p *portal) end(t *testing.T, s os.Signal) error {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(time.Minute):
		_ = p.cmd.Process.Kill()
		t.Fatalf("does not end on %v: %s", s, p.stderr)
		return nil
	}
}

func (p *portal) get(t *testing.T, path string) string {
	t.Helper()
	res, err := http.Get(p.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", path, res.StatusCode, err)
	}
	return string(body)
}

var datePage = regexp.MustCompile(`/cafeer/[a-z0-9-]+/\d{4}-\d{2}-\d{2}`)

// A sign-up that was answered is there, whatever happens to the program.
func TestKilledInTheMiddleOfSignUps(t *testing.T) {
	data := pgtest.Dir(t)
	p := startPortal(t, data)
	pages := datePage.FindAllString(p.get(t, "/cafeer?lang=da"), -1)
	if len(pages) == 0 {
		t.Fatal("the demo has no dates to sign up for")
	}
	client := &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	var mu sync.Mutex
	var acknowledged []string
	var killed atomic.Bool
	enough := make(chan struct{})
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := 0; !killed.Load(); n++ {
				email := fmt.Sprintf("w%d.%d@killed.example", worker, n)
				form := url.Values{"place": {"guest"}, "name": {"Prøve Person"}, "email": {email}, "party": {"1"}, "language": {"da"}}
				res, err := client.PostForm(p.base+pages[n%len(pages)], form)
				if err != nil {
					if killed.Load() {
						return
					}
					t.Errorf("%s: %v", email, err)
					return
				}
				_ = res.Body.Close()
				if res.StatusCode != http.StatusSeeOther {
					continue // such as a café with no place for guests
				}
				mu.Lock()
				acknowledged = append(acknowledged, email)
				if len(acknowledged) == 150 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	select {
	case <-enough:
	case <-time.After(2 * time.Minute):
		t.Fatal("150 sign-ups take too long")
	}
	killed.Store(true)
	if err := p.end(t, syscall.SIGKILL); err == nil {
		t.Error("it was not killed")
	}
	wg.Wait()

	again := startPortal(t, data) // recovers by itself
	server, err := pglocal.Start(t.Context(), pglocal.Options{Dir: data, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: server.DSN("mellemrum")})
	if err != nil {
		t.Fatal(err)
	}
	found, err := pg.One(t.Context(), db.Reader(), `SELECT count(*)::int FROM sign_ups WHERE email = ANY ($1)`, pg.Scalar[int], acknowledged)
	if err != nil || found != len(acknowledged) {
		t.Errorf("%d of %d acknowledged sign-ups are there, %v", found, len(acknowledged), err)
	}
	torn, err := pg.One(t.Context(), db.Reader(), `
		SELECT count(*)::int FROM sign_ups s WHERE s.email LIKE '%@killed.example' AND (
			NOT EXISTS (SELECT FROM audit_entries a WHERE a.object_id = s.id) OR
			NOT EXISTS (SELECT FROM sign_up_links l WHERE l.sign_up_id = s.id) OR
			NOT EXISTS (SELECT FROM river_job j WHERE j.kind = 'mail' AND j.args->>'to' = s.email))`, pg.Scalar[int])
	if err != nil || torn != 0 {
		t.Errorf("%d sign-ups are half-written, %v", torn, err)
	}
	db.Close()
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	if err := again.end(t, os.Interrupt); err != nil {
		t.Errorf("Ctrl-C: %v\n%s", err, again.stderr)
	}
	if left, _ := filepath.Glob(filepath.Join(data, "*", "data", "postmaster.pid")); len(left) > 0 {
		t.Errorf("the database still runs: %v", left)
	}
}

func TestTwoOnOneFolderShareTheDatabase(t *testing.T) {
	data := pgtest.Dir(t)
	one := startPortal(t, data)
	two := startPortal(t, data)
	if err := one.end(t, os.Interrupt); err != nil {
		t.Error(err)
	}
	two.get(t, "/readyz")
	two.get(t, "/")
	if err := two.end(t, os.Interrupt); err != nil {
		t.Error(err)
	}
}

func TestWhatStopsTheProgramAtTheStart(t *testing.T) {
	for name, c := range map[string]struct {
		args, environ []string
		says          string
	}{
		"unknown command": {[]string{"dance"}, nil, "unknown command"},
		"unknown setting": {[]string{"version"}, []string{"MELLEMRUM_MODUS=demo"}, "MELLEMRUM_MODUS"},
		"demo people":     {[]string{"seed"}, []string{"MELLEMRUM_MODE=production", "DATABASE_URL=postgres://a/b", "MELLEMRUM_BASE_URL=https://a.example", "MELLEMRUM_SMTP_URL=smtp://a?from=a@b.example"}, "production"},
	} {
		err := run(t.Context(), c.args, c.environ, strings.NewReader(""), io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: want one line with %q, got %v", name, c.says, err)
		}
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"version"}, nil, nil, &out); err != nil || !strings.HasPrefix(out.String(), "mellemrum ") {
		t.Errorf("version: %q, %v", out.String(), err)
	}
}
