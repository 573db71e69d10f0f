// Package e2e holds the browser tests: the real program, its demo, a real
// Chromium, and the three jobs the portal exists for.
package e2e

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mellemrum/internal/pg/pgtest"
	"mellemrum/web/e2e/browser"
)

// chromium is shared by every test; each visitor has cookies of their own.
var chromium *browser.Browser

// program is the portal's binary.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "mellemrum-e2e")
		if err != nil {
			return fail(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		program = filepath.Join(dir, "mellemrum")
		if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", program, "mellemrum/cmd/mellemrum").CombinedOutput(); err != nil {
			return fail(fmt.Errorf("%w\n%s", err, out))
		}
		if chromium, err = browser.Start(); err != nil {
			return fail(err)
		}
		defer chromium.Stop()
		return m.Run()
	}())
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// newPortal runs the program over a database of the test's own, filled with
// the demo, and returns its address.
func newPortal(t *testing.T) string {
	t.Helper()
	return newPortalOn(t, pgtest.DSN(t))
}

// newPortalOn is newPortal over a database that the test looks into too.
func newPortalOn(t *testing.T, dsn string) string {
	t.Helper()
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	cmd := exec.CommandContext(context.Background(), program, "serve")
	cmd.Env = append(os.Environ(), "DATABASE_URL="+dsn, "MELLEMRUM_ADDR="+address)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("the program said:\n%s", &said)
		}
	})
	ready := make(chan struct{})
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), "/demo/post") {
				close(ready)
				break
			}
		}
	}()
	select {
	case <-ready:
	case <-time.After(time.Minute):
		t.Fatalf("the portal is not ready: %s", &said)
	}
	return "http://" + address
}

// person is a visitor who ends the test when a step cannot be taken.
type person struct {
	t    *testing.T
	v    *browser.Visitor
	base string
}

func visit(t *testing.T, base string, look browser.Look) person {
	t.Helper()
	v, err := chromium.Visit(look)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Leave)
	return person{t, v, base}
}

func (p person) ok(err error) {
	p.t.Helper()
	if err == nil {
		return
	}
	at, _ := p.v.Address()
	says, _ := p.v.Text("body")
	p.t.Fatalf("%v\nat %s:\n%.1500s", err, at, says)
}

func (p person) open(path string) {
	p.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = p.base + path
	}
	p.ok(p.v.Open(path))
}

func (p person) fill(field, value string) { p.t.Helper(); p.ok(p.v.Fill("#f-"+field, value)) }
func (p person) press(selector string)    { p.t.Helper(); p.ok(p.v.Press(selector)) }
func (p person) follow(selector string)   { p.t.Helper(); p.ok(p.v.Go(selector)) }

func (p person) address() string {
	p.t.Helper()
	a, err := p.v.Address()
	p.ok(err)
	return strings.TrimPrefix(a, p.base)
}

func (p person) text(selector string) string {
	p.t.Helper()
	s, err := p.v.Text(selector)
	p.ok(err)
	return s
}

// sees checks that the page says each of the words.
func (p person) sees(words ...string) {
	p.t.Helper()
	says := strings.ToLower(p.text("body"))
	for _, w := range words {
		if !strings.Contains(says, strings.ToLower(w)) {
			p.t.Fatalf("%s does not say %q:\n%.1500s", p.address(), w, says)
		}
	}
}

func ask[T any](p person, script string) T {
	p.t.Helper()
	v, err := browser.Eval[T](p.v, script)
	p.ok(err)
	return v
}

// until asks again and again for what happens elsewhere, such as a mail.
func (p person) until(what string, there func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(browser.Patience); ; {
		if there() {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("still no %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// appears waits for what a press brings onto the page that is open. Leaving it
// at once could take the press back.
func (p person) appears(selector string) {
	p.t.Helper()
	p.until(selector, func() bool {
		there, err := browser.Eval[bool](p.v, fmt.Sprintf("!!document.querySelector(%q)", selector))
		return err == nil && there
	})
}

// signIn is somebody from the demo.
func (p person) signIn(email string) {
	p.t.Helper()
	p.open("/log-ind")
	p.fill("email", email)
	p.fill("password", "mellemrum-demo")
	p.follow(`form[action^="/log-ind"]:has(#f-password) button[type=submit]`)
}

// roomyDate is the first date on the list that still has room for guests.
func (p person) roomyDate() string {
	p.t.Helper()
	p.open("/cafeer")
	pages := ask[[]string](p, `[...document.querySelectorAll("main a[href*='/cafeer/']")].map(a => a.getAttribute("href")).filter(h => /\d{4}-\d{2}-\d{2}/.test(h))`)
	for _, page := range pages {
		p.open(page)
		if ask[bool](p, `!!document.querySelector("#f-name") && !document.querySelector("main form .notice, main .panel .notice")`) {
			page, _, _ = strings.Cut(page, "?")
			return page
		}
	}
	p.t.Fatal("no date has room")
	return ""
}
