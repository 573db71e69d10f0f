package partner

import (
	"mellemrum/internal/authz"
	"mellemrum/web/inquiryview"
	"mellemrum/web/route"
)

const inquiriesPath = "/partner/bidrag"

func (r Room) mountInquiries(m *route.Mux) {
	inquiryview.Desk{Inquiries: r.Inquiries, Rule: authz.Partners, Prefix: inquiriesPath, Frame: frame, List: r.listInquiries}.Mount(m)
}

func (r Room) listInquiries(q *route.Request) (route.Page, error) {
	list, err := r.Inquiries.ForPartner(q.Context(), q.Actor)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(inquiriesPage(list)), nil
}
