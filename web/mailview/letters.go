package mailview

import (
	"mellemrum/internal/cafe"
)

// letters are all there are, by the name they are posted under.
var letters = map[string]func(writer, *facts) letter{
	"cafe_receipt":          receipt,
	"cafe_promoted":         promoted,
	"cafe_link":             personalLink,
	"cafe_date_cancelled":   dateCancelled,
	"organisation_approved": approved,
	"organisation_declined": declined,
}

func receipt(w writer, f *facts) letter {
	if placed(f) {
		l := w.cafe(f, "mail.placed_subject")
		l.Title = w.T("mail.placed_title")
		l.Before = []string{w.T("mail.placed_text")}
		l.After = []string{w.T("mail.placed_after")}
		return w.withCalendar(w.withLink(l, f), f)
	}
	l := w.cafe(f, "mail.waiting_subject")
	l.Title = w.T("mail.waiting_title")
	l.Before = []string{w.T("mail.waiting_text")}
	l.After = []string{w.T("mail.waiting_after")}
	return w.withLink(l, f)
}

func promoted(w writer, f *facts) letter {
	l := w.cafe(f, "mail.promoted_subject")
	l.Title = w.T("mail.promoted_title")
	l.Before = []string{w.T("mail.promoted_text")}
	l.After = []string{w.T("mail.promoted_after")}
	return w.withCalendar(w.withLink(l, f), f)
}

func personalLink(w writer, f *facts) letter {
	l := w.cafe(f, "mail.link_subject")
	l.Title = w.T("mail.link_title")
	status := w.T("mail.link_waiting")
	if placed(f) {
		status = w.T("mail.link_placed")
	}
	l.Before = []string{status + " " + w.T("mail.link_text")}
	l.After = []string{w.T("mail.link_after")}
	return w.withLink(l, f)
}

func dateCancelled(w writer, f *facts) letter {
	l := w.cafe(f, "mail.cancelled_subject")
	l.Title = w.T("mail.cancelled_title")
	l.Before = []string{w.T("mail.cancelled_text")}
	l.Reason = w.reason(f)
	l.After = []string{w.T("mail.cancelled_after")}
	l.Action = link{w.T("me.other_dates"), w.address("cafeer", f.line("slug"))}
	return l
}

func approved(w writer, f *facts) letter {
	name := f.line("organisation")
	return letter{
		Subject: w.subject("mail.approved_subject", "Organisation", name),
		Title:   w.T("mail.approved_title"),
		Before:  []string{w.T("mail.approved_text", "Organisation", name)},
		After:   []string{w.T("mail.approved_next")},
		Action:  link{w.T("mail.approved_link"), w.address("samarbejdspartnere", f.line("slug"))},
		Bye:     w.T("mail.bye"),
		Why:     w.T("mail.why_organisation"),
	}
}

func declined(w writer, f *facts) letter {
	name := f.line("organisation")
	return letter{
		Subject: w.subject("mail.declined_subject", "Organisation", name),
		Title:   w.T("mail.declined_title"),
		Before:  []string{w.T("mail.declined_text", "Organisation", name)},
		Reason:  w.reason(f),
		After:   []string{w.T("mail.declined_next")},
		Action:  link{w.T("mail.coordinator"), w.address("bydele")},
		Bye:     w.T("mail.bye"),
		Why:     w.T("mail.why_organisation"),
	}
}

// cafe is what every letter about a sign-up has in common.
func (w writer) cafe(f *facts, subject string) letter {
	name, starts, ends := f.line("cafe"), f.time("starts"), f.time("ends")
	kind := cafe.Kind(f.line("kind"))
	if !kind.Known() {
		f.wrong("kind")
	}
	return letter{
		Subject: w.subject(subject, "Cafe", name, "Date", w.Date(starts)),
		Facts: []fact{
			{Term: w.T("mail.cafe"), Text: name, Danish: true},
			{Term: w.T("cafes.when"), Text: w.T("cafes.when_text", "Date", w.DateLong(starts), "Clock", w.ClockRange(starts, ends))},
			{Term: w.T("cafes.where"), Text: f.line("venue") + ", " + f.line("address"), Danish: true},
			{Term: w.T("me.who"), Text: w.T("cafes.kind_"+string(kind)) + " · " + w.N("me.people", f.number("party"))},
		},
		Bye: w.T("mail.bye_cafe", "Cafe", name),
		Why: w.T("mail.why_cafe"),
	}
}

// withLink adds the reader's own link.
func (w writer) withLink(l letter, f *facts) letter {
	l.Action = link{w.T("mail.manage"), w.address("tilmelding", f.line("token"))}
	l.Small = w.T("mail.own_link")
	return l
}

// withCalendar adds the date as a file for the reader's calendar.
func (w writer) withCalendar(l letter, f *facts) letter {
	l.Second = link{w.T("me.add_to_calendar"), w.address("tilmelding", f.line("token"), "kalender.ics")}
	return l
}

func (w writer) reason(f *facts) *fact {
	return &fact{Term: w.T("mail.reason"), Text: f.text("reason"), Danish: true}
}

// placed tells a place from a place in line.
func placed(f *facts) bool {
	status := cafe.Status(f.line("status"))
	if status != cafe.Placed && status != cafe.Waiting {
		f.wrong("status")
	}
	return status == cafe.Placed
}
