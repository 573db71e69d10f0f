package partner

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/internal/text"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// oneStep is a step an offer can take, with the last part of its address.
type oneStep struct {
	last  string
	to    offer.Status
	flash string
}

const (
	lastSee      = "/se"
	lastPublish  = "/offentliggoer"
	lastPause    = "/saet-paa-pause"
	lastWithdraw = "/traek-tilbage"
	lastConfirm  = "/bekraeft"
)

var steps = []oneStep{
	{lastPublish, offer.Published, "flash.partner_offer_published"},
	{lastPause, offer.Paused, "flash.partner_offer_paused"},
	{lastWithdraw, offer.Withdrawn, "flash.partner_offer_withdrawn"},
}

func offerPath(o offer.Offer) string { return offersPath + "/" + o.ID.String() }

// offerForm is the form of a new offer, or of one that is there.
type offerForm struct {
	offer.Offer   // zero: a new one
	form          *form.State
	organisations []authz.Membership // to choose between, for a new one
	districts     []district.Choice
}

func (v offerForm) fresh() bool { return v.ID == uuid.Nil }

// drafted tells whether the form leads to the look at a draft.
func (v offerForm) drafted() bool { return v.fresh() || v.Status == offer.Draft }

func (v offerForm) path() string {
	if v.fresh() {
		return newPath
	}
	return offerPath(v.Offer)
}

// stale tells whether somebody else changed the offer since the form was opened.
func (v offerForm) stale() bool {
	g := v.form.General()
	return !v.fresh() && g != nil && g.Kind == fault.Conflict
}

// typedOffer is the form as it is sent.
type typedOffer struct {
	ID           string   `form:"id"`
	Organisation string   `form:"organisation"`
	Title        string   `form:"title"`
	Body         string   `form:"body"`
	Kind         string   `form:"kind"`
	Districts    []string `form:"districts"`
	Schedule     string   `form:"schedule"`
	Audience     string   `form:"audience"`
	Audiences    []string `form:"audiences"`
	Weekdays     []string `form:"weekdays"`
	Languages    []string `form:"languages"`
	ContactName  string   `form:"contact_name"`
	ContactEmail string   `form:"contact_email"`
	ContactPhone string   `form:"contact_phone"`
	UpdatedAt    string   `form:"updated_at"`
}

func (t typedOffer) input() offer.Input {
	in := offer.Input{Title: t.Title, Body: t.Body, Kind: offer.Kind(t.Kind), Audience: t.Audience, Schedule: t.Schedule,
		Languages: t.Languages, ContactName: t.ContactName, ContactEmail: t.ContactEmail, ContactPhone: t.ContactPhone}
	// What cannot be read stays zero: nobody's id, and nobody's latest.
	in.ID, _ = uuid.Parse(t.ID)
	in.Organisation, _ = uuid.Parse(t.Organisation)
	in.UpdatedAt, _ = time.Parse(time.RFC3339Nano, t.UpdatedAt)
	for _, a := range t.Audiences {
		in.Audiences = append(in.Audiences, offer.Audience(a))
	}
	for _, d := range t.Weekdays {
		day, _ := strconv.Atoi(d) // no number: no day
		in.Weekdays = append(in.Weekdays, day)
	}
	in.Districts = make([]uuid.UUID, len(t.Districts))
	for i, d := range t.Districts {
		in.Districts[i], _ = uuid.Parse(d)
	}
	return in
}

// filled is a form that shows what is kept.
func filled(in offer.Input) *form.State {
	districts := make([]string, len(in.Districts))
	for i, d := range in.Districts {
		districts[i] = d.String()
	}
	var audiences, weekdays []string
	for _, a := range in.Audiences {
		audiences = append(audiences, string(a))
	}
	for _, d := range in.Weekdays {
		weekdays = append(weekdays, strconv.Itoa(d))
	}
	return form.New(nil).Set("audiences", audiences...).Set("weekdays", weekdays...).Set("title", in.Title).Set("body", in.Body).Set("kind", string(in.Kind)).Set("districts", districts...).
		Set("schedule", in.Schedule).Set("audience", in.Audience).Set("languages", in.Languages...).
		Set("contact_name", in.ContactName).Set("contact_email", in.ContactEmail).
		Set("contact_phone", text.ShowPhone(in.ContactPhone)).Set("updated_at", in.UpdatedAt.Format(time.RFC3339Nano))
}

func (r Room) newOffer(q *route.Request) (route.Page, error) {
	if len(q.Actor.Organisations) == 0 {
		return route.SeeOther(home), nil // which tells why
	}
	id, err := uuid.NewV7()
	if err != nil {
		return route.Page{}, err
	}
	v := offerForm{organisations: q.Actor.Organisations}
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	// Most of it is known of the one whose offer it is.
	in := offer.Input{Languages: []string{"da"}, ContactName: q.Actor.Name, ContactEmail: q.Actor.Email}
	if len(v.organisations) == 1 {
		var o organisation.Organisation
		if o, err = r.Organisations.BySlug(q.Context(), q.Actor, v.organisations[0].Slug); err != nil {
			return route.Page{}, err
		}
		in.Districts = o.DistrictIDs()
		if len(o.Languages) > 0 {
			in.Languages = o.Languages
		}
	}
	v.form = filled(in).Set("id", id.String())
	return route.Show(offerPage(v)), nil
}

func (r Room) createOffer(q *route.Request) (route.Page, error) {
	var typed typedOffer
	state, err := form.Bind(q.Request, &typed)
	var id uuid.UUID
	if err == nil {
		in := typed.input()
		if typed.Organisation == "" && len(q.Actor.Organisations) == 1 {
			in.Organisation = q.Actor.Organisations[0].OrganisationID
		}
		id, err = r.Offers.Create(q.Context(), q.Actor, in)
	}
	if err == nil {
		return route.SeeOther(offersPath + "/" + id.String() + lastSee), nil
	}
	v := offerForm{form: state, organisations: q.Actor.Organisations}
	return r.offerAgain(q, err, v)
}

// offerAgain shows the form once more with what was typed.
func (r Room) offerAgain(q *route.Request, err error, v offerForm) (route.Page, error) {
	if !v.form.Fail(err) {
		return route.Page{}, err
	}
	var failed error
	if v.districts, failed = r.Districts.Choices(q.Context()); failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, v.form, func() templ.Component { return offerPage(v) })
}

// own is the offer in the address, when it is one of the actor's. Others'
// offers are not found here, also those that everybody sees on /tilbud.
func (r Room) own(q *route.Request) (offer.Offer, error) {
	id, err := q.UUID("id")
	if err != nil {
		return offer.Offer{}, err
	}
	o, err := r.Offers.ByID(q.Context(), q.Actor, id)
	if fault.Is(err, fault.Gone) || err == nil && !o.EditableBy(q.Actor) {
		return offer.Offer{}, fault.New(fault.NotFound, "")
	}
	return o, err
}

func (r Room) editOffer(q *route.Request) (route.Page, error) {
	o, err := r.own(q)
	if err != nil {
		return route.Page{}, err
	}
	if !o.Editable() {
		return route.SeeOther(offerPath(o) + lastSee), nil
	}
	v := offerForm{Offer: o, form: filled(o.Input())}
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	return route.Show(offerPage(v)), nil
}

func (r Room) saveOffer(q *route.Request) (route.Page, error) {
	o, err := r.own(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed typedOffer
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		err = r.Offers.Update(q.Context(), q.Actor, o.ID, typed.input())
	}
	if err != nil {
		return r.offerAgain(q, err, offerForm{Offer: o, form: state})
	}
	return route.SeeOther(offerPath(o) + lastSee).Saying("flash.partner_offer_saved"), nil
}

func (r Room) seeOffer(q *route.Request) (route.Page, error) {
	o, err := r.own(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(seePage(o)), nil
}

// toOffer leads those who come to a step's address without the press to the
// page that has it.
func (r Room) toOffer(q *route.Request) (route.Page, error) {
	o, err := r.own(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(offerPath(o) + lastSee), nil
}

// step takes an offer a step further. Where it has got already, by a second
// press or by a colleague's, is where it was to go.
func (r Room) step(s oneStep) route.Handler {
	do := map[offer.Status]func(*route.Request, uuid.UUID) error{
		offer.Published: func(q *route.Request, id uuid.UUID) error { return r.Offers.Publish(q.Context(), q.Actor, id) },
		offer.Paused:    func(q *route.Request, id uuid.UUID) error { return r.Offers.Pause(q.Context(), q.Actor, id) },
		offer.Withdrawn: func(q *route.Request, id uuid.UUID) error { return r.Offers.Withdraw(q.Context(), q.Actor, id) },
	}[s.to]
	return func(q *route.Request) (route.Page, error) {
		o, err := r.own(q)
		if err != nil {
			return route.Page{}, err
		}
		err = do(q, o.ID)
		if fault.Is(err, fault.Conflict) {
			now, failed := r.own(q)
			if failed != nil {
				return route.Page{}, failed
			}
			if now.Status != s.to {
				return route.Page{}, err
			}
			err = nil
		}
		if err != nil {
			return route.Page{}, err
		}
		return route.SeeOther(offerPath(o) + lastSee).Saying(s.flash), nil
	}
}

// confirm says that an offer holds, also when it had come to rest.
func (r Room) confirm(q *route.Request) (route.Page, error) {
	o, err := r.own(q)
	if err != nil {
		return route.Page{}, err
	}
	if err := r.Offers.Confirm(q.Context(), q.Actor, o.ID); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(offerPath(o) + lastSee).Saying("flash.offer_confirmed"), nil
}
