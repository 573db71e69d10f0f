package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// SMTP delivers through a mail server.
type SMTP struct {
	client *gomail.Client
	from   string
	name   string
	domain string
}

// NewSMTP reads an address of the form
//
//	smtp://user:password@host:587?from=hej@example.dk&name=Mellemrum
//
// smtps: speaks TLS from the first byte. With smtp: STARTTLS is demanded,
// except towards this machine itself, and with tls=none in the query.
func NewSMTP(raw string) (*SMTP, error) { return newSMTP(raw, patience) }

// patience is how long a mail server may take to greet us, and then to take one
// mail. Twice that is less than the worker's own time limit.
const patience = 20 * time.Second

func newSMTP(raw string, patience time.Duration) (*SMTP, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("is not an address like smtp://user:password@host:587?from=hej@example.dk")
	}
	q := u.Query()
	from := q.Get("from")
	if u.Hostname() == "" || from == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return nil, errors.New("needs smtp:// or smtps://, a host and ?from=: smtp://user:password@host:587?from=hej@example.dk")
	}
	options := []gomail.Option{gomail.WithTimeout(patience)}
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, errors.New("has a port that is no number from 1 to 65535")
		}
	}
	options = append(options, gomail.WithPort(port))
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case u.Scheme == "smtps":
		options = append(options, gomail.WithSSL())
	case q.Get("tls") == "none":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	case local:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	client, err := gomail.NewClient(u.Hostname(), options...)
	if err != nil {
		return nil, fmt.Errorf("cannot be used: %w", err)
	}
	s := &SMTP{client: client, from: from, name: q.Get("name"), domain: u.Hostname()}
	if s.name == "" {
		s.name = "Mellemrum"
	}
	if err := gomail.NewMsg().From(from); err != nil {
		return nil, errors.New("has a ?from= that is no e-mail address")
	}
	return s, nil
}

// Sender is the address that mails come from.
func (s *SMTP) Sender() string { return s.from }

// Send delivers one mail. It is noted when the server is there to take it.
func (s *SMTP) Send(ctx context.Context, id int64, p Post, m Message, note func(context.Context) error) error {
	msg := gomail.NewMsg()
	if err := msg.FromFormat(s.name, s.from); err != nil {
		return fmt.Errorf("mail: from: %w", err)
	}
	if err := msg.AddToFormat(p.Name, p.To); err != nil {
		return &Refused{"no e-mail address"} // nothing to hold up what comes after it for
	}
	msg.Subject(m.Subject)
	msg.SetGenHeader(gomail.HeaderContentLang, p.Locale)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetMessageIDWithValue(fmt.Sprintf("mellemrum.%d@%s", id, s.domain))
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	for _, f := range m.Files {
		msg.AttachReadSeeker(f.Name, bytes.NewReader(f.Body), gomail.WithFileContentType(gomail.ContentType(f.Type)))
	}
	if m.Unsubscribe != "" {
		msg.SetGenHeader("List-Unsubscribe", "<"+m.Unsubscribe+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	server, err := s.client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("mail: reach: %w", err)
	}
	defer func() { _ = s.client.CloseWithSMTPClient(server) }() // what fails after the server took it, like saying goodbye, does not count
	if err := note(ctx); err != nil {
		return err
	}
	err = s.client.SendWithSMTPClient(server, msg)
	if err == nil || msg.IsDelivered() {
		return nil
	}
	if reason, ok := refusal(msg.SendError()); ok {
		return &Refused{reason}
	}
	var failed *gomail.SendError
	if errors.As(msg.SendError(), &failed) && failed.ErrorCode() >= 500 && (failed.Reason == gomail.ErrSMTPData || failed.Reason == gomail.ErrSMTPDataClose) {
		return fmt.Errorf(errTaken+"%w", err)
	}
	return fmt.Errorf("mail: send: %w", err)
}

// refusal tells whether a server said for good that it does not know the
// receiver, and in which words. A server that will not take mail from us at all
// answers in the same place; that is no fault of the address.
func refusal(err error) (reason string, ok bool) {
	var failed *gomail.SendError
	if !errors.As(err, &failed) || failed.Reason != gomail.ErrSMTPRcptTo || failed.ErrorCode() < 500 {
		return "", false
	}
	words := failed.Error()
	code := strconv.Itoa(failed.ErrorCode())
	if i := strings.Index(words, code); i >= 0 {
		words = words[i:]
	}
	words, _, _ = strings.Cut(words, ", affected recipient")
	switch {
	case strings.HasPrefix(failed.EnhancedStatusCode(), "5.7."), code == "530", code == "535", code == "538",
		strings.Contains(strings.ToLower(words), "relay"):
		return "", false
	}
	return words, true
}
