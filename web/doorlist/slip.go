package doorlist

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// slip is a sign-up on paper.
type slip struct {
	cafe.Slip
	door    Door
	link    string // full address of the personal link; empty: none to show
	find    string // where a code is written, without its scheme
	locales []*i18n.Locale
}

func (v slip) path() string {
	return v.door.Prefix + "/" + v.Slug + "/" + v.OnDate.Format(cafe.DateFormat)
}

// printable tells whether the slip has all it needs: a code that somebody was
// given.
func (v slip) printable() bool { return v.Code != "" && v.Status != cafe.Cancelled }

// slipPath is a slip's address. The link it is to show goes along, so that it is
// made by the press that asked for it and not by looking.
func slipPath(at string, id uuid.UUID, t cafe.Token) string {
	path := at + "/" + stepSlip + "/" + id.String()
	if t != "" {
		path += "?link=" + url.QueryEscape(string(t))
	}
	return path
}

func (d Door) slip(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	id, err := q.UUID("signup")
	if err != nil {
		return route.Page{}, err
	}
	token := cafe.Token(q.URL.Query().Get("link"))
	s, err := d.Cafes.Slip(q.Context(), q.Actor, q.Param("slug"), day, id, token)
	if err != nil {
		return route.Page{}, err
	}
	v := d.onPaper(q, s)
	if s.Link {
		v.link = q.Absolute("/tilmelding/" + url.PathEscape(string(token)))
	}
	return route.Show(slipPage(v)), nil
}

// onPaper is a slip as it is printed.
func (d Door) onPaper(q *route.Request, s cafe.Slip) slip {
	find := q.Absolute("/tilmelding")
	if _, bare, ok := strings.Cut(find, "://"); ok {
		find = bare
	}
	return slip{Slip: s, door: d, find: find, locales: slipLocales(s.Language)}
}

// listSlips are those of everybody on a paper list, to print in one go. They
// have codes alone: links are made one at a time, for whoever asks.
func (d Door) listSlips(q *route.Request) (route.Page, error) {
	v, err := d.desk(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	sent, notID := uuid.Parse(q.URL.Query().Get("skrevet"))
	if notID != nil {
		return route.SeeOther(v.path() + "/" + stepList), nil //nolint:nilerr // no list is meant: a new one is typed there
	}
	list, err := d.Cafes.ListSlips(q.Context(), q.Actor, v.Slug, v.OnDate, sent)
	if err != nil {
		return route.Page{}, err
	}
	slips := make([]slip, len(list))
	for i, s := range list {
		slips[i] = d.onPaper(q, s)
	}
	return route.Show(slipsPage(v, sent.String(), slips)), nil
}

// newSlip makes a link to print, for a slip that was lost or never made.
func (d Door) newSlip(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	id, err := q.UUID("signup")
	if err != nil {
		return route.Page{}, err
	}
	token, err := d.Cafes.NewSlip(q.Context(), q.Actor, q.Param("slug"), day, id)
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(slipPath(d.path(q), id, token)), nil
}

// slipLocales are the languages a slip is written in: the person's own beside
// Danish, which whoever they ask for help reads; English where theirs is none of
// ours.
func slipLocales(language string) []*i18n.Locale {
	danish := i18n.ByCode("da")
	switch own := i18n.ByCode(language); own {
	case danish:
		return []*i18n.Locale{danish}
	case nil:
		return []*i18n.Locale{danish, i18n.ByCode("en")}
	default:
		return []*i18n.Locale{own, danish}
	}
}

// in shows a component in a language that need not be the page's.
func in(l *i18n.Locale, c templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return c.Render(i18n.With(ctx, l), w) })
}

// readOut groups a code so that it is read out, and typed, in one go: four
// letters at a time.
func readOut(code string) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%4 == 0 && len(code) > 6 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func slipStatus(ctx context.Context, v slip) string {
	switch v.Status {
	case cafe.Placed:
		return ui.T(ctx, "desk.slip_placed")
	case cafe.Waiting:
		return ui.T(ctx, "desk.slip_waiting", "Number", i18n.From(ctx).Number(v.Line))
	case cafe.Cancelled:
	}
	return ui.T(ctx, "desk.slip_cancelled")
}
