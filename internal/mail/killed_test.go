package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// unnoted is for transports that are tried without a worker.
func unnoted(context.Context) error { return nil }

// try runs the worker on a letter's job once, as the queue would.
func try(t *testing.T, db *pg.DB, w *Worker, id int64) error {
	t.Helper()
	args, err := pg.One(t.Context(), db.Fresh(), `SELECT args FROM river_job WHERE id = $1`, pg.Scalar[Post], id)
	if err != nil {
		t.Fatal(err)
	}
	w.DB = db
	return w.Work(t.Context(), &river.Job[Post]{JobRow: &rivertype.JobRow{ID: id, Attempt: 1}, Args: args})
}

// jobOf is the newest mail's job.
func jobOf(t *testing.T, db *pg.DB) int64 {
	t.Helper()
	id, err := pg.One(t.Context(), db.Fresh(), `SELECT max(id) FROM river_job WHERE kind = 'mail'`, pg.Scalar[int64])
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// The next function is the process that is killed: it sends one letter.
const childEnv = "MAIL_TEST_CHILD"

func TestChildProcess(t *testing.T) {
	if os.Getenv(childEnv) == "" {
		t.Skip("is started by the tests below")
	}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: os.Getenv("MAIL_TEST_DSN")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	transport, err := newSMTP(os.Getenv(childEnv), patience)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("ready")
	t.Log(try(t, db, &Worker{Render: numbered, Transport: transport}, jobOf(t, db)))
}

// killed starts a process that sends the letter, and kills it when reached says
// how far it is.
func killed(t *testing.T, dsn, server string, reached <-chan struct{}) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChildProcess$", "-test.v")
	child.Env = append(os.Environ(), childEnv+"=smtp://"+server+"?from=hej@mellemrum.example", "MAIL_TEST_DSN="+dsn)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	go func() {
		var all strings.Builder
		for lines := bufio.NewScanner(out); lines.Scan(); {
			all.WriteString(lines.Text() + "\n")
		}
		said <- all.String()
	}()
	select {
	case <-reached:
	case words := <-said:
		t.Fatalf("it ended by itself:\n%s", words)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
}

func fresh(t *testing.T) (*pg.DB, string) {
	t.Helper()
	dsn := pgtest.DSN(t)
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: dsn})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db, dsn
}

// The server has the whole letter when the process dies, and nobody heard its
// answer.
func TestKilledWhileHandingOverALetterIsNotSentTwice(t *testing.T) {
	t.Parallel()
	db, dsn := fresh(t)
	b := &box{took: make(chan struct{}, 10), hang: make(chan struct{})}
	reached := make(chan struct{}, 1)
	b.data = func(string) error { reached <- struct{}{}; return nil }
	address := b.open(t, "127.0.0.1:0")
	send(t, db, numberedPost("Ida@post.example", 1))
	killed(t, dsn, address, reached)
	close(b.hang)
	<-b.took

	w := &Worker{Render: numbered, Transport: b.transport(t, address, patience)}
	for range 2 { // nor when the next process dies as well
		if err := try(t, db, w, jobOf(t, db)); !errors.Is(err, errHanded) || !errors.As(err, new(*river.JobCancelError)) {
			t.Errorf("the letter's job ends with %v", err)
		}
	}
	if got := b.got(t, "Ida@post.example"); !slices.Equal(got, []string{"1"}) {
		t.Errorf("got %v", got)
	}
	marks, err := Bounced(t.Context(), db.Reader(), []string{"ida@post.example"})
	if err != nil || !marks["ida@post.example"].Unsure {
		t.Errorf("staff see %+v, %v", marks, err)
	}

	// The next letter arrives, and the mark is gone.
	send(t, db, numberedPost("ida@post.example", 2))
	if _, err := db.Pool().Exec(t.Context(), `UPDATE river_job SET state = 'cancelled', finalized_at = now() WHERE id < $1`, jobOf(t, db)); err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	b.hang, b.data = nil, nil
	b.mu.Unlock()
	if err := try(t, db, w, jobOf(t, db)); err != nil || count(t, db, "FROM mail_bounces") != 0 {
		t.Errorf("%v, %d marks", err, count(t, db, "FROM mail_bounces"))
	}
}

// The server has not even greeted when the process dies.
func TestKilledBeforeHandingOverALetterComesOnce(t *testing.T) {
	t.Parallel()
	db, dsn := fresh(t)
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	reached := make(chan struct{}, 1)
	go func() {
		conn, err := silent.Accept()
		if err == nil {
			defer func() { _ = conn.Close() }()
			reached <- struct{}{}
			_, _ = conn.Read(make([]byte, 1)) // until the process is gone
		}
	}()
	send(t, db, numberedPost("ida@post.example", 1))
	killed(t, dsn, silent.Addr().String(), reached)

	b, transport := newBox(t)
	for range 2 { // the second time the letter has left, but its job does not know
		if err := try(t, db, &Worker{Render: numbered, Transport: transport}, jobOf(t, db)); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.got(t, "ida@post.example"); !slices.Equal(got, []string{"1"}) || count(t, db, "FROM mail_bounces") != 0 {
		t.Errorf("got %v, and %d marks", got, count(t, db, "FROM mail_bounces"))
	}
}

// A server that says no leaves no note: the letter is tried again.
func TestAfterACleanErrorTheLetterIsTriedAgain(t *testing.T) {
	t.Parallel()
	db, _ := fresh(t)
	b, transport := newBox(t)
	b.full = 1
	w := &Worker{Render: numbered, Transport: transport}
	send(t, db, numberedPost("ida@post.example", 1))
	if err := try(t, db, w, jobOf(t, db)); err == nil || count(t, db, "FROM mail_handing") != 0 {
		t.Errorf("%v, %d notes", err, count(t, db, "FROM mail_handing"))
	}
	if err := try(t, db, w, jobOf(t, db)); err != nil || len(b.got(t, "ida@post.example")) != 1 {
		t.Errorf("%v, got %v", err, b.got(t, "ida@post.example"))
	}
}
