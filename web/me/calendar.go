package me

import (
	"net/url"
	"strconv"

	"mellemrum/internal/ical"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

func number(n int) string { return strconv.Itoa(n) }

// calendar is the sign-up as a file for somebody's own calendar. It asks the
// calendar to do nothing: whoever fetches it decides.
func (r room) calendar(q *route.Request) (route.Page, error) {
	m, err := r.Cafes.ByToken(q.Context(), token(q))
	if err != nil {
		return route.Page{}, err
	}
	link := q.Absolute(path(token(q)))
	if ui.ChromeFrom(q.Context()).LangInURL {
		link += "?" + url.Values{"lang": {q.Locale.Code}}.Encode()
	}
	file := ical.Calendar{Events: []ical.Event{m.Entry(q.Now(), link).Event(q.Locale)}}
	return route.File(ical.Type, "mellemrum.ics", file.Bytes()), nil
}
