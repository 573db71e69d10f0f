package me

import (
	"strconv"
	"strings"

	ics "github.com/arran4/golang-ical"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/web/route"
)

func number(n int) string { return strconv.Itoa(n) }

func (r room) calendar(q *route.Request) (route.Page, error) {
	m, err := r.Cafes.ByToken(q.Context(), token(q))
	if err != nil {
		return route.Page{}, err
	}
	return route.File("text/calendar; charset=utf-8", "mellemrum.ics", []byte(entry(q, m))), nil
}

// entry is the one date as a calendar takes it. Its times are in UTC, which
// every calendar reads alike; its UID stays, so that fetching it again after a
// change replaces the first.
func entry(q *route.Request, m cafe.Mine) string {
	l := i18n.From(q.Context())
	link := q.Absolute(path(token(q)))
	c := ics.NewCalendarFor("Mellemrum")
	c.SetMethod(ics.MethodPublish)
	e := c.AddEvent(m.ID.String() + "@mellemrum")
	e.SetDtStampTime(q.Now())
	e.SetStartAt(m.StartsAt)
	e.SetEndAt(m.EndsAt)
	e.SetSummary(m.Cafe.Name)
	e.SetLocation(m.Venue + ", " + m.Address)
	e.SetURL(link)
	e.SetClass(ics.ClassificationPrivate)
	words := l.T("me.calendar_placed")
	switch {
	case m.Status == cafe.Cancelled || m.CancelledAt != nil:
		e.SetStatus(ics.ObjectStatusCancelled)
		e.SetSequence(2)
		words = l.T("me.calendar_cancelled")
	case m.Status == cafe.Waiting:
		e.SetStatus(ics.ObjectStatusTentative)
		e.SetSequence(0)
		words = l.T("me.calendar_waiting")
	default:
		e.SetStatus(ics.ObjectStatusConfirmed)
		e.SetSequence(1)
	}
	e.SetDescription(strings.Join([]string{words, l.N("me.people", m.Party), link}, "\n"))
	return c.Serialize(ics.WithNewLineWindows)
}
