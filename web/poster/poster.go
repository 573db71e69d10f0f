// Package poster is a café's poster for the stairwell: its next dates, in one to
// three languages side by side, with a code that leads to its page. All of it
// is public, since volunteers print it.
package poster

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// Room is the posters.
type Room struct {
	Cafes *cafe.Service
}

// Mount adds the room's page.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/cafeer/{slug}/plakat", r.show)
}

// size is a sheet of paper.
type size struct {
	Name  string // "a4", as in addresses, in class names and in message keys
	dates int    // the most that there is room for
}

// A larger sheet is read from further away, so its type grows with it, and it
// holds a few more dates: type twice as tall says no more than once.
var sizes = []size{{"a4", 6}, {"a3", 8}}

// mostLanguages fit side by side.
const mostLanguages = 3

// view is a poster and what was chosen for it.
type view struct {
	cafe.Cafe
	form    *form.State
	size    size
	locales []*i18n.Locale
	dates   []cafe.Listing
	address string // of the café's page, as a phone opens it
	short   string // the same, as people type it
	wrong   bool   // what was chosen cannot be made
}

// ahead is how many dates are looked through for some that are not cancelled.
const ahead = 100

func (r Room) show(q *route.Request) (route.Page, error) {
	c, err := r.Cafes.BySlug(q.Context(), q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	query := q.URL.Query()
	v := view{Cafe: c, form: form.New(query), address: q.Absolute("/cafeer/" + c.Slug)}
	_, v.short, _ = strings.Cut(v.address, "://")
	if err := v.choose(query.Get("stoerrelse"), query["sprog"]).Err(); err != nil {
		v.wrong = true
		return route.Again(err, v.form, func() templ.Component { return page(v) })
	}
	coming, _, err := r.Cafes.Coming(q.Context(), cafe.Filter{Cafe: c.Slug, Limit: ahead})
	if err != nil {
		return route.Page{}, err
	}
	v.next(coming, q.Now())
	return route.Show(page(v)), nil
}

// choose takes the size and the languages, and says what cannot be had.
func (v *view) choose(name string, codes []string) fault.Fields {
	var f fault.Fields
	i := 0
	if name != "" {
		i = slices.IndexFunc(sizes, func(s size) bool { return s.Name == name })
	}
	if i < 0 {
		f.Add("stoerrelse", "errors.field_choose_one")
		i = 0
	}
	v.size = sizes[i]
	if len(codes) == 0 {
		codes = []string{i18n.All()[0].Code}
	}
	for _, l := range i18n.All() {
		if slices.Contains(codes, l.Code) {
			v.locales = append(v.locales, l)
		}
	}
	switch {
	case len(v.locales) > mostLanguages:
		f.Add("sprog", "poster.most_languages")
	case slices.ContainsFunc(codes, func(code string) bool { return i18n.ByCode(code) == nil }):
		f.Add("sprog", "errors.field_choose_one")
	default:
		v.form.Set("sprog", codes...)
	}
	if !f.Has("stoerrelse") {
		v.form.Set("stoerrelse", v.size.Name)
	}
	return f
}

// next keeps the dates that somebody who reads the poster can come to.
func (v *view) next(coming []cafe.Listing, now time.Time) {
	for _, l := range coming {
		switch {
		case l.CancelledAt != nil || !l.StartsAt.After(now):
		case len(v.dates) == v.size.dates:
			return
		default:
			v.dates = append(v.dates, l)
		}
	}
}

// sameHours tells whether every date has the same hours, which then need be
// said once only.
func (v view) sameHours() bool {
	clock := func(t time.Time) string { return t.In(i18n.Zone).Format("15:04") }
	return !slices.ContainsFunc(v.dates, func(l cafe.Listing) bool {
		return clock(l.StartsAt) != clock(v.dates[0].StartsAt) || clock(l.EndsAt) != clock(v.dates[0].EndsAt)
	})
}

// lang is the language of what is said once for all: the only one, or Danish.
func (v view) lang() *i18n.Locale {
	if len(v.locales) == 1 {
		return v.locales[0]
	}
	return i18n.All()[0]
}

// quiet tells whether there is so little to say that it can be said larger, and
// every date is sure to have room.
func (v view) quiet() bool {
	return len(v.dates) < 4 && length(v.Name) != longName && !v.manyHosts()
}

// manyHosts tells whether those who hold the café need the paper's whole width.
func (v view) manyHosts() bool { return len(v.Hosts) > 4 }

const longName = "poster-name-long"

// length tells how large a name can be set.
func length(name string) string {
	longest := 0
	for word := range strings.FieldsSeq(name) {
		longest = max(longest, utf8.RuneCountInString(word))
	}
	switch n := utf8.RuneCountInString(name); {
	case n > 60 || longest > 22:
		return longName
	case n > 26 || longest > 16:
		return "poster-name-medium"
	}
	return ""
}

// excerpt is how much of the café's own words there is room for.
func (v view) excerpt() int {
	return []int{260, 190, 160}[len(v.locales)-1]
}

// breakable lets a long address go on to the next line behind its slashes.
func breakable(address string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, strings.ReplaceAll(templ.EscapeString(address), "/", "/<wbr>"))
		return err
	})
}

// in shows a component in a language that need not be the page's.
func in(l *i18n.Locale, c templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return c.Render(i18n.With(ctx, l), w) })
}
