// Package route is the way from a request to a page: who asks, in which
// language, may they, and what happens when something fails.
//
// A handler gets a Request and returns a Page or an error. Pages are rendered
// in full before the first byte is sent, so a failure half-way is a clean
// error page. Only this package turns a fault's kind into a status.
package route

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/web/form"
	"mellemrum/web/static"
	"mellemrum/web/ui"
)

// Config is what the kit needs from the outside.
type Config struct {
	// Actor reads who an account is and may do now; NotFound when it may not
	// sign in (any more), or not with a session from signedIn.
	Actor    func(ctx context.Context, account uuid.UUID, signedIn time.Time) (authz.Actor, error)
	Sessions *scs.SessionManager
	Assets   *static.Assets
	Log      *slog.Logger
	BaseURL  *url.URL
	Demo     bool
	Now      func() time.Time
	Proxies  []netip.Prefix // believed about X-Forwarded-For
}

// Handler answers a request.
type Handler func(*Request) (Page, error)

// Mounted is one line of the list of routes.
type Mounted struct {
	Method, Pattern string
	Rule            authz.Rule
}

// Mux mounts handlers, each behind a Rule.
type Mux struct {
	Config
	router  chi.Router
	handler http.Handler // the router, compressed
	mounted []Mounted
	cross   *http.CrossOriginProtection

	closing   chan struct{} // closed when the portal stops
	closeOnce sync.Once
}

// MaxBody is the most bytes a form may send: the longest text fields with room
// to spare.
const MaxBody = 128 << 10

// MaxOutlineBody is for the one form that takes a district's outline.
const MaxOutlineBody = 2 << 20

// New makes a Mux with the middleware that every request passes.
func New(c Config) *Mux {
	m := &Mux{Config: c, router: chi.NewRouter(), closing: make(chan struct{})}
	// The fastest level: phones save two thirds, and the server hardly notices.
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1400), gzhttp.CompressionLevel(gzip.BestSpeed))
	if err != nil {
		panic(err) // the options above are constants
	}
	m.handler = compress(m.router)
	m.cross = http.NewCrossOriginProtection()
	m.cross.SetDenyHandler(m.failing(fault.New(fault.Forbidden, "errors.cross_site")))
	m.router.Use(m.outermost, m.cross.Handler)
	m.router.NotFound(m.failing(fault.New(fault.NotFound, "")))
	m.router.MethodNotAllowed(m.answer(authz.Public, func(*Request) (Page, error) {
		return Page{}, errMethod
	}))
	return m
}

// ServeHTTP answers a request.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.handler.ServeHTTP(w, r) }

// Routes lists what is mounted, for the test that walks it.
func (m *Mux) Routes() []Mounted { return m.mounted }

// Get mounts a page. Pages answer HEAD too.
func (m *Mux) Get(rule authz.Rule, pattern string, h Handler) {
	m.mount(rule, http.MethodGet, pattern, h, MaxBody)
	m.router.Head(pattern, m.answer(rule, h))
}

// Post mounts an action.
func (m *Mux) Post(rule authz.Rule, pattern string, h Handler) {
	m.mount(rule, http.MethodPost, pattern, h, MaxBody)
}

// PostFromAnywhere mounts an action that other sites may send a browser to, or
// take for it. It is for what needs nothing but the secret in its address; the
// handler must not act as who is signed in.
func (m *Mux) PostFromAnywhere(rule authz.Rule, pattern string, h Handler) {
	m.cross.AddInsecureBypassPattern(http.MethodPost + " " + pattern)
	m.Post(rule, pattern, h)
}

// PostLarge mounts an action that takes up to MaxOutlineBody bytes.
func (m *Mux) PostLarge(rule authz.Rule, pattern string, h Handler) {
	m.mount(rule, http.MethodPost, pattern, h, MaxOutlineBody)
}

// Raw mounts a plain handler for files and probes: no actor, no language.
func (m *Mux) Raw(pattern string, h http.Handler) {
	m.mounted = append(m.mounted, Mounted{http.MethodGet, pattern, authz.Public})
	m.router.Method(http.MethodGet, pattern, h)
	m.router.Method(http.MethodHead, pattern, h)
}

func (m *Mux) mount(rule authz.Rule, method, pattern string, h Handler, most int64) {
	if rule.Zero() {
		panic("route: " + method + " " + pattern + " is mounted without a rule")
	}
	m.mounted = append(m.mounted, Mounted{method, pattern, rule})
	answer := m.answer(rule, h)
	m.router.Method(method, pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, most)
		answer(w, r)
	}))
}

// Request is a request with what every handler asks for.
type Request struct {
	*http.Request
	Actor  authz.Actor
	Locale *i18n.Locale
	ID     string // names the request in the log and on error pages
	mux    *Mux
}

// Param is a part of the path.
func (r *Request) Param(name string) string { return chi.URLParam(r.Request, name) }

// UUID is a part of the path that must be an id; others are NotFound.
func (r *Request) UUID(name string) (uuid.UUID, error) {
	id, err := uuid.Parse(r.Param(name))
	if err != nil {
		return uuid.Nil, fault.New(fault.NotFound, "")
	}
	return id, nil
}

// Absolute is the full address of a path, for what is read outside the portal.
func (r *Request) Absolute(path string) string { return r.mux.BaseURL.JoinPath(path).String() }

// Now is the moment the rules go by.
func (r *Request) Now() time.Time { return r.mux.Now() }

// Page is an answer.
type Page struct {
	status    int
	component templ.Component
	location  string
	flash     string
	file      *file
	signIn    uuid.UUID
	signOut   bool
	headers   [][2]string
}

type file struct {
	contentType, name string
	body              []byte
	changed           time.Time
}

// Show answers with a page.
func Show(c templ.Component) Page { return Page{status: http.StatusOK, component: c} }

// SeeOther sends the reader on after an action. The path may have a query.
func SeeOther(path string) Page { return Page{status: http.StatusSeeOther, location: path} }

// Moved says that a page has a new address for good.
func Moved(path string) Page { return Page{status: http.StatusMovedPermanently, location: path} }

// Saying adds a short message that the next page shows: a message key under
// "flash.".
func (p Page) Saying(key string) Page {
	p.flash = key
	return p
}

// SigningIn starts a session for the account.
func (p Page) SigningIn(account uuid.UUID) Page {
	p.signIn = account
	return p
}

// SigningOut ends the session.
func (p Page) SigningOut() Page {
	p.signOut = true
	return p
}

// WithHeader sets a header of the answer, instead of what every page has.
func (p Page) WithHeader(name, value string) Page {
	p.headers = append(slices.Clip(p.headers), [2]string{name, value})
	return p
}

// File answers with bytes to keep; an empty name shows them in place.
func File(contentType, name string, body []byte) Page {
	return Page{status: http.StatusOK, file: &file{contentType: contentType, name: name, body: body}}
}

// Known marks a file with a name for this very content and when it last
// changed: whoever has it already is told so instead of getting it again.
func (p Page) Known(tag string, changed time.Time) Page {
	f := *p.file
	f.changed = changed
	p.file = &f
	// Weak: the same content may be sent compressed or not.
	return p.WithHeader("ETag", `W/"`+tag+`"`)
}

// Again shows a form once more with what was typed and what is wrong, when err
// is a mistake in it; any other error goes on.
func Again(err error, state *form.State, page func() templ.Component) (Page, error) {
	if !state.Fail(err) {
		return Page{}, err
	}
	return Page{status: Status(fault.KindOf(err)), component: page()}, nil
}

// Refused answers with a page that says itself why what was asked for cannot be
// had.
func Refused(err error, page templ.Component) Page {
	return Page{status: Status(fault.KindOf(err)), component: page}
}

// outermost gives each request an id and an end, and catches panics.
func (m *Mux) outermost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 20*time.Second)
		defer cancel()
		ctx = context.WithValue(ctx, clientKey{}, r.Context())
		r = r.WithContext(context.WithValue(ctx, idKey{}, newRequestID()))
		m.secure(w.Header())
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				m.failing(panicked(p))(w, r)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func (m *Mux) secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "+
		"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if m.BaseURL.Scheme == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// answer is the whole way of one request.
func (m *Mux) answer(rule authz.Rule, h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, hr *http.Request) {
		r, err := m.request(w, hr)
		if err == nil && !rule.Allows(r.Actor) {
			err = m.refuse(rule, r)
		}
		var page Page
		if err == nil {
			page, err = h(r)
		}
		if err == nil {
			err = m.write(w, r, page)
		}
		if err != nil {
			m.fail(w, r, err)
		}
	}
}

// errSignIn sends somebody without a session to sign in first.
var errSignIn = fault.New(fault.Forbidden, "errors.sign_in_first")

func (m *Mux) refuse(rule authz.Rule, r *Request) error {
	switch {
	case !r.Actor.SignedIn():
		return errSignIn
	case rule.Hidden():
		return fault.New(fault.NotFound, "")
	}
	return fault.New(fault.Forbidden, "")
}

// request finds out who asks and in which language. It always returns a
// request to answer with, also beside an error.
func (m *Mux) request(w http.ResponseWriter, hr *http.Request) (*Request, error) {
	r := &Request{Request: hr, Actor: authz.Nobody, ID: requestID(hr.Context()), mux: m}
	chosen := i18n.ByCode(hr.URL.Query().Get("lang"))
	r.Locale = chosen
	if chosen == nil {
		r.Locale = i18n.Match(hr.Header.Get("Accept-Language"))
	}
	actor, err := m.whoIs(w, hr)
	r.Actor = actor
	chrome := &ui.Chrome{
		Path: hr.URL.Path, Query: hr.URL.Query(), Lang: r.Locale, LangInURL: chosen != nil,
		SignedIn: actor.SignedIn(), Name: actor.Name, Home: HomeOf(actor), Demo: m.Demo, RequestID: r.ID,
		Flash: flash(hr), Assets: m.Assets, Now: m.Now(),
	}
	r.Request = hr.WithContext(ui.WithChrome(i18n.With(hr.Context(), r.Locale), chrome))
	return r, err
}

// HomeOf is the page that is somebody's own.
func HomeOf(a authz.Actor) string {
	switch {
	case a.Staff():
		return "/stab"
	case a.Role == authz.Partner:
		return "/partner"
	}
	return "/"
}

// flash is a message that an action left in the address; only our own keys are
// shown.
func flash(r *http.Request) string {
	if key := r.URL.Query().Get("besked"); strings.HasPrefix(key, "flash.") && i18n.Has(key) {
		return key
	}
	return ""
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (m *Mux) write(w http.ResponseWriter, r *Request, p Page) error {
	if p.signIn != uuid.Nil {
		if err := m.signIn(w, r.Request, p.signIn); err != nil {
			return err
		}
	}
	if p.signOut {
		if err := m.signOut(w, r.Request); err != nil {
			return err
		}
	}
	h := w.Header()
	if r.Actor.SignedIn() || secretPath(r.URL.Path) || r.Method == http.MethodPost {
		h.Set("Cache-Control", "private, no-store")
	} else {
		h.Set("Cache-Control", "no-cache")
		h.Set("Vary", "Accept-Language, Cookie")
	}
	for _, own := range p.headers {
		h.Set(own[0], own[1])
	}
	switch {
	case p.location != "":
		h.Set("Location", m.keepLanguage(r, p))
		w.WriteHeader(p.status)
		return nil
	case p.file != nil:
		h.Set("Content-Type", p.file.contentType)
		if p.file.name != "" {
			h.Set("Content-Disposition", `attachment; filename="`+p.file.name+`"`)
		}
		if p.file.changed.IsZero() {
			_, _ = w.Write(p.file.body)
		} else {
			http.ServeContent(w, r.Request, "", p.file.changed, bytes.NewReader(p.file.body))
		}
		return nil
	}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := p.component.Render(r.Context(), b); err != nil {
		return err
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", r.Locale.Code)
	h.Set("Content-Length", strconv.Itoa(b.Len())) // or it would be sent in chunks
	w.WriteHeader(p.status)
	_, _ = w.Write(b.Bytes()) // a reader who has gone is not a failure
	return nil
}

// keepLanguage carries a language chosen by link, and a message, on to the
// next page.
func (m *Mux) keepLanguage(r *Request, p Page) string {
	u, err := url.Parse(p.location)
	if err != nil {
		return "/"
	}
	q := u.Query()
	if ui.ChromeFrom(r.Context()).LangInURL && q.Get("lang") == "" {
		q.Set("lang", r.Locale.Code)
	}
	if p.flash != "" {
		q.Set("besked", p.flash)
	}
	u.RawQuery = q.Encode()
	return u.String()
}
