package mailview

// concernInvited asks a partner to read a note. It tells nothing of the note but
// its district: a letter may be read by others.
func concernInvited(w writer, f *facts) letter {
	return letter{
		Subject: w.subject("concerns.mail_invited_subject", "District", f.line("district")),
		Title:   w.T("concerns.mail_invited_title"),
		Before:  []string{w.T("concerns.mail_invited_text", "District", f.line("district"))},
		Small:   w.T("concerns.mail_invited_small"),
		Action:  link{w.T("concerns.mail_invited_link"), w.address("partner", "bekymringer", f.id("id").String())},
		Bye:     w.T("mail.bye"),
		Why:     w.T("concerns.mail_why", "Organisation", f.line("organisation")),
	}
}
