package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

func soon(int) time.Duration { return 20 * time.Millisecond }

// numbered writes a letter whose subject is its number.
func numbered(_ context.Context, p Post) (Message, error) {
	if p.Letter == "broken" {
		return Message{}, errors.New("a hole")
	}
	return Message{Subject: fmt.Sprint(p.Facts["n"]), Text: "-", HTML: "-"}, nil
}

// work sends what waits, with as many workers as the portal has, until the test
// is over or stop is called.
func work(t *testing.T, db *pg.DB, transport Transport) (stop func()) {
	t.Helper()
	workers := river.NewWorkers()
	river.AddWorker(workers, &Worker{DB: db, Transport: transport, Render: numbered, pause: soon, nap: 20 * time.Millisecond})
	client, err := river.NewClient[pgx.Tx](riverpgxv5.New(db.Pool()), &river.Config{
		Queues:               map[string]river.QueueConfig{Queue: {MaxWorkers: 4, FetchPollInterval: 20 * time.Millisecond, FetchCooldown: 10 * time.Millisecond}},
		Workers:              workers,
		JobTimeout:           time.Second,
		RescueStuckJobsAfter: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	stop = func() { _ = client.StopAndCancel(context.Background()) }
	t.Cleanup(stop)
	return stop
}

func numberedPost(to string, n int) Post {
	return Post{Letter: "test", To: to, Locale: "da", Facts: map[string]any{"n": n}}
}

func send(t *testing.T, db *pg.DB, posts ...Post) {
	t.Helper()
	if err := enqueue(db, posts...); err != nil {
		t.Fatal(err)
	}
}

// eventually waits for what the workers bring about.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not yet after half a minute: " + what)
		}
	}
}

func count(t *testing.T, db *pg.DB, sql string) int {
	t.Helper()
	n, err := pg.One(context.Background(), db.Fresh(), "SELECT count(*)::int "+sql, pg.Scalar[int])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// done waits until no mail is left to do.
func done(t *testing.T, db *pg.DB) {
	t.Helper()
	eventually(t, "every mail done with", func() bool { return count(t, db, "FROM river_job WHERE finalized_at IS NULL") == 0 })
}

// got are the subjects an address received, in order.
func (b *box) got(t *testing.T, to string) (subjects []string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, raw := range b.mails {
		if b.to[i] != to {
			continue
		}
		m, err := netmail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		subjects = append(subjects, m.Header.Get("Subject"))
	}
	return subjects
}

func refused(code int, class, subject, detail int, words string) func(string) error {
	return func(string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{class, subject, detail}, Message: words}
	}
}

func TestMailsLeaveOnceAndInTheOrderTheyWereWritten(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	b, transport := newBox(t)
	b.full = 7
	var posts []Post
	want := map[string][]string{}
	for n := range 50 {
		to := fmt.Sprintf("nabo%d@post.example", n%5)
		want[to] = append(want[to], fmt.Sprint(n))
		if n%2 == 1 {
			posts = append(posts, numberedPost(strings.ToUpper(to[:1])+to[1:], n)) // the same address
		} else {
			posts = append(posts, numberedPost(to, n))
		}
	}
	send(t, db, posts...)
	work(t, db, transport)
	done(t, db)
	for to, subjects := range want {
		b.mu.Lock()
		for i := range b.to {
			b.to[i] = strings.ToLower(b.to[i])
		}
		b.mu.Unlock()
		if got := b.got(t, to); !slices.Equal(got, subjects) {
			t.Errorf("%s got %v, want %v", to, got, subjects)
		}
	}
	if n := count(t, db, "FROM river_job WHERE state <> 'completed'"); n != 0 {
		t.Errorf("%d mails were not sent", n)
	}
}

// Each way in which a mail server can be in trouble, and the same server after
// it: every mail arrives, once, in order.
func TestMailsArriveWhenTheServerIsBack(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(t *testing.T, b *box) (transport *SMTP, over func()){
		"refusing everybody for now": func(t *testing.T, b *box) (*SMTP, func()) {
			b.rcpt = refused(451, 4, 3, 0, "try later")
			return b.transport(t, b.open(t, "127.0.0.1:0"), patience), func() { b.rcpt = nil }
		},
		"refusing us": func(t *testing.T, b *box) (*SMTP, func()) {
			b.rcpt = refused(554, 5, 7, 1, "Relay access denied")
			return b.transport(t, b.open(t, "127.0.0.1:0"), patience), func() { b.rcpt = nil }
		},
		"slow": func(t *testing.T, b *box) (*SMTP, func()) {
			hang := make(chan struct{})
			b.hang = hang
			t.Cleanup(func() { close(hang) })
			return b.transport(t, b.open(t, "127.0.0.1:0"), 100*time.Millisecond), func() { b.hang = nil }
		},
		"down": func(t *testing.T, b *box) (*SMTP, func()) {
			l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			address := l.Addr().String()
			_ = l.Close()
			return b.transport(t, address, patience), func() { b.open(t, address) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			b := &box{took: make(chan struct{}, 1000)}
			transport, over := trouble(t, b)
			send(t, db, numberedPost("ida@post.example", 1), numberedPost("ida@post.example", 2), numberedPost("bo@post.example", 3))
			work(t, db, transport)
			eventually(t, "two tries", func() bool {
				return count(t, db, "FROM river_job WHERE cardinality(errors) > 1") == 2 // the second to Ida has to wait for the first
			})
			if len(b.got(t, "ida@post.example")) != 0 {
				t.Error("nothing should have arrived yet")
			}
			b.mu.Lock()
			over()
			b.mu.Unlock()
			done(t, db)
			if ida, bo := b.got(t, "ida@post.example"), b.got(t, "bo@post.example"); !slices.Equal(ida, []string{"1", "2"}) || !slices.Equal(bo, []string{"3"}) {
				t.Errorf("Ida got %v, Bo %v", ida, bo)
			}
			if n := count(t, db, "FROM mail_bounces"); n != 0 {
				t.Errorf("%d addresses are marked for what the server did", n)
			}
			if n := count(t, db, "FROM river_job WHERE args->'facts'->>'n' = '2' AND attempt > 1"); n != 0 {
				t.Error("waiting for another letter used up a try")
			}
		})
	}
}

func TestAnAddressThatIsRefusedForGoodIsMarked(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	b, transport := newBox(t)
	b.rcpt = func(to string) error {
		if strings.HasPrefix(to, "Ingen") {
			return refused(550, 5, 1, 1, "No such user "+strings.Repeat("æ", 400))(to)
		}
		return nil
	}
	send(t, db, numberedPost("Ingen@post.example", 1), numberedPost("bo@post.example", 2))
	work(t, db, transport)
	done(t, db)
	if n := count(t, db, "FROM river_job WHERE state = 'cancelled' AND attempt = 1"); n != 1 {
		t.Error("a letter that will never arrive is tried again")
	}
	bounced, err := Bounced(t.Context(), db.Reader(), []string{"INGEN@post.example", "bo@post.example", ""})
	if err != nil || len(bounced) != 1 {
		t.Fatalf("%v, %v", bounced, err)
	}
	if mark := bounced["ingen@post.example"]; !strings.Contains(mark.Reason, "No such user") || len([]rune(mark.Reason)) > maxReason {
		t.Errorf("%+v", mark)
	}
	b.mu.Lock()
	b.rcpt = nil
	b.mu.Unlock()
	send(t, db, numberedPost("ingen@POST.example", 3))
	done(t, db)
	eventually(t, "the mark taken off", func() bool { return count(t, db, "FROM mail_bounces") == 0 })
}

func TestAServersAnswerFitsOneLine(t *testing.T) {
	t.Parallel()
	if got := shorten("550\r\n\x00 5.1.1\u202e  \xff nobody\t" + strings.Repeat("æ", 400)); !strings.HasPrefix(got, "550 5.1.1 nobody æ") || len([]rune(got)) != maxReason {
		t.Errorf("%q", got)
	}
}

func TestMarksAreForgotten(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for address, age := range map[string]time.Duration{"old@post.example": KeepBounces + time.Hour, "new@post.example": KeepBounces - time.Hour} {
		if err := mark(t.Context(), db.At(db.Now().Add(-age)), address, "x", false); err != nil {
			t.Fatal(err)
		}
	}
	if err := Sweep(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	bounced, err := Bounced(t.Context(), db.Reader(), []string{"old@post.example", "new@post.example"})
	if _, kept := bounced["new@post.example"]; err != nil || len(bounced) != 1 || !kept {
		t.Errorf("%v, %v", bounced, err)
	}
}

func TestALetterThatCannotBeWrittenHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	b, transport := newBox(t)
	broken := numberedPost("ida@post.example", 1)
	broken.Letter = "broken"
	send(t, db, broken, numberedPost("ida@post.example", 2))
	work(t, db, transport)
	eventually(t, "the letter behind it", func() bool { return slices.Equal(b.got(t, "ida@post.example"), []string{"2"}) })
}

// One letter that a server will not take for what is in it holds up those
// behind it for as long as a server may be in trouble, and no longer.
func TestALetterThatIsNotTakenHoldsUpOthersForAWhile(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	b, transport := newBox(t)
	b.data = func(mail string) error {
		if strings.Contains(mail, "Subject: 1\r\n") {
			return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "what is in it"}
		}
		return nil
	}
	send(t, db, numberedPost("ida@post.example", 1), numberedPost("ida@post.example", 2))
	work(t, db, transport)
	eventually(t, "the letter behind it", func() bool { return slices.Equal(b.got(t, "ida@post.example"), []string{"2"}) })
	if n := count(t, db, fmt.Sprintf("FROM river_job WHERE state <> 'completed' AND attempt >= %d", patientTries)); n != 1 {
		t.Error("it did not wait")
	}
	if n := count(t, db, "FROM mail_bounces"); n != 0 {
		t.Error("the address is marked for what was in a letter")
	}
	var waited time.Duration
	for attempt := 1; attempt < patientTries; attempt++ {
		waited += Pause(attempt)
	}
	if waited < 90*time.Minute || waited > 150*time.Minute {
		t.Errorf("it waits %s", waited)
	}
}

// A process that is killed leaves its letters marked as being worked on.
func TestALetterOfAProcessThatWasKilledIsSent(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	b, transport := newBox(t)
	send(t, db, numberedPost("ida@post.example", 1), numberedPost("ida@post.example", 2))
	if _, err := db.Pool().Exec(t.Context(), `
		UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now() - interval '1 hour', attempted_by = '{gone}'
		WHERE args->'facts'->>'n' = '1'`); err != nil {
		t.Fatal(err)
	}
	work(t, db, transport)
	done(t, db)
	if got := b.got(t, "ida@post.example"); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("got %v", got)
	}
}

// After an hour of trouble the next try is minutes away, and a server that is
// away for two days loses no mail.
func TestPausesGrowToMinutesAndLastTwoDays(t *testing.T) {
	t.Parallel()
	var all, longest time.Duration
	for attempt := 1; attempt < MaxAttempts; attempt++ {
		pause := Pause(attempt)
		if pause < longest {
			t.Errorf("pause %d is shorter than the one before", attempt)
		}
		longest = pause
		all += pause
	}
	if longest > 10*time.Minute || all < 47*time.Hour || all > 50*time.Hour {
		t.Errorf("up to %s, %s in all", longest, all)
	}
	if Pause(1) > 30*time.Second {
		t.Errorf("the first pause is %s", Pause(1))
	}
}
