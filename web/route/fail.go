package route

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"unicode"

	"mellemrum/internal/fault"
	"mellemrum/internal/text"
	"mellemrum/web/ui"
)

type idKey struct{}

// newRequestID is short enough to read out on the phone.
func newRequestID() string { return rand.Text()[:10] }

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

// errMethod is the one failure that is about HTTP and nothing else.
var errMethod = errors.New("method not allowed")

func panicked(p any) error { return fmt.Errorf("panic: %v\n%s", p, debug.Stack()) }

// Status is the HTTP status of a kind of failure.
func Status(k fault.Kind) int {
	switch k {
	case fault.Internal:
		return http.StatusInternalServerError
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// failing answers every request with the same failure.
func (m *Mux) failing(err error) http.HandlerFunc {
	return func(w http.ResponseWriter, hr *http.Request) {
		r, requestErr := m.request(w, hr)
		if requestErr != nil && fault.KindOf(err) == fault.NotFound {
			err = requestErr
		}
		m.fail(w, r, err)
	}
}

// fail answers with a page in the reader's language and leaves one line in the
// log with the id that the page shows. The error's own words stay in the log.
func (m *Mux) fail(w http.ResponseWriter, r *Request, err error) {
	if errors.Is(err, errSignIn) && r.Method != http.MethodPost {
		next := url.Values{"videre": {r.URL.RequestURI()}}
		_ = m.write(w, r, SeeOther("/log-ind?"+next.Encode()))
		return
	}
	kind := fault.KindOf(err)
	status := Status(kind)
	name := kind.String()
	if errors.Is(err, errMethod) {
		status, name = http.StatusMethodNotAllowed, "method"
	}
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	if errors.Is(err, context.Canceled) {
		level = slog.LevelInfo // the reader went away
	}
	m.Log.Log(r.Context(), level, "request failed", "id", r.ID, "status", status, "method", r.Method,
		"path", loggedPath(r.URL.Path), "role", r.Actor.Role.String(), "error", err)
	if kind == fault.Unavailable {
		w.Header().Set("Retry-After", "5")
	}
	var known *fault.Error
	if !errors.As(err, &known) || kind == fault.Internal {
		known = nil
	}
	told := failureOf(name, known)
	told.words = wordsOf(r.URL.Path)
	page := Page{status: status, component: told.page()}
	// The page itself needs no database; its context may be over.
	r.Request = r.WithContext(context.WithoutCancel(r.Context()))
	if err := m.write(w, r, page); err != nil {
		m.Log.Error("error page", "id", r.ID, "error", err)
		http.Error(w, http.StatusText(status)+" · "+r.ID, status)
	}
}

// Under these addresses stands the secret of a personal link.
var secretPaths = []string{"/tilmelding/", "/vagt/", "/invitation/", "/svar/", "/haand/", "/bekraeft/", "/bidrag/", "/samarbejdspartnere/bekraeft/", "/stemme/", "/styrke/", "/workshop/", "/mails/", "/foelg/"}

func secretPath(path string) bool {
	return slices.ContainsFunc(secretPaths, func(p string) bool { return strings.HasPrefix(path, p) })
}

// loggedPath leaves out the secret in a personal link.
func loggedPath(path string) string {
	for _, p := range secretPaths {
		if rest, ok := strings.CutPrefix(path, p); ok {
			_, after, _ := strings.Cut(rest, "/")
			return strings.TrimSuffix(p+"…/"+after, "/")
		}
	}
	return path
}

// wordsOf are the words at the end of a path, when it has any: letters that are
// parted by dashes, of no personal link.
func wordsOf(path string) string {
	if secretPath(path) {
		return ""
	}
	path = strings.TrimRight(path, "/")
	last := path[strings.LastIndexByte(path, '/')+1:]
	words := strings.FieldsFunc(last, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	words = slices.DeleteFunc(words, func(w string) bool {
		return len(w) < 2 || len(w) > 30 || strings.ContainsFunc(w, unicode.IsDigit)
	})
	return text.Words(strings.Join(words, " "))
}

// Address is where a request comes from: the peer, or what trusted proxies say
// of it. It is used to slow down guessing, never to know somebody.
func (r *Request) Address() string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	chain := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	for i := len(chain) - 1; i >= 0 && r.mux.trusted(host); i-- {
		next := strings.TrimSpace(chain[i])
		if _, err := netip.ParseAddr(next); err != nil {
			break
		}
		host = next
	}
	return host
}

func (m *Mux) trusted(host string) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range m.Proxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// text is the particular case's words, or else the kind's.
func (f failure) text(ctx context.Context) string {
	if f.key != "" {
		return ui.T(ctx, f.key, f.args...)
	}
	return ui.T(ctx, "errors."+f.name+"_text")
}
