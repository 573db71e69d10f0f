package web_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	ical "github.com/emersion/go-ical"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/pg"
)

const feed = "/feeds/cafeer.ics"

// events reads a calendar file back with another library than the one that
// wrote it.
func events(t *testing.T, r response) (*ical.Calendar, map[string]ical.Event) {
	t.Helper()
	r.want(t, http.StatusOK)
	if got := r.Header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
		t.Error(got)
	}
	for _, line := range strings.Split(strings.TrimSuffix(r.body, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%d octets: %q", len(line), line)
		}
	}
	cal, err := ical.NewDecoder(strings.NewReader(r.body)).Decode()
	if err != nil {
		t.Fatalf("%v\n%s", err, r.body)
	}
	if err := ical.NewEncoder(new(bytes.Buffer)).Encode(cal); err != nil {
		t.Errorf("%v\n%s", err, r.body)
	}
	list := map[string]ical.Event{}
	for _, e := range cal.Events() {
		starts, err := e.DateTimeStart(time.UTC)
		if err != nil {
			t.Error(err)
		}
		list[starts.Format(cafe.DateFormat)] = e
	}
	return cal, list
}

func prop(t *testing.T, e ical.Event, name string) string {
	t.Helper()
	p := e.Props.Get(name)
	if p == nil {
		return ""
	}
	if p.ValueType() != ical.ValueText {
		return p.Value
	}
	s, err := p.Text()
	if err != nil {
		t.Error(err)
	}
	return s
}

func TestTheFeedTellsOfEveryDateAndOfNobody(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	cal, list := events(t, h.get(t, anonymous, feed+"?lang=da"))
	if name, _ := cal.Props.Text("X-WR-CALNAME"); name != "Frivilligcaféer" || len(list) != 4 {
		t.Errorf("%s with %d dates", name, len(list))
	}
	e := list[h.date]
	for name, want := range map[string]string{"SUMMARY": "Café Prøve", "LOCATION": "Prøvehuset, Opdigtet Vej 1", "STATUS": "CONFIRMED", "DTSTART": "20261201T163000",
		"URL": "http://mellemrum.example/cafeer/cafe-proeve/2026-12-01?lang=da", "SEQUENCE": "0"} {
		if got := prop(t, e, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if about := prop(t, e, "DESCRIPTION"); !strings.Contains(about, "Værterne") || !strings.Contains(about, "dansk og arabisk") {
		t.Errorf("about: %q", about)
	}
	off := list[h.cancelled]
	if prop(t, off, "STATUS") != "CANCELLED" || prop(t, off, "SUMMARY") != "Aflyst: Café Prøve" {
		t.Errorf("cancelled: %v", off.Props)
	}
	if _, recent := list[h.past]; !recent {
		t.Error("a date of last week is gone already")
	}
	whole := h.get(t, administrator, feed).body
	for _, person := range []string{"post.example", "Prøve Gæst", "Ida"} {
		if strings.Contains(whole, person) {
			t.Errorf("%q is in the feed", person)
		}
	}
	h.now = h.now.Add(60 * 24 * time.Hour)
	if _, list := events(t, h.get(t, anonymous, feed)); len(list) != 0 {
		t.Errorf("%d dates of long ago", len(list))
	}
}

func TestAFeedIsForADistrictOrACafeInAnyLanguage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for query, want := range map[string]struct {
		name  string
		dates int
	}{
		"?bydel=testby&lang=en":                  {"Volunteer cafés in Testby", 4},
		"?bydel=andenby&lang=en":                 {"Volunteer cafés in Andenby", 0},
		"?cafe=cafe-proeve":                      {"Café Prøve", 4},
		"?cafe=cafe-proeve&bydel=testby":         {"Café Prøve", 4},
		"?bydel=&cafe=&lang=uk":                  {"Волонтерські кафе", 4},
		"?bydel=testby&lang=ar":                  {"مقاهي المتطوعين في Testby", 4},
		"?cafe=cafe-proeve&lang=klingon&utm_x=1": {"Café Prøve", 4},
	} {
		cal, list := events(t, h.get(t, anonymous, feed+query))
		if name, _ := cal.Props.Text("X-WR-CALNAME"); name != want.name || len(list) != want.dates {
			t.Errorf("%s: %q with %d dates", query, name, len(list))
		}
	}
	for _, query := range []string{"?bydel=ingen", "?cafe=ingen", "?cafe=cafe-proeve&bydel=andenby", "?bydel=testby&cafe=ingen", "?bydel=%00", "?cafe=%ff",
		"?bydel=" + strings.Repeat("a", 5000), "?cafe=%27%20OR%201=1"} {
		h.get(t, anonymous, feed+query).want(t, http.StatusNotFound)
	}
}

func TestAFeedThatIsKnownIsNotSentAgain(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	first := h.get(t, anonymous, feed)
	tag, modified := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
	if tag == "" || modified == "" || !strings.Contains(first.Header.Get("Cache-Control"), "max-age=300") || first.Header.Get("Set-Cookie") != "" {
		t.Fatalf("%v", first.Header)
	}
	for _, as := range []role{anonymous, coordinator} {
		if vary := strings.Join(h.get(t, as, feed).Header.Values("Vary"), ", "); !strings.Contains(vary, "Accept-Language, Cookie") {
			t.Errorf("%s: a copy in one language is kept for all: Vary is %q", as, vary)
		}
	}
	again := func(header, value string) response {
		return h.send(anonymous, httptest.NewRequest(http.MethodGet, feed, nil), func(r *http.Request) { r.Header.Set(header, value) })
	}
	for header, value := range map[string]string{"If-None-Match": tag, "If-Modified-Since": modified} {
		if r := again(header, value).want(t, http.StatusNotModified); r.body != "" || r.Header.Get("ETag") != tag {
			t.Errorf("%s: %q %v", header, r.body, r.Header)
		}
	}
	again("If-None-Match", `"other"`).want(t, http.StatusOK)
	h.now = h.now.Add(time.Minute)
	date, _ := cafe.ParseDate(h.date)
	must[int](t)(h.services.Cafes.CancelDate(t.Context(), authz.TheSystem, h.cafe, date, "Strømmen er gået"))
	for header, value := range map[string]string{"If-None-Match": tag, "If-Modified-Since": modified} {
		_, list := events(t, again(header, value))
		if prop(t, list[h.date], "STATUS") != "CANCELLED" {
			t.Errorf("%s: a cancelled date is kept from those who subscribe", header)
		}
	}
}

func TestAFeedAsksTheDatabaseAFewTimesHoweverLongItIs(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if _, err := h.db.Pool().Exec(t.Context(), `
		INSERT INTO occasions (id, cafe_id, on_date, starts_at, ends_at, closes_at)
		SELECT gen_random_uuid(), $1, '2027-01-01'::date + n, '2027-01-01 15:00Z'::timestamptz + n * interval '1 day',
		       '2027-01-01 17:00Z'::timestamptz + n * interval '1 day', '2027-01-01 15:00Z'::timestamptz + n * interval '1 day'
		FROM generate_series(1, 1500) n`, h.cafeID); err != nil {
		t.Fatal(err)
	}
	before := h.queries.Load()
	r := h.get(t, anonymous, feed+"?bydel=testby")
	if n := h.queries.Load() - before; n > 2 {
		t.Errorf("%d queries", n)
	}
	if n := strings.Count(r.body, "BEGIN:VEVENT"); n != cafe.MaxFeed {
		t.Errorf("%d dates", n)
	}
}

// One's own entry keeps its name and counts up through whatever happens to it.
func TestASignUpsCalendarEntryFollowsIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	uid, last := "", -1
	entry := func(token cafe.Token) ical.Event {
		t.Helper()
		_, list := events(t, h.get(t, anonymous, "/tilmelding/"+string(token)+"/kalender.ics?lang=ar"))
		return list[h.date]
	}
	follows := func(e ical.Event, status string) {
		t.Helper()
		n, err := strconv.Atoi(prop(t, e, "SEQUENCE"))
		if err != nil || n <= last || uid != "" && prop(t, e, "UID") != uid || prop(t, e, "STATUS") != status {
			t.Errorf("%v after %s %d, want %s", e.Props, uid, last, status)
		}
		uid, last = prop(t, e, "UID"), n
	}
	placed := h.signUp(h.date, "foerst@post.example", 4)
	waits := h.signUp(h.date, "venter@post.example", 2)
	e := entry(waits)
	follows(e, "TENTATIVE")
	if prop(t, e, "CLASS") != "PRIVATE" || !strings.Contains(prop(t, e, "URL"), "/tilmelding/") || !strings.HasSuffix(prop(t, e, "URL"), "?lang=ar") {
		t.Errorf("%v", e.Props)
	}
	if _, err := uuid.Parse(strings.TrimSuffix(uid, "@mellemrum")); err != nil {
		t.Error(err)
	}
	must[cafe.Mine](t)(h.services.Cafes.Cancel(t.Context(), authz.Nobody, placed))
	follows(entry(waits), "CONFIRMED")
	date, _ := cafe.ParseDate(h.date)
	must[int](t)(h.services.Cafes.CancelDate(t.Context(), authz.TheSystem, h.cafe, date, "Strømmen er gået"))
	follows(entry(waits), "CANCELLED")
}

// A shift has hours of its own.
func TestAShiftsCalendarEntryIsOfItsOwnHours(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if _, err := pg.One(t.Context(), h.db.Pool(), `
		UPDATE occasion_places p SET starts_at = '2026-12-01 14:00Z', ends_at = '2026-12-01 16:00Z' FROM occasions o
		WHERE o.id = p.occasion_id AND o.on_date = '2026-12-01' AND p.kind = 'host' RETURNING 1`, pg.Scalar[int]); err != nil {
		t.Fatal(err)
	}
	date, _ := cafe.ParseDate(h.date)
	r := must[cafe.Receipt](t)(h.services.Cafes.SignUp(t.Context(), authz.Nobody, h.cafe, date,
		cafe.SignUp{Place: "host", Name: "Prøve Vært", Email: "vaert@post.example", Party: 1, Locale: "da"}))
	_, list := events(t, h.get(t, anonymous, "/tilmelding/"+string(r.Token)+"/kalender.ics"))
	if e := list[h.date]; prop(t, e, "DTSTART") != "20261201T150000" || prop(t, e, "DTEND") != "20261201T170000" {
		t.Error(e.Props)
	}
}
