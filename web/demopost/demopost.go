// Package demopost shows the mails that the demo wrote and did not send. It is
// mounted in the demo only: anybody can read everybody's mail here.
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

// Room is the demo's mailbox.
type Room struct {
	Mail mail.Demo
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/demo/post", r.list)
	m.Get(authz.Public, "/demo/post/{id}", r.show)
	m.Get(authz.Public, "/demo/post/{id}/html", r.asReceived)
	m.Get(authz.Public, "/demo/post/{id}/fil/{number}", r.file)
}

func (r Room) list(q *route.Request) (route.Page, error) {
	mails, err := r.Mail.Latest(q.Context())
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(listPage(mails)), nil
}

func (r Room) show(q *route.Request) (route.Page, error) {
	m, err := r.kept(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(mailPage(m)), nil
}

// A mail has its styles in itself and comes from people's words, so its page
// is closed off: nothing runs, nothing is fetched, and it is no page of ours.
const asReceivedPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation-by-user-activation"

func (r Room) asReceived(q *route.Request) (route.Page, error) {
	m, err := r.kept(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.File("text/html; charset=utf-8", "", []byte(m.BodyHTML)).
		WithHeader("Content-Security-Policy", asReceivedPolicy).
		// By the standard a sandboxed page may not ask for a group of its own.
		WithHeader("Cross-Origin-Opener-Policy", "unsafe-none").
		WithHeader("X-Robots-Tag", "noindex").
		WithHeader("Content-Language", m.Locale), nil
}

// file is something that came along with a mail, numbered from 1.
func (r Room) file(q *route.Request) (route.Page, error) {
	m, err := r.kept(q)
	if err != nil {
		return route.Page{}, err
	}
	n, err := strconv.Atoi(q.Param("number"))
	if err != nil || n < 1 || n > len(m.Files) {
		return route.Page{}, fault.New(fault.NotFound, "")
	}
	f := m.Files[n-1]
	return route.File(f.Type, f.Name, f.Body), nil
}

func (r Room) kept(q *route.Request) (mail.Kept, error) {
	id, err := strconv.ParseInt(q.Param("id"), 10, 64)
	if err != nil {
		return mail.Kept{}, fault.Wrap(fault.NotFound, "", err)
	}
	return r.Mail.ByID(q.Context(), id)
}

// part is a piece of a text: words, or an address to follow.
type part struct {
	text string
	link bool
}

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// parts finds the addresses in a text. A full stop after one is not in it.
func parts(text string) []part {
	var list []part
	add := func(text string, link bool) {
		if text != "" {
			list = append(list, part{text, link})
		}
	}
	for {
		at := address.FindStringIndex(text)
		if at == nil {
			add(text, false)
			return list
		}
		found := strings.TrimRight(text[at[0]:at[1]], ".,;:!?)،؛؟")
		add(text[:at[0]], false)
		add(found, true)
		text = text[at[0]+len(found):]
	}
}
