// Package ask is the ask (opråb): what is needed, of whom it is asked, and the
// hands that are raised.
//
// Two things hold here. Nobody is left hanging: every hand gets an answer, and
// who asked is asked to say how it ended. And a link answers for the one it was
// sent to, and shows nobody else.
package ask

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/organisation"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Service keeps the asks.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Status tells where an ask is.
type Status string

// An ask is written, open for hands, and closed with what came of it.
const (
	Draft  Status = "draft"
	Open   Status = "open"
	Closed Status = "closed"
)

// Outcome tells how an ask ended.
type Outcome string

// The outcomes.
const (
	Fulfilled Outcome = "fulfilled"
	Partly    Outcome = "partly"
	Cancelled Outcome = "cancelled"
)

// Outcomes lists them in the order a form shows them.
var Outcomes = []Outcome{Fulfilled, Partly, Cancelled}

// Key is the message key of the outcome's name.
func (o Outcome) Key() string { return "asks.outcome_" + string(o) }

// Limits of what an ask may hold.
const (
	MaxParts    = 12
	MaxQuantity = 999
	MaxRemind   = 30 // days before the last day for an answer
)

// Part is one thing that is needed.
type Part struct {
	ID       uuid.UUID // zero: a new one
	What     string
	Quantity int    // 1–MaxQuantity
	Unit     string // "timer"; may be empty
	Covered  int    // how much is offered, also more than needed
}

// Remaining is how much is still needed.
func (p Part) Remaining() int { return max(p.Quantity-p.Covered, 0) }

// Ask is everything there is about one.
type Ask struct {
	ID           uuid.UUID
	Title        string
	Why          string
	Place        string
	Happens      string
	AnswerBy     time.Time // midnight UTC of the date
	Public       bool
	Kinds        []organisation.Kind
	RemindDays   int // 0: nobody is reminded
	ContactName  string
	ContactEmail string
	ContactPhone string
	AuthorID     *uuid.UUID
	Status       Status
	Outcome      *Outcome
	Story        string
	OpenedAt     *time.Time
	StoppedAt    *time.Time
	ClosedAt     *time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Parts        []Part
	Districts    []Ref
	Chosen       []Ref // organisations asked whatever their kind and district
	Letters      int   // addresses that are asked
	Sent         int   // of them, those whose letter has left
	Hands        int   // that said yes
	Unanswered   int   // of them, those that nobody has answered
}

// Ref is a district or an organisation by name.
type Ref struct {
	ID   uuid.UUID
	Slug string
	Name string
}

// IDs are the ids of refs.
func IDs(refs []Ref) []uuid.UUID {
	ids := make([]uuid.UUID, len(refs))
	for i, r := range refs {
		ids[i] = r.ID
	}
	return ids
}

// Deadline is the moment after which an answer is late.
func (a Ask) Deadline() time.Time { return deadline(a.AnswerBy) }

func deadline(answerBy time.Time) time.Time {
	return time.Date(answerBy.Year(), answerBy.Month(), answerBy.Day()+1, 0, 0, 0, 0, i18n.Zone)
}

// Late tells whether an answer at the moment comes too late.
func (a Ask) Late(now time.Time) bool { return a.Status == Closed || !now.Before(a.Deadline()) }

// Sending tells whether letters are on their way.
func (a Ask) Sending() bool { return a.Status == Open && a.Sent < a.Letters && a.StoppedAt == nil }

// Covered tells whether all parts are.
func (a Ask) Covered() bool {
	return !slices.ContainsFunc(a.Parts, func(p Part) bool { return p.Remaining() > 0 })
}

// Audience is who hears an ask: approved organisations of the kinds in the
// districts, and those chosen by name.
type Audience struct {
	Districts     []uuid.UUID
	Kinds         []organisation.Kind // none: every kind
	Organisations []uuid.UUID
}

// Input is an ask as it is written in a form.
type Input struct {
	ID           uuid.UUID // made with the form, so that two presses make one; zero: made here
	Title        string
	Why          string
	Place        string
	Happens      string
	AnswerBy     time.Time
	Public       bool
	RemindDays   int
	ContactName  string
	ContactEmail string
	ContactPhone string
	Parts        []Part
	Audience
	UpdatedAt time.Time // as it was read, for changes
}

// Input returns the ask as its form shows it.
func (a Ask) Input() Input {
	return Input{ID: a.ID, Title: a.Title, Why: a.Why, Place: a.Place, Happens: a.Happens, AnswerBy: a.AnswerBy, Public: a.Public,
		RemindDays: a.RemindDays, ContactName: a.ContactName, ContactEmail: a.ContactEmail, ContactPhone: a.ContactPhone,
		Parts: a.Parts, Audience: Audience{Districts: IDs(a.Districts), Kinds: a.Kinds, Organisations: IDs(a.Chosen)}, UpdatedAt: a.UpdatedAt}
}

// Tidy returns the input as it will be kept.
func (in Input) Tidy() Input {
	in.Title, in.Why = text.Line(in.Title), text.Block(in.Why)
	in.Place, in.Happens, in.ContactName = text.Line(in.Place), text.Line(in.Happens), text.Line(in.ContactName)
	in.ContactEmail, in.ContactPhone = strings.TrimSpace(in.ContactEmail), strings.TrimSpace(in.ContactPhone)
	if address, ok := text.Email(in.ContactEmail); ok {
		in.ContactEmail = address
	}
	if e164, ok := text.Phone(in.ContactPhone); ok {
		in.ContactPhone = e164
	}
	in.Parts = slices.Clone(in.Parts)
	for i := range in.Parts {
		in.Parts[i].What, in.Parts[i].Unit = text.Line(in.Parts[i].What), text.Line(in.Parts[i].Unit)
	}
	return in
}

// PartField is the form's name for a field of one part, counted from 0.
func PartField(i int, field string) string { return fmt.Sprintf("parts[%d].%s", i, field) }

// Validate names what cannot be used; today is the date.
func (in Input) Validate(today time.Time) fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	text.Require(&f, "title", in.Title, 120, "asks.title_missing")
	text.Require(&f, "why", in.Why, 3000, "asks.why_missing")
	text.Check(&f, "place", in.Place, 200)
	text.Check(&f, "happens", in.Happens, 200)
	switch {
	case in.AnswerBy.IsZero():
		f.Add("answer_by", "errors.field_date_invalid")
	case in.AnswerBy.Before(today):
		f.Add("answer_by", "asks.answer_by_past")
	}
	in.validateParts(&f)
	text.Require(&f, "contact_name", in.ContactName, 120, "asks.contact_missing")
	if in.ContactEmail == "" && in.ContactPhone == "" {
		f.Add("contact_email", "asks.contact_reach")
	}
	if _, ok := text.Email(in.ContactEmail); in.ContactEmail != "" && !ok {
		f.Add("contact_email", "errors.field_email_invalid")
	}
	if _, ok := text.Phone(in.ContactPhone); in.ContactPhone != "" && !ok {
		f.Add("contact_phone", "errors.field_phone_invalid")
	}
	if len(in.Districts) == 0 && len(in.Organisations) == 0 && !in.Public {
		f.Add("districts", "asks.audience_missing")
	}
	for _, k := range in.Kinds {
		if !k.Valid() {
			f.Add("kinds", text.KeyChooseOne)
		}
	}
	if in.RemindDays < 0 || in.RemindDays > MaxRemind {
		f.Add("remind_days", "errors.field_number_range", "Min", 0, "Max", MaxRemind)
	}
	return f
}

func (in Input) validateParts(f *fault.Fields) {
	switch {
	case len(in.Parts) == 0:
		f.Add(PartField(0, "what"), "asks.parts_missing")
	case len(in.Parts) > MaxParts:
		f.Add(PartField(0, "what"), "asks.parts_many", "Max", MaxParts)
		return
	}
	for i, p := range in.Parts {
		text.Require(f, PartField(i, "what"), p.What, 120, "asks.part_missing")
		if p.Quantity < 1 || p.Quantity > MaxQuantity {
			f.Add(PartField(i, "quantity"), "errors.field_number_range", "Min", 1, "Max", MaxQuantity)
		}
		text.Check(f, PartField(i, "unit"), p.Unit, 40)
	}
}
