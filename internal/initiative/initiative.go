// Package initiative owns what districts do together: from an idea, through
// co-creation, to something agreed, running and closed.
//
// Two rules make it what it is, and the database holds both (migration 00015).
// Nothing is agreed before it is on record how residents took part. And nobody
// acts alone: there is always a party that is not the municipality, and every
// party says what it brings. No party ranks above another.
package initiative

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Service keeps the initiatives.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Kind tells what an initiative is about.
type Kind string

// The kinds of initiative.
const (
	General    Kind = "general"
	Newcomers  Kind = "newcomers"
	Employment Kind = "employment"
	Young      Kind = "young"
	Moving     Kind = "moving"
	Pilot      Kind = "pilot" // may stop from anywhere, with what it taught us
)

// Kinds are all of them, in the order a form shows them.
var Kinds = []Kind{General, Newcomers, Employment, Young, Moving, Pilot}

// Valid tells whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds, k) }

// Key is the message key of the kind's name.
func (k Kind) Key() string { return "initiatives.kind_" + string(k) }

// Status tells how far an initiative has come.
type Status string

// The states of an initiative. Stopped is a pilot that taught us something, or
// an idea that was laid aside.
const (
	Idea       Status = "idea"
	CoCreation Status = "cocreation"
	Agreed     Status = "agreed"
	Running    Status = "running"
	Closed     Status = "closed"
	Stopped    Status = "stopped"
)

// Statuses are all of them, in the order they are lived through.
var Statuses = []Status{Idea, CoCreation, Agreed, Running, Closed, Stopped}

// Valid tells whether s is one of Statuses.
func (s Status) Valid() bool { return slices.Contains(Statuses, s) }

// Key is the message key of the state's name.
func (s Status) Key() string { return "initiatives.status_" + string(s) }

// Ended tells whether nothing follows.
func (s Status) Ended() bool { return s == Closed || s == Stopped }

// Comments tells when what residents write is public.
type Comments string

// Comments are not taken, read before they are public, or after.
const (
	NoComments Comments = "off"
	Before     Comments = "before"
	After      Comments = "after"
)

// CommentModes are all of them, in the order a form shows them.
var CommentModes = []Comments{Before, After, NoComments}

// Key is the message key of the choice.
func (c Comments) Key() string { return "initiatives.comments_" + string(c) }

// Ref is what an initiative is found by.
type Ref struct {
	ID   uuid.UUID
	Slug string
}

// Named is a district or a theme by name.
type Named struct {
	ID   uuid.UUID
	Slug string // of districts
	Name string
}

// Words are the text that all parties share.
type Words struct {
	Purpose string // why, in a few lines
	Need    string // whose need, and how we know
	Body    string // what we do
}

// Tidy returns the words as they will be kept.
func (w Words) Tidy() Words {
	return Words{Purpose: text.Block(w.Purpose), Need: text.Block(w.Need), Body: text.Block(w.Body)}
}

func (w Words) validate(f *fault.Fields) {
	text.Require(f, "purpose", w.Purpose, 1000, "initiatives.purpose_missing")
	text.Check(f, "need", w.Need, 2000)
	text.Check(f, "body", w.Body, 10000)
	refuseCPR(f, "purpose", w.Purpose)
	refuseCPR(f, "need", w.Need)
	refuseCPR(f, "body", w.Body)
}

// refuseCPR notes a field in which somebody wrote what may be a CPR number:
// none is kept anywhere (rule 8).
func refuseCPR(f *fault.Fields, field, s string) {
	if text.LooksLikeCPR(s) && !f.Has(field) {
		f.Add(field, "errors.field_cpr")
	}
}

// Level tells how close somebody works on it.
type Level string

// The levels of work.
const (
	Strategic   Level = "strategic"
	Operational Level = "operational"
)

// Levels are both, in the order a form shows them.
var Levels = []Level{Strategic, Operational}

// Key is the message key of the level's name.
func (l Level) Key() string { return "initiatives.level_" + string(l) }

// Person is somebody of a party who works on the initiative.
type Person struct {
	Name  string
	Role  string
	Level Level
}

// Party is an organisation that takes part, or is invited to.
type Party struct {
	ID             uuid.UUID
	OrganisationID uuid.UUID
	Slug           string
	Name           string
	Kind           string // of the organisation
	Municipal      bool   // is the municipality itself
	Approved       bool
	Lead           bool // calls the others together
	Contribution   string
	InvitedAt      time.Time
	JoinedAt       *time.Time // nil: invited
	EnteredByStaff bool
	People         []Person
}

// Joined tells whether the party has said yes.
func (p Party) Joined() bool { return p.JoinedAt != nil }

// Lack is something the residents' gate asks for and does not find.
type Lack string

// What the gate may lack.
const (
	LacksOutside       Lack = "outside"       // a party that is not the municipality
	LacksContributions Lack = "contributions" // what a party brings
	LacksInvolvement   Lack = "involvement"   // how residents took part
)

// Key is the message key of the explanation.
func (l Lack) Key() string { return "initiatives.lacks_" + string(l) }

// Override is an administrator's leave to agree before residents took part.
type Override struct {
	Reason   string
	Deadline time.Time // midnight UTC of the date
	GivenAt  time.Time
}

// Initiative is everything its page tells.
type Initiative struct {
	ID           uuid.UUID
	Slug         string
	Title        string
	Kind         Kind
	Status       Status
	Origin       string // staff, partner, resident
	Comments     Comments
	Version      int // of the words
	Words        Words
	Ending       string
	OwnerID      *uuid.UUID
	Owner        string // name; empty: nobody
	PublicAt     *time.Time
	CoCreationAt *time.Time
	AgreedAt     *time.Time
	RunningAt    *time.Time
	EndedAt      *time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Districts    []Named
	Themes       []Named
	Parties      []Party // alphabetical
	Involvements []Involvement
	Override     *Override
	Lacks        []Lack // what the gate does not find
}

// Public tells whether everybody may read it.
func (i Initiative) Public() bool { return i.PublicAt != nil }

// DistrictIDs lists the districts for the policies of authz.
func (i Initiative) DistrictIDs() []uuid.UUID {
	ids := make([]uuid.UUID, len(i.Districts))
	for n, d := range i.Districts {
		ids[n] = d.ID
	}
	return ids
}

// joined lists the organisations that have said yes.
func (i Initiative) joined() []uuid.UUID {
	var ids []uuid.UUID
	for _, p := range i.Parties {
		if p.Joined() && p.Approved {
			ids = append(ids, p.OrganisationID)
		}
	}
	return ids
}

// WorkableBy tells whether the actor may change the initiative.
func (i Initiative) WorkableBy(actor authz.Actor) bool {
	return actor.MayWorkOnInitiative(i.joined(), i.DistrictIDs())
}

// KeptBy tells whether the actor answers for it on the municipality's side.
func (i Initiative) KeptBy(actor authz.Actor) bool { return actor.MayKeepInitiative(i.DistrictIDs()) }

// invited tells whether one of the actor's organisations is invited and has not
// answered.
func (i Initiative) invited(actor authz.Actor) bool {
	return slices.ContainsFunc(i.Parties, func(p Party) bool { return !p.Joined() && actor.MemberOf(p.OrganisationID) })
}

// SeenBy tells whether the actor may read the initiative.
func (i Initiative) SeenBy(actor authz.Actor) bool {
	return i.Public() || i.WorkableBy(actor) || actor.Staff() || i.invited(actor)
}

// Mine is the party that the actor belongs to, for those who may speak for one.
func (i Initiative) Mine(actor authz.Actor) (Party, bool) {
	for _, p := range i.Parties {
		if actor.MemberOf(p.OrganisationID) {
			return p, true
		}
	}
	return Party{}, false
}

// WithoutResidents tells that it was agreed and residents are still to be heard.
func (i Initiative) WithoutResidents() bool {
	return i.AgreedAt != nil && i.Override != nil && len(i.Involvements) == 0
}

// Input is an initiative as it is written in a form.
type Input struct {
	ID        uuid.UUID // made with the form, so that two presses make one; zero: made here
	Title     string
	Kind      Kind
	Districts []uuid.UUID // none: the whole town
	Themes    []uuid.UUID
	Comments  Comments
	Owner     uuid.UUID // of staff; zero: nobody
	Words     Words     // of a new one; afterwards they have their own form
	For       uuid.UUID // the partner's organisation that proposes it; zero: staff
	UpdatedAt time.Time // as it was read, for changes
}

// Input returns the initiative as its form shows it.
func (i Initiative) Input() Input {
	in := Input{ID: i.ID, Title: i.Title, Kind: i.Kind, Districts: i.DistrictIDs(), Comments: i.Comments, Words: i.Words, UpdatedAt: i.UpdatedAt}
	for _, t := range i.Themes {
		in.Themes = append(in.Themes, t.ID)
	}
	if i.OwnerID != nil {
		in.Owner = *i.OwnerID
	}
	return in
}

// Tidy returns the input as it will be kept.
func (in Input) Tidy() Input {
	in.Title, in.Words = text.Line(in.Title), in.Words.Tidy()
	in.Districts, in.Themes = unique(in.Districts), unique(in.Themes)
	if in.Comments == "" {
		in.Comments = Before
	}
	return in
}

func unique(ids []uuid.UUID) []uuid.UUID {
	ids = append([]uuid.UUID{}, ids...)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return strings.Compare(string(a[:]), string(b[:])) })
	return slices.Compact(ids)
}

// Validate names what cannot be used.
func (in Input) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	text.Require(&f, "title", in.Title, 120, "initiatives.title_missing")
	refuseCPR(&f, "title", in.Title)
	if !f.Has("title") && text.Slug(in.Title) == "" {
		f.Add("title", "initiatives.title_latin")
	}
	if !in.Kind.Valid() {
		f.Add("kind", text.KeyChooseOne)
	}
	if !slices.Contains(CommentModes, in.Comments) {
		f.Add("comments", text.KeyChooseOne)
	}
	in.Words.validate(&f)
	return f
}
