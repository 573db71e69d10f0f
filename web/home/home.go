// Package home is the way in: the front page, and the pages that say how the
// portal treats its readers.
package home

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/initiative"
	"mellemrum/web/route"
)

// Room is the front page and the pages about the portal.
type Room struct {
	Districts   *district.Service
	Cafes       *cafe.Service
	Initiatives *initiative.Service
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/", r.front)
	m.Get(authz.Public, "/privatliv", show(privacyPage()))
	m.Get(authz.Public, "/tilgaengelighed", show(accessibilityPage()))
	m.Get(authz.Public, "/was", func(*route.Request) (route.Page, error) { return route.SeeOther("/tilgaengelighed"), nil })
	m.Get(authz.Public, "/robots.txt", robots)
}

func show(c templ.Component) route.Handler {
	return func(*route.Request) (route.Page, error) { return route.Show(c), nil }
}

// The front page shows a few dates; some are asked for beyond those, since
// cancelled ones are left out here.
const (
	coming = 3
	spare  = 5
)

func (r Room) front(q *route.Request) (route.Page, error) {
	drawn, err := r.Districts.Map(q.Context())
	if err != nil {
		return route.Page{}, err
	}
	districts, err := r.Districts.Choices(q.Context())
	if err != nil {
		return route.Page{}, err
	}
	cafes, _, err := r.Cafes.Coming(q.Context(), cafe.Filter{Limit: coming + spare})
	if err != nil {
		return route.Page{}, err
	}
	cafes = slices.DeleteFunc(cafes, func(l cafe.Listing) bool { return l.CancelledAt != nil })
	cafes = cafes[:min(len(cafes), coming)]
	together, err := r.Initiatives.List(q.Context(), initiative.Filter{})
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(frontPage(front{drawn, districts, cafes, together.Initiatives})), nil
}

// Pages of people's own and of those who work here are nobody else's business.
const robotsText = `User-agent: *
Disallow: /tilmelding
Disallow: /log-ind
Disallow: /partner
Disallow: /stab
Disallow: /demo
Disallow: /soeg
Disallow: /foelg
`

func robots(*route.Request) (route.Page, error) {
	return route.File("text/plain; charset=utf-8", "", []byte(robotsText)), nil
}

// block is a piece of a long text: a paragraph or a list.
type block struct {
	text  string
	items []string
}

// blocks reads a message of several paragraphs: blank lines part them, and
// lines that begin with a hyphen are a list.
func blocks(message string) []block {
	var list []block
	for _, part := range strings.Split(message, "\n\n") {
		var b block
		for line := range strings.Lines(strings.TrimSpace(part)) {
			line = strings.TrimSpace(line)
			if item, ok := strings.CutPrefix(line, "- "); ok {
				b.items = append(b.items, item)
			} else {
				b.text = strings.TrimSpace(b.text + " " + line)
			}
		}
		list = append(list, b)
	}
	return list
}
