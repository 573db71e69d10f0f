package mailview

import (
	"mellemrum/internal/cafe"
	"mellemrum/internal/ical"
	"mellemrum/internal/mail"
	"mellemrum/internal/text"
)

// letters are all there are, by the name they are posted under.
var letters = map[string]func(writer, *facts) letter{
	"cafe_receipt":            receipt,
	"cafe_promoted":           promoted,
	"cafe_called":             called,
	"cafe_moved":              moved,
	"cafe_reminder":           reminder,
	"cafe_thanks":             thanks,
	"cafe_overlap":            overlap,
	"cafe_link":               personalLink,
	"cafe_date_cancelled":     dateCancelled,
	"stand_in_ask":            standInAsk,
	"organisation_active":     stillActive,
	"organisation_approved":   welcomed,
	"organisation_invitation": invitation,
	"organisation_suspended":  suspended,
	"organisation_reinstated": reinstated,
	"organisation_declined":   declined,
	"ask":                     askLetter,
	"ask_reminder":            askReminder,
	"ask_reply":               askReply,
	"ask_closed":              askClosed,
	"ask_end":                 askEnd,
	"offers_confirm":          offersConfirm,
	"inquiry_receipt":         inquiryReceipt,
	"inquiry_answer":          inquiryAnswer,
	"inquiry_closed":          inquiryClosed,
	"inquiry_new":             inquiryNew,
	"concern_invited":         concernInvited,
	"initiative_invited":      initiativeInvited,
	"initiative_step":         initiativeStep,
	"initiative_residents":    initiativeResidents,
	"handover":                handedOver,
	"board_morning":           boardMorning,
	"workshop_invited":        workshopInvited,
	"workshop_moved":          workshopMoved,
	"workshop_cancelled":      workshopCancelled,
	"workshop_minutes":        workshopMinutes,
	"district_invitation":     districtInvitation,
	"strength_receipt":        strengthReceipt,
	"strength_answer":         strengthAnswer,
	"voice_receipt":           voiceReceipt,
	"voice_answer":            voiceAnswer,
	"voice_news":              voiceNews,
	"follow_confirm":          followConfirm,
	"district_news":           districtNews,
}

func receipt(w writer, f *facts) letter {
	if placed(f) {
		l := w.cafe(f, "mail.placed_subject")
		l.Title = w.T("mail.placed_title")
		l.Before = []string{w.T("mail.placed_text")}
		l.After = []string{w.T("mail.placed_after")}
		l.Others = []link{w.calendar(f)}
		return w.withEntry(w.withLink(l, f), f, cafe.Placed)
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
	l.Others = []link{w.own(f, "mail.not_needed", "afmeld"), w.calendar(f)}
	return w.withEntry(w.withLink(l, f), f, cafe.Placed)
}

// called asks several who wait at once, on the day itself.
func called(w writer, f *facts) letter {
	l := w.cafe(f, "mail.called_subject")
	until := f.time("until")
	l.Title = w.T("mail.called_title")
	l.Before = []string{w.T("mail.called_text")}
	l.Facts = append([]fact{{Term: w.T("mail.answer_by"), Text: w.T("cafes.when_text", "Date", w.DateLong(until), "Clock", w.Clock(until))}}, l.Facts...)
	l.After = []string{w.T("mail.called_after")}
	l.Action = w.own(f, "mail.called_yes", "ja")
	l.Others = []link{w.own(f, "mail.called_no", "afmeld")}
	l.Small = w.T("mail.own_link")
	return l
}

func moved(w writer, f *facts) letter {
	l := w.cafe(f, "mail.moved_subject")
	l.Title = w.T("mail.moved_title")
	l.Before = []string{w.T("mail.moved_text")}
	was := w.when(f, "was_starts", "was_ends")
	wasAt := f.line("was_venue") + ", " + f.line("was_address")
	var list []fact
	for _, now := range l.Facts {
		switch {
		case now.Term == w.T("cafes.when") && now.Text != was:
			list = append(list, fact{Term: w.T("mail.new_when"), Text: now.Text}, fact{Term: w.T("mail.old_when"), Text: was, Over: true})
		case now.Term == w.T("cafes.where") && now.Text != wasAt:
			list = append(list, fact{Term: w.T("mail.new_where"), Text: now.Text, Danish: true},
				fact{Term: w.T("mail.old_where"), Text: wasAt, Danish: true, Over: true})
		default:
			list = append(list, now)
		}
	}
	l.Facts = list
	l.After = []string{w.T("mail.moved_waiting")}
	if placed(f) {
		l.After = []string{w.T("mail.moved_placed")}
		l = w.withEntry(l, f, cafe.Placed)
	}
	l.Action = w.own(f, "mail.moved_keep", "behold")
	l.Others = []link{w.own(f, "mail.moved_cancel", "afmeld")}
	l.Small = w.T("mail.own_link")
	return l
}

// reminder may be late when the portal was away, so it does not say tomorrow.
func reminder(w writer, f *facts) letter {
	l := w.cafe(f, "mail.reminder_subject")
	l.Title = w.T("mail.reminder_title")
	l.Before = []string{w.T("mail.reminder_text")}
	l.After = []string{w.T("mail.reminder_after")}
	l.Others = []link{w.own(f, "mail.cancel", "afmeld")}
	return w.withEntry(w.withLink(l, f), f, cafe.Placed)
}

func thanks(w writer, f *facts) letter {
	name := f.line("cafe")
	return letter{
		Subject: w.subject("mail.thanks_subject", "Cafe", name),
		Title:   w.T("mail.thanks_title"),
		Before:  []string{w.T("mail.thanks_text")},
		Facts: []fact{
			{Term: w.T("mail.cafe"), Text: name, Danish: true},
			{Term: w.T("cafes.where"), Text: f.line("venue") + ", " + f.line("address"), Danish: true},
		},
		After:  []string{w.T("mail.thanks_after")},
		Action: link{w.T("me.other_dates"), w.address("cafeer", f.line("slug"))},
		Bye:    w.T("mail.bye_cafe", "Cafe", name),
		Why:    w.T("mail.why_thanks"),
	}
}

func overlap(w writer, f *facts) letter {
	l := w.cafe(f, "mail.overlap_subject")
	l.Title = w.T("mail.overlap_title")
	l.Before = []string{w.T("mail.overlap_text")}
	l.Facts = append(l.Facts,
		fact{Term: w.T("mail.other_shift"), Text: f.line("other_cafe"), Danish: true},
		fact{Term: w.T("mail.other_when"), Text: w.when(f, "other_starts", "other_ends")})
	l.After = []string{w.T("mail.overlap_after")}
	return w.withLink(l, f)
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
	return w.withEntry(l, f, cafe.Cancelled)
}

// standInAsk goes to somebody who helped before, not to one who signed up.
func standInAsk(w writer, f *facts) letter {
	name, token, starts := f.line("cafe"), f.line("token"), f.time("starts")
	shift := w.T("cafes.kind_" + string(f.kind()))
	if code := f.language("language"); code != "" {
		shift += " · " + w.T(text.LanguageKey(code))
	}
	return letter{
		Subject: w.subject("mail.stand_in_subject", "Cafe", name, "Date", w.Date(starts)),
		Title:   w.T("mail.stand_in_title"),
		Before:  []string{w.T("mail.stand_in_text")},
		Facts: []fact{
			{Term: w.T("mail.shift"), Text: shift},
			{Term: w.T("mail.cafe"), Text: name, Danish: true},
			{Term: w.T("cafes.when"), Text: w.when(f, "starts", "ends")},
			{Term: w.T("cafes.where"), Text: f.line("venue") + ", " + f.line("address"), Danish: true},
		},
		After:  []string{w.T("mail.stand_in_after")},
		Action: link{w.T("mail.stand_in_answer"), w.address("vagt", token)},
		Others: []link{{w.T("mail.stand_in_stop"), w.address("vagt", token, "stop")}},
		Small:  w.T("mail.own_link"),
		Bye:    w.T("mail.bye_cafe", "Cafe", name),
		Why:    w.T("mail.why_stand_in"),
	}
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
	name, starts := f.line("cafe"), f.time("starts")
	return letter{
		Subject: w.subject(subject, "Cafe", name, "Date", w.Date(starts)),
		Facts: []fact{
			{Term: w.T("mail.cafe"), Text: name, Danish: true},
			{Term: w.T("cafes.when"), Text: w.when(f, "starts", "ends")},
			{Term: w.T("cafes.where"), Text: f.line("venue") + ", " + f.line("address"), Danish: true},
			{Term: w.T("me.who"), Text: w.T("cafes.kind_"+string(f.kind())) + " · " + w.N("me.people", f.number("party", 1))},
		},
		Bye: w.T("mail.bye_cafe", "Cafe", name),
		Why: w.T("mail.why_cafe"),
	}
}

func (w writer) when(f *facts, from, until string) string {
	starts, ends := f.time(from), f.time(until)
	return w.T("cafes.when_text", "Date", w.DateLong(starts), "Clock", w.ClockRange(starts, ends))
}

// withLink adds the reader's own link.
func (w writer) withLink(l letter, f *facts) letter {
	l.Action = w.own(f, "mail.manage")
	l.Small = w.T("mail.own_link")
	return l
}

// own leads to a part of the reader's own page.
func (w writer) own(f *facts, label string, part ...string) link {
	return link{w.T(label), w.address(append([]string{"tilmelding", f.line("token")}, part...)...)}
}

// calendar leads to the sign-up's calendar entry as it is when it is fetched.
func (w writer) calendar(f *facts) link { return w.own(f, "me.add_to_calendar", "kalender.ics") }

// withEntry adds the sign-up's calendar entry as it is now, for programs that
// offer to keep it.
//
// What is called off goes out as METHOD:CANCEL, not as one more PUBLISH: of a
// published entry with STATUS:CANCELLED some calendars (Outlook among them) make
// a new appointment, while a cancellation makes all of them look for the entry
// with this UID and strike it, or do nothing. Neither asks the reader to answer,
// as a REQUEST would: that is what our own links are for.
func (w writer) withEntry(l letter, f *facts, status cafe.Status) letter {
	name := f.line("cafe")
	e := cafe.Entry{SignUp: f.id("sign_up"), Revision: f.number("revision", 0), Status: status, Cafe: name,
		Where: f.line("venue") + ", " + f.line("address"), Kind: f.kind(), Party: f.number("party", 1), Starts: f.time("starts"), Ends: f.time("ends"),
		Written: f.time("at"), Link: w.address("tilmelding", f.line("token")), Organiser: ical.Organiser{Name: name, Email: w.sender}}
	method := ical.Publish
	if status == cafe.Cancelled {
		method = ical.Cancel
	}
	file := ical.Calendar{Method: method, Events: []ical.Event{e.Event(w.Locale)}}
	l.Files = append(l.Files, mail.File{Name: "mellemrum.ics", Type: ical.Type + "; method=" + string(method), Body: file.Bytes()})
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
