package mailview

import (
	"mellemrum/internal/ical"
	"mellemrum/internal/mail"
	"mellemrum/internal/workshop"
)

// workshopInvited asks somebody along, or confirms that they come.
func workshopInvited(w writer, f *facts) letter {
	l := w.workshop(f, "workshops.mail_invited_subject", false)
	about := f.line("about")
	if down, _ := f.values["down"].(bool); down {
		l.Title = w.T("workshops.mail_down_title")
		l.Before = []string{w.T("workshops.mail_down_text", "About", about)}
		return l
	}
	l.Title = w.T("workshops.mail_invited_title")
	l.Before = []string{w.T("workshops.mail_invited_text", "About", about)}
	return l
}

func workshopMoved(w writer, f *facts) letter {
	l := w.workshop(f, "workshops.mail_moved_subject", false)
	l.Title = w.T("workshops.mail_moved_title")
	l.Before = []string{w.T("workshops.mail_moved_text")}
	return l
}

func workshopCancelled(w writer, f *facts) letter {
	l := w.workshop(f, "workshops.mail_cancelled_subject", true)
	l.Title = w.T("workshops.mail_cancelled_title")
	l.Reason = &fact{Term: w.T("workshops.mail_reason"), Text: f.text("reason"), Danish: true}
	l.Action.Label = w.T("workshops.mail_see")
	return l
}

// workshopMinutes tells those who were invited what came of it.
func workshopMinutes(w writer, f *facts) letter {
	l := w.workshop(f, "workshops.mail_minutes_subject", false)
	l.Files = nil
	l.Title = w.T("workshops.mail_minutes_title")
	l.Before = []string{w.T("workshops.mail_minutes_text", "About", f.line("about"))}
	l.Action.Label = w.T("workshops.mail_see")
	l.Facts = nil
	if changed := f.maybe("changed"); changed != "" {
		l.Facts = append(l.Facts, fact{Term: w.T("workshops.changed"), Text: plain(changed), Danish: true})
	}
	for _, row := range f.someRows("decisions") {
		l.Facts = append(l.Facts, fact{Term: w.T("workshops.decision"), Text: row.line("what"), Danish: true})
	}
	for _, row := range f.someRows("actions") {
		l.Facts = append(l.Facts, fact{Term: w.T("workshops.action"), Text: row.line("what") + " (" + row.line("owner") + ", " + w.T("workshops.due", "Date", w.Date(row.time("due"))) + ")", Danish: true})
	}
	if minutes := f.maybe("minutes"); minutes != "" {
		l.Reason = &fact{Term: w.T("workshops.minutes"), Text: minutes, Danish: true}
	}
	return l
}

// someRows are rows that may be left out.
func (f *facts) someRows(name string) []*facts {
	if f.values[name] == nil {
		return nil
	}
	return f.rows(name)
}

// workshop is what the letters to those invited have in common, with the
// calendar entry as it is now.
func (w writer) workshop(f *facts, subject string, cancelled bool) letter {
	starts, ends, written := f.time("starts"), f.time("ends"), f.time("at")
	title := f.line("title")
	l := letter{
		Subject: w.subject(subject, "Title", title),
		Facts:   []fact{{Term: w.T("workshops.when"), Text: w.T("workshops.when_text", "Date", w.DateLong(starts), "Clock", w.ClockRange(starts, ends))}},
		Action:  link{w.T("workshops.mail_answer"), w.address("workshop", f.line("token"))},
		Bye:     w.T("mail.bye"),
		Why:     w.T("workshops.mail_why"),
	}
	e := workshop.Workshop{ID: f.id("workshop"), Title: title, About: f.line("about"), StartsAt: starts, EndsAt: ends, Revision: f.number("revision", 0), UpdatedAt: written}
	if e.Place = plain(f.maybe("place")); e.Place != "" {
		l.Facts = append(l.Facts, fact{Term: w.T("workshops.place"), Text: e.Place, Danish: true})
	}
	if e.Link = f.maybe("online"); e.Link != "" {
		l.Facts = append(l.Facts, fact{Term: w.T("workshops.online"), Text: e.Link})
	}
	if agenda := f.maybe("agenda"); agenda != "" {
		l.Reason = &fact{Term: w.T("workshops.agenda"), Text: agenda, Danish: true}
	}
	method := ical.Publish
	if cancelled {
		method, e.CancelledAt = ical.Cancel, &written
	}
	file := ical.Calendar{Method: method, Events: []ical.Event{e.Event(w.Locale, f.id("invitee"), l.Action.Href, written, ical.Organiser{Name: title, Email: w.sender})}}
	l.Files = []mail.File{{Name: "mellemrum.ics", Type: ical.Type + "; method=" + string(method), Body: file.Bytes()}}
	return l
}
