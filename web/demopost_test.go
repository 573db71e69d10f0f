package web_test

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/mail"
	"mellemrum/internal/organisation"
	"mellemrum/web"
	"mellemrum/web/mailview"
	"mellemrum/web/route"
)

// deliver does the mail jobs as the demo's worker does them, and returns the
// id of the last one of each letter.
func (h *harness) deliver(t *testing.T) map[string]int64 {
	t.Helper()
	rows, err := h.db.Fresh().Query(t.Context(), "SELECT id, args FROM river_job WHERE kind = 'mail' ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		ID   int64
		Args []byte
	}
	waiting, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		t.Fatal(err)
	}
	worker := mail.Worker{DB: h.db, Render: mailview.New(&url.URL{Scheme: "http", Host: "mellemrum.example"}, "hej@mellemrum.example"), Transport: h.services.DemoMail}
	last := map[string]int64{}
	for _, w := range waiting {
		var p mail.Post
		if err := json.Unmarshal(w.Args, &p); err != nil {
			t.Fatal(err)
		}
		if err := worker.Work(t.Context(), &river.Job[mail.Post]{JobRow: &rivertype.JobRow{ID: w.ID}, Args: p}); err != nil {
			t.Errorf("%s: %v", p.Letter, err)
		}
		last[p.Letter] = w.ID
		if _, err := h.db.Pool().Exec(t.Context(), "UPDATE river_job SET state = 'completed', finalized_at = now() WHERE id = $1", w.ID); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

// Whatever happens in the portal that is worth a letter, the letter can be
// written from what the change left behind.
func TestEveryChangeWritesItsLetter(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ctx, sys := t.Context(), authz.TheSystem
	date, _ := cafe.ParseDate(h.date)
	first := h.signUp(h.date, "foerst@post.example", 4)
	h.signUp(h.date, "venter@post.example", 2)
	must[cafe.Mine](t)(h.services.Cafes.Cancel(ctx, authz.Nobody, first))
	if err := h.services.Cafes.SendLinks(ctx, authz.Nobody, "venter@post.example"); err != nil {
		t.Fatal(err)
	}
	must[int](t)(h.services.Cafes.CancelDate(ctx, sys, h.cafe, date, "Strømmen er gået.\nVi prøver igen."))
	register := func(name string) uuid.UUID {
		return must[organisation.Ref](t)(h.services.Organisations.Register(ctx, authz.Nobody, organisation.Application{Consent: true, Input: organisation.Input{Name: name,
			Kind: organisation.Association, About: "Opdigtet.", ContactName: "Bo", ContactEmail: "bo@post.example", Locale: "uk"}})).ID
	}
	if err := h.services.Organisations.Approve(ctx, sys, register("Ja Tak")); err != nil {
		t.Fatal(err)
	}
	if err := h.services.Organisations.Decline(ctx, sys, register("Nej Tak"), "Vi kender jer ikke endnu."); err != nil {
		t.Fatal(err)
	}

	ids := h.deliver(t)
	want := []string{"cafe_date_cancelled", "cafe_link", "cafe_promoted", "cafe_receipt", "organisation_approved", "organisation_declined"}
	if got := slices.Sorted(maps.Keys(ids)); !slices.Equal(got, want) {
		t.Errorf("letters %v, want %v", got, want)
	}
	h.leads(t, ids)
}

func TestDemoMailsAreReadInTheBrowser(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, anonymous, "/demo/post").want(t, http.StatusOK, "Ingen mails endnu")
	date, _ := cafe.ParseDate(h.date)
	must[cafe.Receipt](t)(h.services.Cafes.SignUp(t.Context(), authz.Nobody, h.cafe, date,
		cafe.SignUp{Place: "guest", Name: `<b>Noor</b>`, Email: "noor@post.example", Party: 2, Locale: "ar"}))
	id := strconv.FormatInt(h.deliver(t)["cafe_receipt"], 10)

	h.get(t, anonymous, "/demo/post").want(t, http.StatusOK, `href="/demo/post/`+id+`"`, "noor@post.example", `lang="ar" dir="rtl"`)
	page := h.get(t, anonymous, "/demo/post/"+id).want(t, http.StatusOK, "noor@post.example", "&lt;b&gt;Noor&lt;/b&gt;",
		`<a href="http://mellemrum.example/tilmelding/`, `href="/demo/post/`+id+`/html"`)
	if strings.Contains(page.body, "<b>Noor") || strings.Contains(page.body, "style=") {
		t.Error("the mail's own HTML is on the portal's page")
	}
	if !strings.Contains(page.body, `href="/demo/post/`+id+`/fil/1"`) {
		t.Error("what came along is not shown")
	}
	attached := h.get(t, anonymous, "/demo/post/"+id+"/fil/1").want(t, http.StatusOK, "METHOD:PUBLISH\r\n", "SUMMARY:Café Prøve\r\n")
	if got := attached.Header.Get("Content-Disposition"); got != `attachment; filename="mellemrum.ics"` {
		t.Error(got)
	}
	raw := h.get(t, anonymous, "/demo/post/"+id+"/html").want(t, http.StatusOK, `<html lang="ar" dir="rtl"`, "style=", "&lt;b&gt;Noor&lt;/b&gt;")
	if got := raw.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Error(got)
	}
	policies := raw.Header.Values("Content-Security-Policy")
	if len(policies) != 1 || !strings.Contains(policies[0], "default-src 'none'; style-src 'unsafe-inline';") || !strings.Contains(policies[0], "sandbox") {
		t.Errorf("policy %q", policies)
	}
	if got := page.Header.Get("Content-Security-Policy"); strings.Contains(got, "unsafe") {
		t.Errorf("the portal's own page has %q", got)
	}
	for _, path := range []string{"/demo/post/0", "/demo/post/-1", "/demo/post/x", "/demo/post/99999999999999999999", "/demo/post/x/html", "/demo/post/0/html",
		"/demo/post/" + id + "/fil/0", "/demo/post/" + id + "/fil/2", "/demo/post/" + id + "/fil/x", "/demo/post/0/fil/1"} {
		h.get(t, anonymous, path).want(t, http.StatusNotFound)
	}
}

func TestOnlyTheDemoKeepsMails(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	mux := web.New(h.services, route.Config{Actor: h.services.Accounts.Actor, Sessions: h.sessions, Assets: testAssets(t),
		Log: slog.New(slog.DiscardHandler), BaseURL: &url.URL{Scheme: "https", Host: "mellemrum.example"}, Now: h.db.Now})
	for _, path := range []string{"/demo/post", "/demo/post/1", "/demo/post/1/html"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/log-ind", nil))
	if strings.Contains(w.Body.String(), "demo.example") {
		t.Error("the demo's sign-ins are shown outside the demo")
	}
}
