package mailview

// welcomed is for somebody who may now come along, with the link to come in by.
// Whoever is one of its people already has none.
func welcomed(w writer, f *facts) letter {
	l := approved(w, f)
	if token := f.maybe("token"); token != "" {
		l.After = []string{w.T("people.mail_approved_next")}
		l.Others = []link{l.Action}
		l.Action = link{w.T("people.come_in"), w.address("invitation", token)}
		l.Small = w.T("people.mail_link_until", "Date", w.Date(f.time("until")))
	}
	return l
}

// invitation asks somebody along as one of an organisation's people.
func invitation(w writer, f *facts) letter {
	name := f.line("organisation")
	text := w.T("people.mail_invited_text", "Organisation", name)
	if by := plain(f.maybe("by")); by != "" {
		text = w.T("people.mail_invited_by_text", "Name", by, "Organisation", name)
	}
	may := w.T("people.member_may_you")
	if contact, _ := f.values["contact"].(bool); contact {
		may = w.T("people.contact_may_you")
	}
	return letter{
		Subject: w.subject("people.mail_invited_subject", "Organisation", name),
		Title:   w.T("people.mail_invited_title"),
		Before:  []string{text, may},
		Action:  link{w.T("people.come_in"), w.address("invitation", f.line("token"))},
		Small:   w.T("people.mail_link_until", "Date", w.Date(f.time("until"))),
		Bye:     w.T("mail.bye"),
		Why:     w.T("people.mail_invited_why"),
	}
}

func suspended(w writer, f *facts) letter {
	name := f.line("organisation")
	return letter{
		Subject: w.subject("people.mail_suspended_subject", "Organisation", name),
		Title:   w.T("people.mail_suspended_title"),
		Before:  []string{w.T("people.mail_suspended_text", "Organisation", name)},
		Reason:  w.reason(f),
		After:   []string{w.T("people.mail_suspended_next")},
		Action:  link{w.T("mail.coordinator"), w.address("bydele")},
		Bye:     w.T("mail.bye"),
		Why:     w.T("people.mail_why_contact"),
	}
}

func reinstated(w writer, f *facts) letter {
	name := f.line("organisation")
	return letter{
		Subject: w.subject("people.mail_reinstated_subject", "Organisation", name),
		Title:   w.T("people.mail_reinstated_title"),
		Before:  []string{w.T("people.mail_reinstated_text", "Organisation", name)},
		Action:  link{w.T("mail.approved_link"), w.address("samarbejdspartnere", f.line("slug"))},
		Bye:     w.T("mail.bye"),
		Why:     w.T("people.mail_why_contact"),
	}
}

// stillActive asks an organisation, once a year, whether it is still there.
func stillActive(w writer, f *facts) letter {
	name := f.line("organisation")
	l := letter{
		Subject: w.subject("organisations.mail_active_subject", "Organisation", name),
		Title:   w.T("organisations.active_title"),
		Before:  []string{w.T("organisations.mail_active_text", "Organisation", name)},
		Action:  link{w.T("organisations.mail_active_link"), w.address("samarbejdspartnere", "bekraeft", f.line("token"))},
		Bye:     w.T("mail.bye"),
		Why:     w.T("people.mail_why_contact"),
	}
	if again, _ := f.values["again"].(bool); again {
		l.Before = append([]string{w.T("organisations.mail_active_again")}, l.Before...)
	}
	return l
}
