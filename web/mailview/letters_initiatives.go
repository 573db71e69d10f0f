package mailview

import "mellemrum/internal/initiative"

// initiativeInvited asks an organisation along.
func initiativeInvited(w writer, f *facts) letter {
	l := w.initiative(f, "initiatives.mail_invited_subject")
	l.Title = w.T("initiatives.mail_invited_title")
	l.Before = []string{w.T("initiatives.mail_invited_text", "Organisation", f.line("organisation"))}
	l.Reason = &fact{Term: f.line("title"), Text: f.text("purpose"), Danish: true}
	l.Action = link{w.T("initiatives.mail_invited_link"), w.address("initiativer", f.line("slug"), "arbejde")}
	return l
}

// initiativeStep tells those who take part that it is agreed or has ended.
func initiativeStep(w writer, f *facts) letter {
	if initiative.Status(f.line("status")) == initiative.Agreed {
		l := w.initiative(f, "initiatives.mail_agreed_subject")
		l.Title = w.T("initiatives.mail_agreed_title")
		l.Before = []string{w.T("initiatives.mail_agreed_text")}
		if waiting, _ := f.values["waiting"].(bool); waiting {
			l.Before = []string{w.T("initiatives.mail_agreed_leave_text")}
		}
		return l
	}
	l := w.initiative(f, "initiatives.mail_ended_subject")
	l.Title = w.T("initiatives.mail_ended_title")
	l.Reason = &fact{Term: f.line("title"), Text: f.text("ending"), Danish: true}
	l.After = []string{w.T("initiatives.mail_ended_text")}
	return l
}

// initiativeResidents reminds those who let residents wait.
func initiativeResidents(w writer, f *facts) letter {
	return letter{
		Subject: w.subject("initiatives.mail_residents_subject", "Title", f.line("title")),
		Title:   w.T("initiatives.mail_residents_title"),
		Before:  []string{w.T("initiatives.mail_residents_text")},
		Facts:   []fact{{Term: w.T("initiatives.mail_residents_deadline"), Text: w.DateLong(f.time("deadline"))}},
		Reason:  &fact{Term: w.T("initiatives.mail_residents_reason"), Text: f.text("reason"), Danish: true},
		Action:  link{w.T("initiatives.mail_residents_link"), w.address("initiativer", f.line("slug"), "beboere")},
		Bye:     w.T("mail.bye"),
		Why:     w.T("initiatives.mail_why_keeper"),
	}
}

// initiative is what the letters to those who take part have in common.
func (w writer) initiative(f *facts, subject string) letter {
	return letter{
		Subject: w.subject(subject, "Title", f.line("title")),
		Action:  link{w.T("initiatives.mail_link"), w.address("initiativer", f.line("slug"))},
		Bye:     w.T("mail.bye"),
		Why:     w.T("initiatives.mail_why_party", "Organisation", f.line("organisation")),
	}
}
