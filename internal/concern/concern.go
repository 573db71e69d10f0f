// Package concern keeps what is seen again and again in a district: concerns and
// signs of wellbeing. A note is about a place and a pattern, never about a
// person; it becomes the start of an ask or an initiative, and it is followed
// until somebody can say what came of it.
//
// It is for staff and for the partners who are invited to the one note. To
// everybody else there is no such thing.
package concern

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Service keeps the notes.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Kind tells whether it worries or gladdens.
type Kind string

// The kinds of note.
const (
	Worry     Kind = "concern"
	Wellbeing Kind = "wellbeing"
)

// Kinds are both, in the order a form shows them.
var Kinds = []Kind{Worry, Wellbeing}

// Valid tells a kind there is.
func (k Kind) Valid() bool { return slices.Contains(Kinds, k) }

// Key is the message key of the kind's name.
func (k Kind) Key() string { return "concerns.kind_" + string(k) }

// Source tells who says so.
type Source string

// The kinds of source.
const (
	Residents  Source = "residents"
	Volunteers Source = "volunteers"
	Partner    Source = "partner"
	Staff      Source = "staff"
	Other      Source = "other"
)

// Sources are all of them, in the order a form shows them.
var Sources = []Source{Residents, Volunteers, Partner, Staff, Other}

// Key is the message key of the source's name.
func (s Source) Key() string { return "concerns.source_" + string(s) }

// Status tells how far it has come.
type Status string

// The states of a note.
const (
	Open     Status = "open"
	Followed Status = "followed"
	Closed   Status = "closed"
)

// Statuses are all of them.
var Statuses = []Status{Open, Followed, Closed}

// Valid tells a status there is.
func (s Status) Valid() bool { return slices.Contains(Statuses, s) }

// Key is the message key of the status's name.
func (s Status) Key() string { return "concerns.status_" + string(s) }

// The most characters of each text.
const (
	MaxPlace   = 120
	MaxPattern = 2000
	MaxSource  = 200
	MaxBody    = 2000
	MaxOutcome = 2000
)

// Named is something with a name.
type Named struct {
	ID   uuid.UUID
	Slug string
	Name string
}

// Party is a partner who is invited to a note.
type Party struct {
	ID       uuid.UUID
	Slug     string
	Name     string
	Approved bool // otherwise it is shut out for a while and reads nothing
}

// Observation is what was seen later.
type Observation struct {
	ID        uuid.UUID
	OnDate    time.Time
	Body      string
	AccountID *uuid.UUID
	By        string // name; empty: no longer here
	OnBehalf  string // a partner's; empty: staff
	CreatedAt time.Time
}

// RemovableBy tells whether the actor may take it away: whoever wrote it, and
// those who keep the note.
func (o Observation) RemovableBy(actor authz.Actor, c Concern) bool {
	return c.KeptBy(actor) || o.AccountID != nil && *o.AccountID == actor.AccountID
}

// Led is an ask or an initiative that a note became the start of.
type Led struct {
	AskID  *uuid.UUID
	Slug   string // of an initiative
	Title  string
	Status string // as its own feature calls it
	Public bool   // everybody may read it
	At     time.Time
}

// Concern is a note of either kind.
type Concern struct {
	ID           uuid.UUID
	Kind         Kind
	DistrictID   uuid.UUID
	DistrictSlug string
	District     string
	Place        string
	Pattern      string
	Source       Source
	SourceWords  string
	SeenOn       time.Time // midnight UTC of the date
	Status       Status
	Outcome      string
	ClosedOn     *time.Time
	AuthorID     *uuid.UUID
	Author       string
	Version      int
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Themes       []Named
	Observations []Observation // oldest first
	Parties      []Party       // who may read it besides staff
	Led          []Led
}

// KeptBy tells whether the actor looks after it.
func (c Concern) KeptBy(actor authz.Actor) bool { return actor.MayKeepConcern(c.DistrictID) }

// Behalf is the actor's organisation that is invited.
func (c Concern) Behalf(actor authz.Actor) (Party, bool) {
	at := slices.IndexFunc(c.Parties, func(p Party) bool { return actor.Role == authz.Partner && p.Approved && actor.MemberOf(p.ID) })
	if at < 0 {
		return Party{}, false
	}
	return c.Parties[at], true
}

// errHidden is what those who may not see a note are told.
func errHidden() error { return fault.New(fault.NotFound, "") }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func entry(action string, id uuid.UUID, detail any) audit.Entry {
	return audit.Entry{Action: "concern." + action, Object: "concern", ID: id, Detail: detail}
}

func refuseCPR(f *fault.Fields, field, s string) {
	if text.LooksLikeCPR(s) && !f.Has(field) {
		f.Add(field, "errors.field_cpr")
	}
}

// knownSQL are the names that are known to be no person's.
const knownSQL = `SELECT name FROM organisations WHERE status <> 'declined'
	UNION ALL SELECT name FROM districts UNION ALL SELECT unnest(housing_areas) FROM districts
	UNION ALL SELECT name FROM cafes UNION ALL SELECT venue FROM cafes UNION ALL SELECT name FROM themes`

// guard refuses once what looks as if it were about a person, unless the writer
// has looked at just that before. What is known to be ours is no person.
func guard(ctx context.Context, q pg.Querier, looked []string, texts ...string) error {
	known, err := pg.All(ctx, q, knownSQL, pg.Scalar[string])
	if err != nil {
		return err
	}
	var found []string
	for _, s := range texts {
		for _, what := range text.Personal(s, known...) {
			if !slices.Contains(found, what) {
				found = append(found, what)
			}
		}
	}
	if slices.ContainsFunc(found, func(what string) bool { return !slices.Contains(looked, what) }) {
		return fault.InField(fault.Invalid, FieldSure, "concerns.looks_personal", "Found", strings.Join(found, between))
	}
	return nil
}

// FieldSure is where a warning about persons stands.
const FieldSure = "sure"

// between what was found stand two of these; none is part of a name or number.
const between = " · "

// Found is what a warning about persons names.
func Found(f fault.Field) []string {
	for i := 0; i+1 < len(f.Args); i += 2 {
		if s, ok := f.Args[i+1].(string); ok && f.Args[i] == "Found" {
			return strings.Split(s, between)
		}
	}
	return nil
}
