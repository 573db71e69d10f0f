package cafe

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/i18n"
	"mellemrum/internal/ical"
)

// Entry is a sign-up as its calendar entry tells of it, in a mail or on
// somebody's own page. Both name it alike, so that the later one replaces the
// earlier.
type Entry struct {
	SignUp    uuid.UUID
	Revision  int
	Status    Status // Cancelled also when the date is
	Cafe      string
	Where     string
	Kind      Kind
	Party     int
	Starts    time.Time
	Ends      time.Time
	Written   time.Time
	Changed   time.Time // zero: not known
	Link      string
	Organiser ical.Organiser
}

// Entry is the sign-up's entry at the moment; link leads to its page.
func (m Mine) Entry(now time.Time, link string) Entry {
	shift := m.Shift()
	e := Entry{SignUp: m.ID, Revision: m.Revision, Status: m.Status, Cafe: m.Cafe.Name, Where: m.Venue + ", " + m.Address, Kind: m.Kind,
		Party: m.Party, Starts: shift.StartsAt, Ends: shift.EndsAt, Written: now, Link: link}
	if m.CancelledAt != nil {
		e.Status = Cancelled
	}
	if m.ChangedAt != nil {
		e.Changed = *m.ChangedAt
	}
	return e
}

// Event writes the entry in a language.
func (e Entry) Event(l *i18n.Locale) ical.Event {
	status, words, summary := ical.Confirmed, l.T("me.calendar_placed"), e.Cafe
	switch e.Status {
	case Placed:
	case Waiting:
		status, words = ical.Tentative, l.T("me.calendar_waiting")
	case Cancelled:
		// Some calendars show what is cancelled as if it were not.
		status, words, summary = ical.Cancelled, l.T("me.calendar_cancelled"), l.T("feeds.cancelled", "Cafe", e.Cafe)
	}
	about := l.T("cafes.kind_"+string(e.Kind)) + " · " + l.N("me.people", e.Party)
	return ical.Event{UID: e.SignUp.String() + "@mellemrum", Stamp: e.Written, Modified: e.Changed, Sequence: e.Revision, Status: status,
		Starts: e.Starts, Ends: e.Ends, Summary: summary, Location: e.Where, Description: strings.Join([]string{words, about, e.Link}, "\n"),
		URL: e.Link, Private: true, Organiser: e.Organiser}
}
