package signin

import (
	"net/url"

	"github.com/a-h/templ"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

const invitationPath = "/invitation"

func (r Room) mountInvitations(m *route.Mux) {
	m.Get(authz.Public, invitationPath+"/{token}", r.showInvitation)
	m.Post(authz.Public, invitationPath+"/{token}", r.acceptInvitation)
}

// invited is the page of an invitation's link.
type invited struct {
	account.Invitation
	form  *form.State
	token string
	actor authz.Actor
}

func (v invited) path() string { return invitationPath + "/" + v.token }

// signIn is where those go first who have an account.
func (v invited) signIn() string { return inPath + "?" + url.Values{"videre": {v.path()}}.Encode() }

func (r Room) readInvitation(q *route.Request) (invited, error) {
	v := invited{token: q.Param("token"), actor: q.Actor}
	if len(v.token) > 64 {
		return v, fault.New(fault.NotFound, "people.link_unknown")
	}
	var err error
	v.Invitation, err = r.Accounts.InvitationBy(q.Context(), account.Token(v.token))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "people.link_unknown")
	}
	v.form = form.New(nil).Set("name", v.Name)
	return v, err
}

// over is the answer to a link that cannot be used any more. Who has said yes
// with it is led on.
func (v invited) over() route.Page {
	if v.State == account.InvitationAccepted && v.For(v.actor) {
		return route.SeeOther(route.HomeOf(v.actor))
	}
	return route.Refused(fault.New(fault.Gone, ""), overPage(v))
}

func (r Room) showInvitation(q *route.Request) (route.Page, error) {
	v, err := r.readInvitation(q)
	if err != nil {
		return route.Page{}, err
	}
	if v.State != account.InvitationOpen {
		return v.over(), nil
	}
	return route.Show(invitedPage(v)), nil
}

func (r Room) acceptInvitation(q *route.Request) (route.Page, error) {
	var in struct {
		Name     string `form:"name"`
		Password string `form:"password"`
	}
	state, err := form.Bind(q.Request, &in)
	v, failed := r.readInvitation(q)
	if failed != nil {
		return route.Page{}, failed
	}
	token := account.Token(v.token)
	switch {
	case v.State == account.InvitationAccepted && !q.Actor.SignedIn() && in.Password != "":
		// A second press: the first has made the account, and this is its owner.
		if id, err := r.Accounts.Authenticate(q.Context(), v.Email, in.Password, q.Address()); err == nil {
			return route.SeeOther(partnerPath).Saying("flash.people_welcome").SigningIn(id), nil
		}
		return v.over(), nil
	case v.State != account.InvitationOpen:
		return v.over(), nil
	case q.Actor.SignedIn():
		if err == nil {
			err = r.Accounts.AcceptAs(q.Context(), q.Actor, token)
		}
		if err == nil {
			return route.SeeOther(partnerPath).Saying("flash.people_welcome"), nil
		}
	case v.Account:
		return route.SeeOther(v.signIn()), nil
	case err == nil:
		id, failed := r.Accounts.Accept(q.Context(), token, account.Newcomer{Name: in.Name, Password: in.Password, Locale: q.Locale.Code})
		if failed == nil {
			return route.SeeOther(partnerPath).Saying("flash.people_welcome").SigningIn(id), nil
		}
		err = failed
	}
	if fault.Is(err, fault.Gone) { // somebody was faster
		if v, failed = r.readInvitation(q); failed != nil {
			return route.Page{}, failed
		}
		return v.over(), nil
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return invitedPage(v) })
}
