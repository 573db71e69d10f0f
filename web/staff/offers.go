package staff

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"mellemrum/internal/fault"
	"mellemrum/internal/offer"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// offerIn is the offer in the address, when the actor may change it.
func (r Room) offerIn(q *route.Request) (offer.Offer, error) {
	id, err := q.UUID("id")
	if err != nil {
		return offer.Offer{}, err
	}
	o, err := r.Offers.ByID(q.Context(), q.Actor, id)
	if err == nil && !o.EditableBy(q.Actor) {
		err = fault.New(fault.Forbidden, "")
	}
	return o, err
}

func (r Room) showOffer(q *route.Request) (route.Page, error) {
	o, err := r.offerIn(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(offerPage(o, form.New(nil).Set("months", strconv.Itoa(o.ConfirmMonths)))), nil
}

func (r Room) saveMonths(q *route.Request) (route.Page, error) {
	o, err := r.offerIn(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Months string `form:"months"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		months, _ := strconv.Atoi(strings.TrimSpace(typed.Months)) // what is no number is refused as none
		err = r.Offers.SetMonths(q.Context(), q.Actor, o.ID, months)
	}
	if err != nil {
		return route.Again(err, state, func() templ.Component { return offerPage(o, state) })
	}
	return route.SeeOther(offersPath + "/" + o.ID.String()).Saying("flash.offer_months_saved"), nil
}

func (r Room) confirmOffer(q *route.Request) (route.Page, error) {
	o, err := r.offerIn(q)
	if err != nil {
		return route.Page{}, err
	}
	if err := r.Offers.Confirm(q.Context(), q.Actor, o.ID); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(offersPath + "/" + o.ID.String()).Saying("flash.offer_confirmed"), nil
}
