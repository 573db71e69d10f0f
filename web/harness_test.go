package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mellemrum/internal/account"
	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
	"mellemrum/internal/board"
	"mellemrum/internal/cafe"
	"mellemrum/internal/concern"
	"mellemrum/internal/district"
	"mellemrum/internal/find"
	"mellemrum/internal/follow"
	"mellemrum/internal/handover"
	"mellemrum/internal/initiative"
	"mellemrum/internal/inquiry"
	"mellemrum/internal/mail"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/internal/partnership"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
	"mellemrum/internal/report"
	"mellemrum/internal/theme"
	"mellemrum/internal/workshop"
	"mellemrum/web"
	"mellemrum/web/route"
	"mellemrum/web/static"
)

// role is whom a test's request comes from.
type role string

const (
	anonymous        role = "anonymous"
	partner          role = "partner"          // contact of the organisation that hosts the café and owns the offer
	otherPartner     role = "otherPartner"     // contact of another organisation
	coordinator      role = "coordinator"      // of the café's district
	otherCoordinator role = "otherCoordinator" // of another district
	administrator    role = "administrator"
)

var roles = []role{anonymous, partner, otherPartner, coordinator, otherCoordinator, administrator}

// password is every test account's.
const password = "en-lang-hemmelighed"

// harness is the whole portal over a fresh database with a small world in it:
// two districts, three organisations (one pending), a café with dates, a
// published offer and a draft, and an account for every role.
type harness struct {
	t        testing.TB
	mux      *route.Mux
	db       *pg.DB
	services web.Services
	sessions *scs.SessionManager
	log      *bytes.Buffer
	queries  *atomic.Int64
	cookies  map[role]*http.Cookie

	now          time.Time // Monday 23 November 2026, noon
	district     uuid.UUID // Testby
	other        uuid.UUID // Andenby
	organisation uuid.UUID // Værterne, of partner
	stranger     uuid.UUID // De Andre, of otherPartner
	pending      string    // slug of one that waits for approval
	cafe         string    // slug
	cafeID       uuid.UUID
	date         string // 2026-12-01, with room
	full         string // 2026-12-08: no guest's place left
	cancelled    string // 2026-12-15
	past         string // 2026-11-16
	offer        uuid.UUID
	draft        uuid.UUID
	accounts     map[role]uuid.UUID
}

type counter struct{ n atomic.Int64 }

func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.n.Add(1)
	return ctx
}
func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// testAssets stand for the built files, which these tests have no use for.
func testAssets(t testing.TB) *static.Assets {
	t.Helper()
	assets, err := static.OpenDir(fstest.MapFS{
		"manifest.json": {Data: []byte(`{"app.css":"app-1.css","app.js":"app-1.js","favicon.svg":"favicon-1.svg","licences.txt":"licences-1.txt"}`)},
		"app-1.css":     {Data: []byte("body{}")}, "app-1.js": {Data: []byte(";")}, "favicon-1.svg": {Data: []byte("<svg/>")},
		"licences-1.txt": {Data: []byte("-")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return assets
}

func newHarness(t testing.TB) *harness {
	t.Helper()
	h := &harness{t: t, now: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC), log: new(bytes.Buffer),
		cookies: map[role]*http.Cookie{}, accounts: map[role]uuid.UUID{},
		cafe: "cafe-proeve", date: "2026-12-01", full: "2026-12-08", cancelled: "2026-12-15", past: "2026-11-16", pending: "de-nye"}
	queries := &counter{}
	h.queries = &queries.n
	db, err := pg.Open(context.Background(), pg.Config{WriteURL: pgtest.DSN(t), Clock: func() time.Time { return h.now }, Tracer: queries})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	h.db = db
	h.services = web.Services{DB: db, Accounts: account.New(db), Districts: district.New(db), Organisations: organisation.New(db),
		Offers: offer.New(db), Cafes: cafe.New(db), Asks: ask.New(db), DemoMail: mail.Demo{DB: db},
		Initiatives: initiative.New(db), Themes: theme.New(db),
		Inquiries:   inquiry.New(db),
		Concerns:    concern.New(db),
		Follows:     follow.New(db),
		Partnership: partnership.New(db),
		Board:       board.New(db),
		Find:        find.New(db),
		Handover:    handover.New(db),
		Reports:     report.New(db, cafe.New(db), concern.New(db)),
		Workshops:   workshop.New(db),
	}
	h.sessions = route.NewSessions(db.Pool(), false)
	base, _ := url.Parse("http://mellemrum.example")
	h.mux = web.New(h.services, route.Config{Actor: h.services.Accounts.Actor, Sessions: h.sessions, Assets: testAssets(t),
		Log: slog.New(slog.NewTextHandler(h.log, nil)), BaseURL: base, Demo: true, Now: db.Now})
	h.fill()
	return h
}

// must stops the test at the first failure of its world.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (h *harness) fill() {
	h.t.Helper()
	ctx, sys := context.Background(), authz.TheSystem
	s := h.services
	newDistrict := func(name, strength string) uuid.UUID {
		return must[district.Ref](h.t)(s.Districts.Create(ctx, sys, district.Input{Name: name, Intro: "Et sted med mange døre.",
			Strengths: []district.Strength{{Body: strength, SaidBy: "Beboerne i Prøvehuset"}}})).ID
	}
	h.district = newDistrict("Testby", "Her hilser vi på hinanden")
	h.other = newDistrict("Andenby", "Her er grønt")
	newOrganisation := func(name string, kind organisation.Kind, in uuid.UUID, approve bool) organisation.Ref {
		return must[organisation.Ref](h.t)(s.Organisations.Create(ctx, sys, organisation.Input{Name: name, Kind: kind, About: "Opdigtet.",
			Languages: []string{"da", "ar"}, ContactName: "Ida Opdigtet", ContactEmail: "ida@post.example", Locale: "da",
			Districts: []uuid.UUID{in}}, approve))
	}
	h.organisation = newOrganisation("Værterne", organisation.Association, h.district, true).ID
	h.stranger = newOrganisation("De Andre", organisation.SportsClub, h.other, true).ID
	h.pending = newOrganisation("De Nye", organisation.Business, h.district, false).Slug
	for r, in := range map[role]account.NewAccount{
		partner:          {Role: authz.Partner.String(), Organisation: "vaerterne", Contact: true},
		otherPartner:     {Role: authz.Partner.String(), Organisation: "de-andre", Contact: true},
		coordinator:      {Role: authz.Coordinator.String(), Districts: []string{"testby"}},
		otherCoordinator: {Role: authz.Coordinator.String(), Districts: []string{"andenby"}},
		administrator:    {Role: authz.Administrator.String()},
	} {
		in.Email, in.Name, in.Password, in.Locale = string(r)+"@post.example", "Prøve "+string(r), password, "da"
		h.accounts[r] = must[uuid.UUID](h.t)(s.Accounts.Add(ctx, sys, in))
	}
	c := must[cafe.Cafe](h.t)(s.Cafes.Create(ctx, sys, cafe.Series{Name: "Café Prøve", DistrictID: h.district, Venue: "Prøvehuset",
		Address: "Opdigtet Vej 1", About: "Kaffe og kage.", Languages: []string{"da", "ar"}, Starts: "16:30", Ends: "18:30",
		Hosts: []uuid.UUID{h.organisation}, Places: cafe.Room(map[cafe.Kind]int{cafe.Guest: 4, cafe.Host: 2}), Habits: cafe.UsualHabits}))
	h.cafeID, h.cafe = c.ID, c.Slug
	h.now = h.now.AddDate(0, 0, -14)
	var dates []time.Time
	for _, d := range []string{h.past, h.date, h.full, h.cancelled} {
		date, _ := cafe.ParseDate(d)
		dates = append(dates, date)
	}
	must[int](h.t)(s.Cafes.AddDates(ctx, sys, c.ID, dates))
	h.signUp(h.past, "fortid@post.example", 2)
	h.now = h.now.AddDate(0, 0, 14)
	h.signUp(h.full, "fuld@post.example", 4)
	must[int](h.t)(s.Cafes.CancelDate(ctx, sys, h.cafe, dates[3], "Vandskade"))
	in := offer.Input{Organisation: h.organisation, Title: "Et lokale om aftenen", Body: "Plads til 30.", Kind: offer.Room,
		Audience: "Alle", Schedule: "Hverdage efter kl. 17", Languages: []string{"da"}, ContactName: "Ida Opdigtet",
		ContactEmail: "ida@post.example", Districts: []uuid.UUID{h.district}}
	h.offer = h.newOffer(in)
	if err := s.Offers.Publish(ctx, sys, h.offer); err != nil {
		h.t.Fatal(err)
	}
	in.Title = "Ikke færdig endnu"
	h.draft = h.newOffer(in)
}

// signUp gives somebody a place, or a place in line, and returns the secret of
// their link.
func (h *harness) signUp(date, email string, party int) cafe.Token {
	h.t.Helper()
	d, _ := cafe.ParseDate(date)
	return must[cafe.Receipt](h.t)(h.services.Cafes.SignUp(context.Background(), authz.Nobody, h.cafe, d,
		cafe.SignUp{Place: "guest", Name: "Prøve Gæst", Email: email, Party: party, Locale: "da"})).Token
}

// response is an answer with its body read.
type response struct {
	*http.Response
	body string
}

func (h *harness) cookie(as role) *http.Cookie {
	if c := h.cookies[as]; c != nil || as == anonymous {
		return c
	}
	ctx := must[context.Context](h.t)(h.sessions.Load(context.Background(), ""))
	h.sessions.Put(ctx, "account", h.accounts[as].String())
	h.sessions.Put(ctx, "since", h.now)
	token, _, err := h.sessions.Commit(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	h.cookies[as] = &http.Cookie{Name: h.sessions.Cookie.Name, Value: token}
	return h.cookies[as]
}

// send makes a request as somebody; change may adjust it first.
func (h *harness) send(as role, r *http.Request, change ...func(*http.Request)) response {
	h.t.Helper()
	if c := h.cookie(as); c != nil {
		r.AddCookie(c)
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	res := w.Result()
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return response{res, string(body)}
}

func (h *harness) get(t testing.TB, as role, path string) response {
	t.Helper()
	return h.send(as, httptest.NewRequest(http.MethodGet, path, nil))
}

func (h *harness) post(t testing.TB, as role, path string, form url.Values) response {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.send(as, r)
}

// want checks the status and that the page says what it should.
func (r response) want(t testing.TB, status int, says ...string) response {
	t.Helper()
	if r.StatusCode != status {
		t.Errorf("%d, want %d: %s", r.StatusCode, status, shorten(r.body))
	}
	for _, s := range says {
		if !strings.Contains(r.body, s) {
			t.Errorf("the page does not say %q: %s", s, shorten(r.body))
		}
	}
	return r
}

func shorten(s string) string {
	if i := strings.Index(s, "<main"); i >= 0 {
		s = s[i:]
	}
	return s[:min(len(s), 1500)]
}

// count asks the database.
func (h *harness) count(sql string, args ...any) int {
	h.t.Helper()
	return must[int](h.t)(pg.One(context.Background(), h.db.Fresh(), "SELECT count(*)::int "+sql, pg.Scalar[int], args...))
}

func (h *harness) newOffer(in offer.Input) uuid.UUID {
	h.t.Helper()
	return must[uuid.UUID](h.t)(h.services.Offers.Create(context.Background(), authz.TheSystem, in))
}
