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

// voiceReceipt is for a resident who said something, with the link that makes it
// count and shows what comes of it.
func voiceReceipt(w writer, f *facts) letter {
	kind := initiative.VoiceKind(f.line("kind"))
	l := w.voice(f, "voices.mail_receipt_subject")
	l.Small = w.T("voices.mail_own_link")
	switch {
	case kind.Stance():
		l.Title = w.T("voices.mail_stance_title")
		l.Before = []string{w.T("voices.mail_stance_text")}
		l.Facts = []fact{{Term: w.T("voices.you_said"), Text: w.T(kind.Key())}}
		l.Action.Label = w.T("voices.mail_stance_link")
	case kind == initiative.AnIdea:
		l.Title = w.T("voices.mail_idea_title")
		l.Before = []string{w.T("voices.mail_idea_text")}
		l.Action.Label = w.T("voices.mail_idea_link")
	case kind == initiative.AsComment:
		l.Title = w.T("voices.mail_comment_title")
		l.Before = []string{w.T("voices.mail_comment_text")}
	default:
		f.wrong("kind")
		return l
	}
	if words := f.maybe("words"); words != "" {
		l.Reason = &fact{Term: w.T("voices.your_words"), Text: words}
	}
	return l
}

// voiceAnswer tells what was decided on what somebody said.
func voiceAnswer(w writer, f *facts) letter {
	l := w.voice(f, "voices.mail_answer_subject")
	l.Title = w.T("voices.mail_answer_title")
	l.Facts = []fact{
		{Term: w.T("voices.answer_said"), Text: plain(f.text("said")), Danish: true},
		{Term: w.T("voices.answer_decided_by"), Text: f.line("decided_by"), Danish: true},
	}
	if happened := f.maybe("happened"); happened != "" {
		l.Facts = append(l.Facts, fact{Term: w.T("voices.answer_happened"), Text: plain(happened), Danish: true})
	}
	l.Reason = &fact{Term: w.T("voices.answer_decided"), Text: f.text("decided"), Danish: true}
	return l
}

// voiceNews tells those who said something that it is on its way.
func voiceNews(w writer, f *facts) letter {
	l := w.voice(f, "voices.mail_news_subject")
	status := initiative.Status(f.line("status"))
	switch {
	case status == initiative.Agreed:
		l.Title = w.T("voices.mail_agreed_title")
		l.Before = []string{w.T("voices.mail_agreed_text")}
	case status.Ended():
		l.Title = w.T("voices.mail_ended_title")
		l.Reason = &fact{Term: f.line("title"), Text: f.text("ending"), Danish: true}
	case status.Valid():
		l.Title = w.T("voices.mail_public_title")
		l.Before = []string{w.T("voices.mail_public_text")}
	default:
		f.wrong("status")
	}
	return l
}

// voice is what the letters to residents who spoke have in common.
func (w writer) voice(f *facts, subject string) letter {
	return letter{
		Subject: w.subject(subject, "Title", f.line("title")),
		Action:  link{w.T("voices.mail_link"), w.address("stemme", f.line("token"))},
		Bye:     w.T("mail.bye"),
		Why:     w.T("voices.mail_why"),
	}
}
