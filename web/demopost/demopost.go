// Package demopost is where the demo keeps the mails it does not send. It is
// mounted in the demo only.
package demopost

import (
	"regexp"
	"strconv"
	"strings"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/web/route"
)

// Room is the demo's letter box.
type Room struct {
	Mail mail.Demo
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/demo/post", r.list)
	m.Get(authz.Public, "/demo/post/{id}", r.show)
	m.Get(authz.Public, "/demo/post/{id}/html", r.html)
}

func (r Room) list(q *route.Request) (route.Page, error) {
	mails, err := r.Mail.Latest(q.Context())
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(listPage(mails)), nil
}

func (r Room) read(q *route.Request) (mail.Kept, error) {
	id, err := strconv.ParseInt(q.Param("id"), 10, 64)
	if err != nil {
		return mail.Kept{}, fault.New(fault.NotFound, "")
	}
	return r.Mail.ByID(q.Context(), id)
}

func (r Room) show(q *route.Request) (route.Page, error) {
	m, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(mailPage(m)), nil
}

// mailPolicy lets a mail have the styles that mails must carry inside, and
// nothing else; its links open the portal itself.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (r Room) html(q *route.Request) (route.Page, error) {
	m, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.File("text/html; charset=utf-8", "", []byte(m.BodyHTML)).WithPolicy(mailPolicy), nil
}

// part is a stretch of a mail's text: a link or what stands between links.
type part struct {
	text string
	link bool
}

var link = regexp.MustCompile(`https?://[^\s<>"]+[^\s<>".,;:!?)]`)

// parts finds the links in a mail, so that they can be pressed.
func parts(text string) []part {
	var list []part
	for {
		at := link.FindStringIndex(text)
		if at == nil {
			return append(list, part{text: text})
		}
		list = append(list, part{text: text[:at[0]]}, part{text: text[at[0]:at[1]], link: true})
		text = text[at[1]:]
	}
}

// dir is the direction a mail is read in.
func dir(m mail.Kept) string {
	if strings.HasPrefix(m.Locale, "ar") {
		return "rtl"
	}
	return "ltr"
}
