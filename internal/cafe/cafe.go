// Package cafe is the volunteer café: a series at a venue, its dates, the
// kinds of place on each date, who signed up and who waits.
//
// The rule everything here serves: a place is never given to two people, and
// who waits is served in order and told at once. Each kind of place on a date
// is one row that counts the people placed; every change of who is placed
// holds that row (see signup.go and queue.go).
package cafe

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
)

// Service is the café's rules over a database.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Kind is a kind of place at a café.
type Kind string

// The kinds of place.
const (
	Guest       Kind = "guest"
	Host        Kind = "host"
	Kitchen     Kind = "kitchen"
	Interpreter Kind = "interpreter"
	Driver      Kind = "driver"
)

// Kinds lists the kinds in the order pages show them.
var Kinds = []Kind{Guest, Host, Kitchen, Interpreter, Driver}

// Known tells whether the kind exists.
func (k Kind) Known() bool { return slices.Contains(Kinds, k) }

// Status tells how a sign-up stands.
type Status string

// A sign-up is placed, waits in line or is cancelled.
const (
	Placed    Status = "placed"
	Waiting   Status = "waiting"
	Cancelled Status = "cancelled"
)

// Limits of what a sign-up may hold. A party is a household at a table; larger
// groups are arranged by talking.
const (
	MaxParty = 10
	MaxNote  = 500
	MaxName  = 80
)

// Place is one kind of place on one date. Numbers count people, except
// Waiting, which counts parties in line.
type Place struct {
	ID       uuid.UUID `json:"id"`
	Kind     Kind      `json:"kind"`
	Capacity int       `json:"capacity"` // 1–500
	Taken    int       `json:"taken"`    // 0–Capacity
	Waiting  int       `json:"waiting"`
}

// Left is the number of people there is still room for.
func (p Place) Left() int { return p.Capacity - p.Taken }

// Organisation is a host as a café shows it.
type Organisation struct {
	ID   uuid.UUID `json:"id"`
	Slug string    `json:"slug"`
	Name string    `json:"name"`
}

// Cafe is a series: what its dates have in common.
type Cafe struct {
	ID           uuid.UUID
	Slug         string
	Name         string
	DistrictID   uuid.UUID
	DistrictSlug string
	District     string
	Venue        string
	Address      string
	About        string
	Languages    []string
	Starts, Ends string // usual hours, "16:30", local time
	Hosts        []Organisation
	UpdatedAt    time.Time
}

// Occasion is one date of a café.
type Occasion struct {
	Cafe
	OccasionID   uuid.UUID
	OnDate       time.Time // midnight UTC of the date
	StartsAt     time.Time
	EndsAt       time.Time
	CancelledAt  *time.Time
	CancelReason string
	Places       []Place
}

// Open tells whether one can sign up at the given moment.
func (o Occasion) Open(now time.Time) bool { return o.CancelledAt == nil && now.Before(o.StartsAt) }

// Place returns the named kind of place.
func (o Occasion) Place(k Kind) (Place, bool) {
	i := slices.IndexFunc(o.Places, func(p Place) bool { return p.Kind == k })
	if i < 0 {
		return Place{}, false
	}
	return o.Places[i], true
}

// HostIDs lists the organisations that hold the café together.
func (c Cafe) HostIDs() []uuid.UUID {
	ids := make([]uuid.UUID, len(c.Hosts))
	for i, h := range c.Hosts {
		ids[i] = h.ID
	}
	return ids
}

// Listing is a date as lists show it.
type Listing struct {
	OccasionID   uuid.UUID
	Slug         string
	Name         string
	DistrictSlug string
	District     string
	Venue        string
	Hosts        string // names, one per line
	OnDate       time.Time
	StartsAt     time.Time
	EndsAt       time.Time
	CancelledAt  *time.Time
	GuestsLeft   int // room for guests; 0: waiting list
	Guests       int // guests placed
	Capacity     int // room for guests in all
	HelpersLeft  int // hosts, kitchen, interpreters and drivers still wanted
	Waiting      int // parties in line, all kinds; only filled for staff and hosts
}

// DateFormat is how a date stands in addresses and in the database.
const DateFormat = "2006-01-02"

// ParseDate reads yyyy-mm-dd. A date that does not exist is refused.
func ParseDate(s string) (time.Time, bool) {
	d, err := time.Parse(DateFormat, s)
	return d, err == nil
}

// At is the moment a local clock on the date shows hh:mm.
func At(date time.Time, clock string) (time.Time, bool) {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, false
	}
	return time.Date(date.Year(), date.Month(), date.Day(), t.Hour(), t.Minute(), 0, 0, i18n.Zone), true
}

// Today is the date at the moment, as dates are kept.
func Today(now time.Time) time.Time {
	y, m, d := now.In(i18n.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
