// Package feeds is what other programs fetch by themselves: the dates of the
// cafés as a calendar to subscribe to. What stands in it is on the public pages
// too, and nobody who comes is in it.
package feeds

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/ical"
	"mellemrum/internal/text"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Room is the feeds.
type Room struct {
	Cafes *cafe.Service
}

// Mount adds the room's addresses.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/feeds/cafeer.ics", r.calendar)
}

// maxSlug is longer than any slug there is.
const maxSlug = 200

// How long a copy is good, and how often those who subscribe are asked to come:
// a date that is cancelled should be known the same day.
const (
	keep    = "public, max-age=300"
	refresh = time.Hour
)

func (r Room) calendar(q *route.Request) (route.Page, error) {
	query := q.URL.Query()
	district, slug := query.Get("bydel"), query.Get("cafe")
	if len(district) > maxSlug || len(slug) > maxSlug || !text.Valid(district+slug) {
		return route.Page{}, fault.New(fault.NotFound, "")
	}
	feed, err := r.Cafes.Feed(q.Context(), district, slug)
	if err != nil {
		return route.Page{}, err
	}
	c := ical.Calendar{Name: name(q.Locale, feed), Refresh: refresh, Events: make([]ical.Event, len(feed.Dates))}
	// The day's beginning counts too: with it the dates that are over drop out.
	changed := dayBegins(q.Now())
	for i, d := range feed.Dates {
		c.Events[i] = event(q, d)
		if d.Changed.After(changed) {
			changed = d.Changed
		}
	}
	body := c.Bytes()
	sum := sha256.Sum256(body)
	return route.File(ical.Type, "mellemrum.ics", body).Known(base64.RawURLEncoding.EncodeToString(sum[:15]), changed).
		WithHeader("Cache-Control", keep).WithHeader("Vary", "Accept-Language, Cookie").WithHeader("Content-Language", q.Locale.Code), nil
}

func dayBegins(now time.Time) time.Time {
	y, m, d := now.In(i18n.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, i18n.Zone)
}

func name(l *i18n.Locale, f cafe.Feed) string {
	switch {
	case f.Cafe != "":
		return f.Cafe
	case f.District != "":
		return l.T("feeds.district", "District", f.District)
	}
	return l.T("feeds.all")
}

func event(q *route.Request, d cafe.FeedDate) ical.Event {
	l := q.Locale
	link := q.Absolute("/cafeer/" + d.Slug + "/" + d.OnDate.Format(cafe.DateFormat))
	if ui.ChromeFrom(q.Context()).LangInURL {
		link += "?" + url.Values{"lang": {l.Code}}.Encode()
	}
	e := ical.Event{UID: d.OccasionID.String() + "@mellemrum", Stamp: d.Changed, Modified: d.Changed, Sequence: d.Sequence,
		Status: ical.Confirmed, Starts: d.StartsAt, Ends: d.EndsAt, Summary: d.Name, Location: d.Venue + ", " + d.Address, URL: link}
	var about []string
	if d.CancelledAt != nil {
		// Some calendars show what is cancelled as if it were not.
		e.Status, e.Summary = ical.Cancelled, l.T("feeds.cancelled", "Cafe", d.Name)
		about = append(about, l.T("feeds.is_cancelled"))
	}
	if len(d.Hosts) > 0 {
		about = append(about, l.T("cafes.held_by", "Names", l.List(d.Hosts)))
	}
	if len(d.Languages) > 0 {
		spoken := make([]string, len(d.Languages))
		for i, code := range d.Languages {
			spoken[i] = l.T(text.LanguageKey(code))
		}
		about = append(about, l.T("feeds.spoken", "Languages", l.List(spoken)))
	}
	e.Description = strings.Join(append(about, link), "\n")
	return e
}
