package mail

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// box is a mail server that keeps what it takes, and takes nothing while it is
// full.
type box struct {
	mu    sync.Mutex
	full  int                   // how many times it still says no
	rcpt  func(to string) error // nil: everybody is known
	hang  chan struct{}         // not nil: mails are taken when it is closed
	data  func(mail string) error
	mails []string
	to    []string
	took  chan struct{}
}

func (b *box) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{box: b}, nil }

type session struct {
	box *box
	to  string
}

func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	if s.box.full > 0 {
		s.box.full--
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "full"}
	}
	if s.box.rcpt != nil {
		if err := s.box.rcpt(to); err != nil {
			return err
		}
	}
	s.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.box.mu.Lock()
	hang, data := s.box.hang, s.box.data
	s.box.mu.Unlock()
	if data != nil {
		if err := data(string(b)); err != nil {
			return err
		}
	}
	if hang != nil {
		<-hang
	}
	s.box.mu.Lock()
	s.box.mails, s.box.to = append(s.box.mails, string(b)), append(s.box.to, s.to)
	s.box.mu.Unlock()
	s.box.took <- struct{}{}
	return nil
}

func newBox(t *testing.T) (*box, *SMTP) {
	t.Helper()
	b := &box{took: make(chan struct{}, 100)}
	return b, b.transport(t, b.open(t, "127.0.0.1:0"), patience)
}

// open serves on the address and returns the one it got.
func (b *box) open(t *testing.T, address string) string {
	t.Helper()
	server := smtp.NewServer(b)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

func (b *box) transport(t *testing.T, address string, patience time.Duration) *SMTP {
	t.Helper()
	transport, err := newSMTP("smtp://"+address+"?from=hej@mellemrum.example&name=Naboerne", patience)
	if err != nil {
		t.Fatal(err)
	}
	return transport
}

var message = Message{Subject: "Du har plads på Café Prøve", Text: "Hej Ida\nVi ses", HTML: "<p>Hej Ida</p>"}

func TestAMailArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	b, transport := newBox(t)
	post := Post{Letter: "test", To: "ida@post.example", Name: "Ida, Opdigt", Locale: "da"}
	for range 2 {
		if err := transport.Send(t.Context(), 7, post, message, unnoted); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.mails) != 2 || b.to[0] != "ida@post.example" {
		t.Fatalf("%d mails to %v", len(b.mails), b.to)
	}
	m, err := netmail.ReadMessage(strings.NewReader(b.mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{"Auto-Submitted": "auto-generated", "Content-Language": "da", "Bcc": ""} {
		if got := m.Header.Get(header); got != want {
			t.Errorf("%s is %q", header, got)
		}
	}
	if from := m.Header.Get("From"); !strings.Contains(from, "Naboerne") || !strings.Contains(from, "hej@mellemrum.example") {
		t.Errorf("from %q", from)
	}
	body, _ := io.ReadAll(m.Body)
	if !strings.Contains(string(body), "text/plain") || !strings.Contains(string(body), "text/html") {
		t.Errorf("the body is\n%s", body)
	}
	again, _ := netmail.ReadMessage(strings.NewReader(b.mails[1]))
	if id := m.Header.Get("Message-Id"); id == "" || id != again.Header.Get("Message-Id") {
		t.Errorf("two tries of one mail are %q and %q", id, again.Header.Get("Message-Id"))
	}
}

// Mail programs show a button for it (RFC 2369 and RFC 8058): the address must
// come through whole, however long it is.
func TestALetterSaysHowToEndItsKind(t *testing.T) {
	t.Parallel()
	b, transport := newBox(t)
	for _, off := range []string{"https://mellemrum.example/mails/kY7nq_Zb-0pQ3rS5tU8vWx12/afmeld?emne=asks",
		"https://" + strings.Repeat("et-langt-navn.", 8) + "mellemrum.example/by/mails/kY7nq_Zb-0pQ3rS5tU8vWx12/afmeld?emne=asks&emne=initiatives&emne=reminders", ""} {
		whole := message
		whole.Unsubscribe = off
		if err := transport.Send(t.Context(), 7, Post{To: "ida@post.example", Locale: "da"}, whole, unnoted); err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(strings.NewReader(b.mails[len(b.mails)-1]))
		if err != nil {
			t.Fatal(err)
		}
		at, how := m.Header.Get("List-Unsubscribe"), m.Header.Get("List-Unsubscribe-Post")
		if off == "" && (at != "" || how != "") || off != "" && (at != "<"+off+">" || how != "List-Unsubscribe=One-Click") {
			t.Errorf("%q is sent as %q, %q", off, at, how)
		}
	}
}

// A calendar program opens what comes along by its type.
func TestAFileComesAlongAsWhatItIs(t *testing.T) {
	t.Parallel()
	b, transport := newBox(t)
	whole := message
	whole.Files = []File{{Name: "mellemrum.ics", Type: "text/calendar; charset=utf-8; method=CANCEL", Body: []byte("BEGIN:VCALENDAR\r\nSUMMARY:Café مقهى\r\nEND:VCALENDAR\r\n")}}
	if err := transport.Send(t.Context(), 7, Post{To: "ida@post.example", Locale: "da"}, whole, unnoted); err != nil {
		t.Fatal(err)
	}
	m, err := netmail.ReadMessage(strings.NewReader(b.mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatalf("no such part: %v", err)
		}
		if part.FileName() != "mellemrum.ics" {
			continue
		}
		kind, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil || kind != "text/calendar" || params["method"] != "CANCEL" || params["charset"] != "utf-8" {
			t.Errorf("%s %v, %v", kind, params, err)
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil || string(body) != string(whole.Files[0].Body) {
			t.Errorf("%q, %v", body, err)
		}
		return
	}
}

func TestANameCannotAddReceivers(t *testing.T) {
	t.Parallel()
	b, transport := newBox(t)
	post := Post{To: "ida@post.example", Name: "Ida\r\nBcc: alle@post.example", Locale: "da"}
	if err := transport.Send(t.Context(), 7, post, message, unnoted); err == nil || len(b.mails) != 0 {
		t.Errorf("%v, sent %v", err, b.mails)
	}
}

func enqueue(db *pg.DB, posts ...Post) error {
	return db.Write(context.Background(), authz.TheSystem, func(tx *pg.Tx) error {
		tx.Audited()
		return Enqueue(context.Background(), tx, posts...)
	})
}

func jobs(t *testing.T, db *pg.DB) int {
	t.Helper()
	n, err := pg.One(context.Background(), db.Fresh(), `SELECT count(*)::int FROM river_job WHERE kind = 'mail'`, pg.Scalar[int])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A mail is there if, and only if, what it tells of has happened.
func TestAMailSharesTheFateOfItsChange(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	sorry := errors.New("sorry")
	err := db.Write(t.Context(), authz.TheSystem, func(tx *pg.Tx) error {
		tx.Audited()
		if err := Enqueue(t.Context(), tx, Post{Letter: "test", To: "ida@post.example"}); err != nil {
			return err
		}
		return sorry
	})
	if !errors.Is(err, sorry) || jobs(t, db) != 0 {
		t.Errorf("%v, and %d mails of a change that never was", err, jobs(t, db))
	}
	if err := enqueue(db, Post{Letter: "test", To: "ida@post.example"}); err != nil || jobs(t, db) != 1 {
		t.Errorf("%v, %d mails", err, jobs(t, db))
	}
}

func TestAMailServersAddress(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"smtp://h?from=a@b.example", "smtps://u:p@h:465?from=a@b.example&name=X", "smtp://h:25?from=a@b.example&tls=none"} {
		if _, err := NewSMTP(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "h:587", "http://h?from=a@b.example", "smtp://h", "smtp://h?from=nobody", "smtp://h:99999?from=a@b.example", "smtp://?from=a@b.example"} {
		if _, err := NewSMTP(bad); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
}

func TestTheDemoKeepsAMailOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	demo := Demo{DB: db}
	whole := message
	whole.Files = []File{{Name: "mellemrum.ics", Type: "text/calendar", Body: []byte("BEGIN:VCALENDAR\r\n")}}
	for range 2 {
		if err := demo.Send(t.Context(), 7, Post{To: "ida@post.example", Locale: "da"}, whole, unnoted); err != nil {
			t.Fatal(err)
		}
	}
	list, err := demo.Latest(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%d mails, %v", len(list), err)
	}
	if m, err := demo.ByID(t.Context(), 7); err != nil || m.BodyText != message.Text || m.Subject != message.Subject || !reflect.DeepEqual(m.Files, whole.Files) {
		t.Errorf("%+v, %v", m, err)
	}
}
