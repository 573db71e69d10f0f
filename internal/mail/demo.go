package mail

import (
	"context"
	"time"

	"mellemrum/internal/pg"
)

// Demo keeps mails in the database instead of sending them, for reading at
// /demo/post.
type Demo struct{ DB *pg.DB }

// Send keeps one mail. Each is kept once however often it is tried.
func (d Demo) Send(ctx context.Context, id int64, p Post, m Message, _ func(context.Context) error) error {
	files := m.Files
	if files == nil {
		files = []File{}
	}
	_, err := d.DB.Pool().Exec(ctx, `
		INSERT INTO demo_mails (id, recipient, subject, body_text, body_html, locale, sent_at, files, unsubscribe)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING`,
		id, p.To, m.Subject, m.Text, m.HTML, p.Locale, d.DB.Now(), files, m.Unsubscribe)
	return pg.Fault(err)
}

// Kept is a mail that the demo did not send.
type Kept struct {
	ID        int64
	Recipient string
	Subject   string
	BodyText  string
	BodyHTML  string
	Locale    string
	SentAt    time.Time
	Files     []File

	Unsubscribe string // where one press ends letters of its kind; empty: nowhere
}

// Latest returns up to 100 kept mails, newest first.
func (d Demo) Latest(ctx context.Context) ([]Kept, error) {
	return pg.All(ctx, d.DB.Reader(), `
		SELECT id, recipient, subject, '' AS body_text, '' AS body_html, locale, sent_at, '[]'::jsonb AS files, '' AS unsubscribe
		FROM demo_mails ORDER BY sent_at DESC, id DESC LIMIT 100`, pg.ByName[Kept])
}

// ByID returns one kept mail.
func (d Demo) ByID(ctx context.Context, id int64) (Kept, error) {
	return pg.One(ctx, d.DB.Reader(), `
		SELECT id, recipient, subject, body_text, body_html, locale, sent_at, files, unsubscribe
		FROM demo_mails WHERE id = $1`, pg.ByName[Kept], id)
}
