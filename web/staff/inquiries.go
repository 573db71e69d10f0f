package staff

import (
	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/inquiry"
	"mellemrum/internal/organisation"
	"mellemrum/web/form"
	"mellemrum/web/inquiryview"
	"mellemrum/web/route"
)

const inquiriesPath = "/stab/bidrag"

func (r Room) mountInquiries(m *route.Mux) {
	inquiryview.Desk{Inquiries: r.Inquiries, Rule: authz.Staff, Prefix: inquiriesPath, Frame: frame, List: r.listInquiries, Beside: r.besideInquiry}.Mount(m)
	m.Get(authz.Staff, inquiriesPath+"/{id}/vis", r.toInquiry)
	m.Post(authz.Staff, inquiriesPath+"/{id}/vis", r.passInquiryOn)
	m.Get(authz.Staff, inquiriesPath+"/{id}/slet", r.askEraseInquiry)
	m.Post(authz.Staff, inquiriesPath+"/{id}/slet", r.eraseInquiry)
}

func (r Room) toInquiry(q *route.Request) (route.Page, error) {
	return route.SeeOther(inquiriesPath + "/" + q.Param("id")), nil
}

type inquiryList struct {
	form      *form.State
	districts []district.Choice
	list      []inquiry.Inquiry
}

func (r Room) listInquiries(q *route.Request) (route.Page, error) {
	v := inquiryList{form: form.New(q.URL.Query())}
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	if v.list, err = r.Inquiries.ForStaff(q.Context(), q.Actor, v.form.Value("bydel")); err != nil {
		return route.Page{}, err
	}
	return route.Show(inquiriesPage(v)), nil
}

// besideInquiry is what staff can do with a talk besides answering.
func (r Room) besideInquiry(q *route.Request, i inquiry.Inquiry) (templ.Component, error) {
	var choices []organisation.Choice
	if i.Kind == inquiry.Contribution && i.ClosedAt == nil {
		var err error
		if choices, err = r.Organisations.Choices(q.Context()); err != nil {
			return nil, err
		}
	}
	return besideInquiry(i, choices), nil
}

func (r Room) passInquiryOn(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Organisation string `form:"organisation"`
	}
	if _, err := form.Bind(q.Request, &typed); err != nil {
		return route.Page{}, err
	}
	to, _ := uuid.Parse(typed.Organisation)
	if to == uuid.Nil { // nobody was chosen: there is nothing to do
		return route.SeeOther(inquiriesPath + "/" + id.String()).Saying("flash.inquiries_nobody"), nil
	}
	if err := r.Inquiries.PassOn(q.Context(), q.Actor, id, []uuid.UUID{to}); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(inquiriesPath + "/" + id.String()).Saying("flash.inquiries_passed"), nil
}

func (r Room) askEraseInquiry(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	i, err := r.Inquiries.ByID(q.Context(), q.Actor, id)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(eraseInquiryPage(i)), nil
}

func (r Room) eraseInquiry(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	if err := r.Inquiries.Erase(q.Context(), q.Actor, id); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(inquiriesPath).Saying("flash.inquiries_erased"), nil
}
