// Package workshop owns the meetings where residents, partners and staff find
// out together: who is invited and who came, what was said, what it changed,
// what was decided, and who does what by when.
//
// A workshop belongs to an initiative, or to a district where there is none
// yet. Whoever may work on that may run it.
package workshop

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/ical"
	"mellemrum/internal/pg"
	"mellemrum/internal/secret"
	"mellemrum/internal/text"
)

// Service keeps the workshops.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Token is the secret of an invitation's link. The database knows its hash only.
type Token string

func (t Token) hash() []byte { return secret.Hash(string(t)) }

// Role tells as whom somebody is invited.
type Role string

// The roles.
const (
	Board      Role = "board" // of a housing section
	Resident   Role = "resident"
	Partner    Role = "partner"
	Department Role = "department"
	Other      Role = "other"
)

// Roles are all of them, in the order a form shows them.
var Roles = []Role{Board, Resident, Partner, Department, Other}

// Key is the message key of the role's name.
func (r Role) Key() string { return "workshops.role_" + string(r) }

// Answer tells whether somebody comes.
type Answer string

// The answers; empty is none yet.
const (
	Yes   Answer = "yes"
	Maybe Answer = "maybe"
	No    Answer = "no"
)

// Answers are all of them, in the order a form shows them.
var Answers = []Answer{Yes, Maybe, No}

// Key is the message key of the answer's name.
func (a Answer) Key() string { return "workshops.answer_" + string(a) }

// Invitee is who is invited.
type Invitee struct {
	ID             uuid.UUID
	Role           Role
	OrganisationID *uuid.UUID
	Name           string // the organisation's, or the person's; empty: forgotten
	Email          string
	Phone          string // E.164
	Answer         Answer
	People         int
	Note           string
	Came           *bool // nil: not said
	Themselves     bool
}

// Objection is what somebody was against, and the answer they got.
type Objection struct{ Objection, Answer string }

// Decision is what was decided, and by whom: a group or a board.
type Decision struct{ What, DecidedBy string }

// Action is what somebody promised to do.
type Action struct {
	ID        uuid.UUID
	What      string
	OwnerID   *uuid.UUID
	OwnerName string // also of an owner with an account
	DueOn     time.Time
	DoneAt    *time.Time
}

// Overdue tells whether its day has passed and it is not done.
func (a Action) Overdue(now time.Time) bool { return a.DoneAt == nil && a.DueOn.Before(i18n.Day(now)) }

// Workshop is everything about one.
type Workshop struct {
	ID            uuid.UUID
	InitiativeID  *uuid.UUID
	Slug          string // of the initiative or the district
	About         string // its title or name
	AboutPublic   bool
	AboutEnded    bool // the initiative is over
	Districts     []uuid.UUID
	Joined        []uuid.UUID // organisations that may run it
	Title         string
	StartsAt      time.Time
	EndsAt        time.Time
	Place         string
	Link          string
	Open          bool
	Agenda        string
	Version       int
	Revision      int
	Residents     int
	Minutes       string
	Charts        string
	Changed       string
	WrittenAt     *time.Time
	MailedVersion *int
	MailedAt      *time.Time
	CancelledAt   *time.Time
	Reason        string
	UpdatedAt     time.Time
	Recorded      bool // how residents took part is on record from it
	Invitees      []Invitee
	Objections    []Objection
	Decisions     []Decision
	Actions       []Action
}

// OfInitiative tells whether it is about an initiative.
func (w Workshop) OfInitiative() bool { return w.InitiativeID != nil }

// RunBy tells whether the actor may run it: whoever may work on its initiative,
// or the coordinators of its district.
func (w Workshop) RunBy(actor authz.Actor) bool {
	return actor.MayWorkOnInitiative(w.Joined, w.Districts)
}

// Begun tells whether it is time to write down what happened.
func (w Workshop) Begun(now time.Time) bool { return !now.Before(w.StartsAt) }

// Stands tells whether it is still to come.
func (w Workshop) Stands(now time.Time) bool { return w.CancelledAt == nil && now.Before(w.EndsAt) }

// Notes are the lines that stood on the walls.
func (w Workshop) Notes() []string { return lines(w.Charts) }

// Points are the lines of the agenda.
func (w Workshop) Points() []string { return lines(w.Agenda) }

func lines(s string) []string {
	var list []string
	for line := range strings.Lines(s) {
		if line = text.Line(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// Said is what residents said, for the record: what stood on the walls, or the
// minutes where nothing did.
func (w Workshop) Said() string {
	if notes := w.Notes(); len(notes) > 0 {
		return strings.Join(notes, "\n")
	}
	return w.Minutes
}

// Missing are the invited who did not come.
func (w Workshop) Missing() []Invitee {
	return slices.DeleteFunc(slices.Clone(w.Invitees), func(i Invitee) bool { return i.Came == nil || *i.Came })
}

// Event is the calendar entry of somebody who is invited.
func (w Workshop) Event(l *i18n.Locale, invitee uuid.UUID, link string, stamp time.Time, from ical.Organiser) ical.Event {
	e := ical.Event{UID: w.ID.String() + "-" + invitee.String() + "@mellemrum", Stamp: stamp, Modified: w.UpdatedAt, Sequence: w.Revision, Status: ical.Confirmed,
		Starts: w.StartsAt, Ends: w.EndsAt, Summary: w.Title, Location: w.Place, Description: strings.TrimSpace(w.About + "\n" + w.Link + "\n" + link), URL: link, Private: true, Organiser: from}
	if e.Location == "" {
		e.Location = w.Link
	}
	if w.CancelledAt != nil {
		e.Status, e.Summary = ical.Cancelled, l.T("feeds.cancelled", "Cafe", w.Title)
	}
	return e
}

// Input is a workshop as it is planned.
type Input struct {
	ID         uuid.UUID // made with the form, so that two presses make one
	Initiative string    // slug; one of the two
	District   string
	Title      string
	StartsAt   time.Time
	EndsAt     time.Time
	Place      string
	Link       string
	Open       bool
	Agenda     string
	Version    int // as it was read, for changes
}

// Tidy returns the input as it will be kept.
func (in Input) Tidy() Input {
	in.Title, in.Place, in.Link, in.Agenda = text.Line(in.Title), text.Line(in.Place), strings.TrimSpace(in.Link), text.Block(in.Agenda)
	return in
}

// Validate names what cannot be used.
func (in Input) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	text.Require(&f, "title", in.Title, 120, "workshops.title_missing")
	switch {
	case in.StartsAt.IsZero():
		f.Add("date", "errors.field_date_invalid")
	case !in.EndsAt.After(in.StartsAt):
		f.Add("ends", "workshops.ends_first")
	}
	text.Check(&f, "place", in.Place, 200)
	if in.Place == "" && in.Link == "" {
		f.Add("place", "workshops.place_missing")
	}
	if in.Link != "" && (len(in.Link) > 500 || !strings.HasPrefix(in.Link, "https://") && !strings.HasPrefix(in.Link, "http://") || strings.ContainsAny(in.Link, " \n")) {
		f.Add("link", "workshops.link_wrong")
	}
	text.Check(&f, "agenda", in.Agenda, 4000)
	refuseCPR(&f, map[string]string{"title": in.Title, "place": in.Place, "agenda": in.Agenda})
	return f
}

func refuseCPR(f *fault.Fields, texts map[string]string) {
	for field, s := range texts {
		if text.LooksLikeCPR(s) && !f.Has(field) {
			f.Add(field, "errors.field_cpr")
		}
	}
}
