// Package offer owns what partner organisations can contribute: help, a room,
// equipment, a skill, an activity.
//
// An offer begins as a draft that only its own people and the district's staff
// see. Published, everybody sees it, until it is paused or withdrawn. Every so
// often somebody confirms with one press that it still holds; if nobody does,
// it fades, and comes back with that press.
package offer

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

// Service keeps the offers.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Kind tells what is offered.
type Kind string

// The kinds of offer.
const (
	Help      Kind = "help"
	Room      Kind = "room"
	Equipment Kind = "equipment"
	Skill     Kind = "skill"
	Activity  Kind = "activity"
)

// Kinds are all of them, in the order a form shows them.
var Kinds = []Kind{Help, Room, Equipment, Skill, Activity}

// Valid tells whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds, k) }

// Key is the message key of the kind's name.
func (k Kind) Key() string { return "offers.kind_" + string(k) }

// Audience tells for whom an offer is. One without any is for everybody.
type Audience string

// The audiences.
const (
	Children  Audience = "children"
	Young     Audience = "young"
	Families  Audience = "families"
	Adults    Audience = "adults"
	Seniors   Audience = "seniors"
	Newcomers Audience = "newcomers"
)

// Audiences are all of them, in the order a form shows them.
var Audiences = []Audience{Children, Young, Families, Adults, Seniors, Newcomers}

// Valid tells whether a is one of Audiences.
func (a Audience) Valid() bool { return slices.Contains(Audiences, a) }

// Key is the message key of the audience's name.
func (a Audience) Key() string { return "offers.audience_" + string(a) }

// Status tells who can see an offer.
type Status string

// The statuses of an offer.
const (
	Draft     Status = "draft"
	Published Status = "published"
	Paused    Status = "paused"
	Withdrawn Status = "withdrawn"
)

// Key is the message key of the status' name.
func (s Status) Key() string { return "offers.status_" + string(s) }

// steps are all the ways an offer can go. Withdrawn is the end.
var steps = map[Status][]Status{
	Draft:     {Published, Withdrawn},
	Published: {Paused, Withdrawn},
	Paused:    {Published, Withdrawn},
}

// OrganisationRef is whose offer it is.
type OrganisationRef struct {
	ID       uuid.UUID
	Slug     string
	Name     string
	Kind     string
	Approved bool
}

// DistrictRef is a district the offer is for.
type DistrictRef struct {
	ID   uuid.UUID
	Slug string
	Name string
}

// Offer is one offer.
type Offer struct {
	ID            uuid.UUID
	Title         string
	Body          string
	Kind          Kind
	Audience      string // for whom, in the partner's own words
	Audiences     []Audience
	Schedule      string // when, in the partner's own words
	Weekdays      []int  // 1–7 from Monday; none: by agreement
	Languages     []string
	ContactName   string
	ContactEmail  string
	ContactPhone  string // E.164
	Status        Status
	PublishedAt   *time.Time // the first time
	ConfirmedAt   *time.Time // when somebody last said that it holds
	ConfirmMonths int        // until it is asked about again
	AskedAt       *time.Time // nil: nothing waits for an answer
	Reminded      Fading
	CreatedAt     time.Time
	UpdatedAt     time.Time
	Organisation  OrganisationRef
	Districts     []DistrictRef
}

// DistrictIDs lists the districts for the policies of authz.
func (o Offer) DistrictIDs() []uuid.UUID {
	ids := make([]uuid.UUID, len(o.Districts))
	for i, d := range o.Districts {
		ids[i] = d.ID
	}
	return ids
}

// May tells whether the offer can go that way from where it is.
func (o Offer) May(to Status) bool { return slices.Contains(steps[o.Status], to) }

// Editable tells whether the offer's words can still be changed.
func (o Offer) Editable() bool { return len(steps[o.Status]) > 0 }

// EditableBy tells whether the actor may change the offer and take its steps.
func (o Offer) EditableBy(actor authz.Actor) bool {
	return actor.MayEditOffer(o.Organisation.ID, o.DistrictIDs())
}

// seenBy tells what the actor gets when asking for the offer.
func (o Offer) seenBy(actor authz.Actor) error {
	switch {
	case o.EditableBy(actor), o.Status == Published && o.Organisation.Approved:
		return nil
	case o.Status == Withdrawn && o.PublishedAt != nil:
		return fault.New(fault.Gone, "offers.no_longer_here")
	}
	return fault.New(fault.NotFound, "")
}

// Input is an offer as it is written in a form.
type Input struct {
	ID           uuid.UUID // of a new offer, made with its form, so that two presses make one; zero: made here
	Organisation uuid.UUID // chosen once; a change cannot move the offer
	Title        string
	Body         string
	Kind         Kind
	Audience     string
	Audiences    []Audience
	Schedule     string
	Weekdays     []int // 1–7 from Monday; none: by agreement
	Languages    []string
	ContactName  string
	ContactEmail string
	ContactPhone string
	Districts    []uuid.UUID
	UpdatedAt    time.Time // as it was read, for changes
}

// Input returns the offer as its form shows it.
func (o Offer) Input() Input {
	return Input{Organisation: o.Organisation.ID, Title: o.Title, Body: o.Body, Kind: o.Kind, Audience: o.Audience, Audiences: o.Audiences,
		Schedule: o.Schedule, Weekdays: o.Weekdays, Languages: o.Languages, ContactName: o.ContactName, ContactEmail: o.ContactEmail,
		ContactPhone: o.ContactPhone, Districts: o.DistrictIDs(), UpdatedAt: o.UpdatedAt}
}

// Tidy returns the input as it will be kept.
func (in Input) Tidy() Input {
	in.Title, in.Body = text.Line(in.Title), text.Block(in.Body)
	in.Audience, in.Schedule, in.ContactName = text.Line(in.Audience), text.Line(in.Schedule), text.Line(in.ContactName)
	in.ContactEmail, _ = text.Email(in.ContactEmail)
	in.ContactPhone = strings.TrimSpace(in.ContactPhone)
	if e164, ok := text.Phone(in.ContactPhone); ok {
		in.ContactPhone = e164
	}
	if list, ok := text.LanguageList(in.Languages); ok {
		in.Languages = list
	}
	in.Audiences = append([]Audience{}, in.Audiences...)
	slices.SortFunc(in.Audiences, func(a, b Audience) int { return slices.Index(Audiences, a) - slices.Index(Audiences, b) })
	in.Audiences = slices.Compact(in.Audiences)
	in.Weekdays = append([]int{}, in.Weekdays...)
	slices.Sort(in.Weekdays)
	in.Weekdays = slices.Compact(in.Weekdays)
	in.Districts = slices.Clone(in.Districts)
	slices.SortFunc(in.Districts, func(a, b uuid.UUID) int { return strings.Compare(string(a[:]), string(b[:])) })
	in.Districts = slices.Compact(in.Districts)
	return in
}

// sameWords tells whether two inputs, both tidied, say the same.
func (in Input) sameWords(as Input) bool {
	return in.Title == as.Title && in.Body == as.Body && in.Kind == as.Kind && in.Audience == as.Audience &&
		in.Schedule == as.Schedule && slices.Equal(in.Languages, as.Languages) && slices.Equal(in.Audiences, as.Audiences) && slices.Equal(in.Weekdays, as.Weekdays) && in.ContactName == as.ContactName &&
		in.ContactEmail == as.ContactEmail && in.ContactPhone == as.ContactPhone && slices.Equal(in.Districts, as.Districts)
}

// Validate names what cannot be used.
func (in Input) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	text.Require(&f, "title", in.Title, 120, "offers.title_missing")
	text.Require(&f, "body", in.Body, 3000, "offers.body_missing")
	if !in.Kind.Valid() {
		f.Add("kind", text.KeyChooseOne)
	}
	if len(in.Districts) == 0 {
		f.Add("districts", text.KeyChooseOne)
	}
	text.Check(&f, "schedule", in.Schedule, 200)
	text.Check(&f, "audience", in.Audience, 200)
	if slices.ContainsFunc(in.Audiences, func(a Audience) bool { return !a.Valid() }) {
		f.Add("audiences", text.KeyChooseOne)
	}
	if slices.ContainsFunc(in.Weekdays, func(d int) bool { return d < 1 || d > 7 }) {
		f.Add("weekdays", text.KeyChooseOne)
	}
	if _, ok := text.LanguageList(in.Languages); !ok {
		f.Add("languages", text.KeyChooseOne)
	}
	text.Check(&f, "contact_name", in.ContactName, 120)
	switch _, ok := text.Email(in.ContactEmail); {
	case in.ContactEmail == "" && in.ContactPhone == "":
		f.Add("contact_email", "offers.contact_missing")
	case in.ContactEmail != "" && !ok:
		f.Add("contact_email", text.KeyEmail)
	}
	if _, ok := text.Phone(in.ContactPhone); in.ContactPhone != "" && !ok {
		f.Add("contact_phone", text.KeyPhone)
	}
	return f
}
