// Package find is the search over everything the reader may see.
package find

import (
	"context"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/find"
	"mellemrum/internal/text"
	"mellemrum/web/route"
)

// Room is the search.
type Room struct{ Find *find.Service }

// Mount adds the room's page.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/soeg", r.search)
}

// longest is how many letters of what was typed are looked for.
const longest = 100

// view is what the page shows.
type view struct {
	words string // as they were typed, shortened
	cut   bool
	found find.Found
	page  find.Page // of one kind, when there is one
	kind  find.Kind
}

func (r Room) search(q *route.Request) (route.Page, error) {
	typed := q.URL.Query().Get("q")
	v := view{words: text.Words(typed), kind: find.Kind(q.URL.Query().Get("slags"))}
	v.cut = text.Len(text.Line(typed)) > longest
	if !v.kind.Valid() {
		v.kind = ""
	}
	if v.words == "" {
		return route.Show(searchPage(v)), nil
	}
	var err error
	if v.kind == "" {
		v.found, err = r.Find.Search(q.Context(), q.Actor, v.words)
	} else {
		page, _ := strconv.Atoi(q.URL.Query().Get("side"))
		v.page, err = r.Find.Of(q.Context(), q.Actor, v.kind, v.words, page)
		v.found = find.Found{Forgiven: v.page.Forgiven, Some: v.page.Some}
		if len(v.page.Hits) > 0 {
			v.found.Groups = []find.Group{v.page.Group}
		}
	}
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(searchPage(v)), nil
}

// count is how much was found in all; over tells that there is more.
func (v view) count() (n int, over bool) {
	for _, g := range v.found.Groups {
		n += g.Count
		over = over || g.More
	}
	return n, over
}

func address(words string, kind find.Kind, page int) string {
	query := url.Values{"q": {words}}
	if kind != "" {
		query.Set("slags", string(kind))
	}
	if page > 1 {
		query.Set("side", strconv.Itoa(page))
	}
	return "/soeg?" + query.Encode()
}

// at is the address of another page of the same kind.
func (v view) at(page int) string { return address(v.words, v.kind, page) }

// passage marks the words that were looked for. It is written by hand: no space
// may come between a word and the sign after it.
func passage(p find.Passage) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, s := range p {
			if s.Met {
				b.WriteString("<mark>" + templ.EscapeString(s.Text) + "</mark>")
			} else {
				b.WriteString(templ.EscapeString(s.Text))
			}
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}
