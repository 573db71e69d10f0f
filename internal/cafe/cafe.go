// Package cafe is the volunteer café: a series at a venue, its dates, the
// kinds of place on each date, who signed up and who waits.
//
// The rule everything here serves: a place is never given to two people, and
// who waits is served in order and told at once. Each kind of place on a date
// is one row that counts the people placed; every change of who is placed
// holds that row (see signup.go and queue.go).
package cafe

import (
	"regexp"
	"slices"
	"strings"
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

// Helps tells a helper's kind from a guest's.
func (k Kind) Helps() bool { return k != Guest }

// KindOf is the kind of the place with the key: "host" of "host" and "host-2".
// A key that cannot be one gives an unknown kind.
func KindOf(key string) Kind {
	if !placeKey.MatchString(key) {
		return ""
	}
	kind, _, _ := strings.Cut(key, "-")
	return Kind(kind)
}

var placeKey = regexp.MustCompile(`^[a-z]+(-[0-9]{1,2})?$`)

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

// Place is one kind of place on one date, or one shift where a kind has
// several. Numbers count people, except Waiting, which counts parties in line.
type Place struct {
	ID       uuid.UUID `json:"id"`
	Key      string    `json:"key"` // names it among the date's places: "guest", "host", "host-2"
	Kind     Kind      `json:"kind"`
	Minimum  int       `json:"minimum"`  // 0–Capacity: with fewer the café is short of hands
	Capacity int       `json:"capacity"` // 1–MaxCapacity
	Taken    int       `json:"taken"`    // 0–Capacity
	Waiting  int       `json:"waiting"`
	StartsAt time.Time `json:"starts_at"` // of the shift; the café's own where it has none
	EndsAt   time.Time `json:"ends_at"`
	Shift    bool      `json:"shift"`    // has a time of its own
	Language string    `json:"language"` // of an interpreter; empty: any
}

// Left is the number of people there is still room for.
func (p Place) Left() int { return p.Capacity - p.Taken }

// Missing is the number of people below the minimum.
func (p Place) Missing() int { return max(p.Minimum-p.Taken, 0) }

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
	Habits
	UpdatedAt time.Time
}

// Habits are what a café does around each of its dates. Dates that are made
// out take them along.
type Habits struct {
	OpensDays     int    // days before the date that sign-up opens, at 8 in the morning, 1–365; 0: it is always open
	ClosesMinutes int    // before the start that sign-up closes, 0–10080
	CallMinutes   int    // before the start; from then on several who wait are asked at once, 0–1440
	RemindAt      string // "10:00" on the day before; empty: no reminder
	Thanks        bool   // a mail after somebody's first visit
}

// UsualHabits are those of a café that says nothing else.
var UsualHabits = Habits{CallMinutes: 180, RemindAt: "10:00", Thanks: true}

// Occasion is one date of a café.
type Occasion struct {
	Cafe
	OccasionID   uuid.UUID
	OnDate       time.Time // midnight UTC of the date
	StartsAt     time.Time
	EndsAt       time.Time
	OpensAt      *time.Time // of sign-up; nil: it is open from the first moment
	ClosesAt     time.Time  // of sign-up
	Sequence     int        // of its calendar entry, from 0
	ChangedAt    *time.Time // when its calendar entry last changed; nil: never
	CancelledAt  *time.Time
	CancelReason string
	Places       []Place
}

// Open tells whether one can sign up at the given moment.
func (o Occasion) Open(now time.Time) bool {
	return o.CancelledAt == nil && (o.OpensAt == nil || !now.Before(*o.OpensAt)) && now.Before(o.ClosesAt)
}

// Coming tells whether the date is still to come: those who signed up can
// change their minds until it begins.
func (o Occasion) Coming(now time.Time) bool { return o.CancelledAt == nil && now.Before(o.StartsAt) }

// Place returns the place with the key.
func (o Occasion) Place(key string) (Place, bool) {
	i := slices.IndexFunc(o.Places, func(p Place) bool { return p.Key == key })
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
	OpensAt      *time.Time // of sign-up; nil: it is open from the first moment
	ClosesAt     time.Time  // of sign-up
	CancelledAt  *time.Time
	GuestsLeft   int // room for guests; 0: waiting list
	Guests       int // guests placed
	Capacity     int // room for guests in all
	HelpersLeft  int // hosts, kitchen, interpreters and drivers there is room for
	HelpersShort int // of them, how many are missing to the minimum
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
