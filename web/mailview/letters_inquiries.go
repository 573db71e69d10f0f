package mailview

import "mellemrum/internal/inquiry"

// inquiryReceipt is for somebody who wrote to us, with their own link.
func inquiryReceipt(w writer, f *facts) letter {
	l := w.inquiry(f, "inquiries.mail_receipt_subject")
	l.Title = w.T("inquiries.mail_receipt_title")
	l.Before = []string{w.T("inquiries.mail_receipt_text")}
	if inquiry.Kind(f.line("kind")) == inquiry.Question {
		l.Before = []string{w.T("inquiries.mail_receipt_question", "Organisation", f.line("organisation"))}
	}
	l.Reason = &fact{Term: w.T("inquiries.you_wrote"), Text: f.text("words")}
	l.Small = w.T("inquiries.mail_own_link")
	return l
}

// inquiryAnswer is what we or a partner wrote back.
func inquiryAnswer(w writer, f *facts) letter {
	l := w.inquiry(f, "inquiries.mail_answer_subject")
	l.Title = w.T("inquiries.mail_answer_title")
	by := w.T("inquiries.from_us")
	if organisation := f.maybe("by"); organisation != "" {
		by = plain(organisation)
	}
	l.Reason = &fact{Term: by, Text: f.text("words"), Danish: true}
	l.Action.Label = w.T("inquiries.mail_go_on")
	return l
}

func inquiryClosed(w writer, f *facts) letter {
	l := w.inquiry(f, "inquiries.mail_closed_subject")
	l.Title = w.T("inquiries.mail_closed_title")
	l.Before = []string{w.T("inquiries.mail_closed_text")}
	return l
}

// inquiry is what the letters to somebody who wrote to us have in common.
func (w writer) inquiry(f *facts, subject string) letter {
	name := f.maybe("title")
	if inquiry.Kind(f.line("kind")) == inquiry.Question {
		name = f.line("organisation")
	}
	if name == "" {
		f.wrong("title")
	}
	return letter{
		Subject: w.subject(subject, "Title", name),
		Action:  link{w.T("inquiries.mail_see"), w.address("bidrag", f.line("token"))},
		Bye:     w.T("mail.bye"),
		Why:     w.T("inquiries.mail_why_writer"),
	}
}

// inquiryNew tells those who may answer that somebody wrote.
func inquiryNew(w writer, f *facts) letter {
	l := letter{Bye: w.T("mail.bye"), Reason: &fact{Text: f.text("words")}}
	area, question := "stab", inquiry.Kind(f.line("kind")) == inquiry.Question
	l.Why = w.T("inquiries.mail_why_staff")
	if partner, _ := f.values["partner"].(bool); partner {
		area = "partner"
		l.Why = w.T("inquiries.mail_why_partner", "Organisation", f.line("organisation"))
	}
	if question {
		l.Subject = w.subject("inquiries.mail_question_subject", "Organisation", f.line("organisation"))
		l.Title = w.T("inquiries.mail_question_title")
		l.Reason.Term = w.T("inquiries.somebody_asks")
	} else {
		l.Subject = w.subject("inquiries.mail_new_subject", "Title", f.line("title"))
		l.Title = w.T("inquiries.mail_new_title")
		l.Reason.Term = f.line("title")
	}
	l.Action = link{w.T("inquiries.mail_answer"), w.address(area, "bidrag", f.line("id"))}
	return l
}
