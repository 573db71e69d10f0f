package partnership

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// Kind tells what sort of thing happened.
type Kind string

// The kinds of event.
const (
	Asked  Kind = "asked"  // we asked them; Word: their answer, Reply: ours
	Offers Kind = "offer"  // they offer something; Word: its status
	Hosted Kind = "hosted" // they held a café; Times and Guests in that month
	Joined Kind = "joined" // one of theirs came along; Word: "contact" or "member"
	Turned Kind = "turned" // they became something else to us; Word: the audit log's action
	Noted  Kind = "noted"  // staff wrote a note; Word: the kind of contact
)

// Event is one thing in the history of a partnership. Fields that its kind has
// no use for are empty.
type Event struct {
	Kind    Kind
	ID      uuid.UUID // of the ask, the offer, the café, the note
	At      time.Time
	Title   string     // of the ask or offer, the café's name
	Slug    string     // the café's
	Word    string     // see Kind
	WordAt  *time.Time // when they answered
	Reply   string     // what we answered their hand; empty: nothing
	ReplyAt *time.Time
	Times   int // dates held in the month
	Guests  int // guests who came to them
	Helpers int // of their own and others, who came to help
	Person  string
	Body    string     // of a note
	Author  *uuid.UUID // of a note
	Changed *time.Time // a note
	Made    time.Time  // when a note was written
}

// Note is the note that an event tells of.
func (e Event) Note() Note {
	return Note{ID: e.ID, AuthorID: e.Author, Author: e.Person, OnDate: e.At, Contact: Contact(e.Word), Body: e.Body, CreatedAt: e.Made, ChangedAt: e.Changed}
}

// History is a page of what happened, the newest first.
type History struct {
	Last   *time.Time // when we last had to do with each other; nil: never
	Silent bool       // that is too long ago
	Events []Event
	Total  int
	Page   int // from 1
	Pages  int
}

// PageSize is how many events a page shows.
const PageSize = 20

// events are all that happened with an organisation $1 up to $2, with the same
// columns each. What belonged to one that became part of it belongs to it; only
// the audit log keeps the old id.
const events = `events AS (
	SELECT 'asked' AS kind, a.id, coalesce(l.at, h.answered_at) AS at, a.title, '' AS slug, coalesce(h.answer, '') AS word,
		greatest(h.answered_at, h.changed_at) AS word_at, coalesce(h.reply, '') AS reply, h.replied_at AS reply_at,
		0 AS times, 0 AS guests, 0 AS helpers, '' AS person, '' AS body, NULL::uuid AS author, NULL::timestamptz AS changed, a.created_at AS made
	FROM asks a
	LEFT JOIN LATERAL (SELECT min(coalesce(sent_at, created_at)) AS at FROM ask_letters WHERE ask_id = a.id AND organisation_id = $1) l ON true
	LEFT JOIN hands h ON h.ask_id = a.id AND h.organisation_id = $1
	WHERE a.id IN (SELECT ask_id FROM ask_letters WHERE organisation_id = $1 UNION SELECT ask_id FROM hands WHERE organisation_id = $1)
	UNION ALL
	SELECT 'offer', f.id, coalesce(f.published_at, f.created_at), f.title, '', f.status, f.confirmed_at, '', NULL, 0, 0, 0, '', '', NULL, NULL, f.created_at
	FROM offers f WHERE f.organisation_id = $1
	UNION ALL
	SELECT 'hosted', c.id, max(oc.ends_at), c.name, c.slug, '', NULL, '', NULL, count(*)::int,
		sum(w.guests)::int, sum(w.helpers)::int, '', '', NULL, NULL, max(oc.ends_at)
	FROM cafe_hosts ch JOIN cafes c ON c.id = ch.cafe_id
	JOIN occasions oc ON oc.cafe_id = c.id AND oc.cancelled_at IS NULL AND oc.ends_at <= $2
	CROSS JOIN LATERAL (
		SELECT coalesce(sum(n) FILTER (WHERE kind = 'guest'), 0) AS guests, coalesce(sum(n) FILTER (WHERE kind <> 'guest'), 0) AS helpers
		FROM (SELECT p.kind, coalesce((SELECT sum(s.came) FROM sign_ups s WHERE s.place_id = p.id), 0)
				+ coalesce((SELECT sum(wi.people) FROM walk_ins wi WHERE wi.place_id = p.id), 0) AS n
			FROM occasion_places p WHERE p.occasion_id = oc.id) came) w
	WHERE ch.organisation_id = $1
	GROUP BY c.id, date_trunc('month', oc.starts_at AT TIME ZONE 'Europe/Copenhagen')
	UNION ALL
	-- who has left again is not named any longer
	SELECT 'joined', i.id, i.accepted_at, '', '', CASE WHEN i.contact THEN 'contact' ELSE 'member' END, NULL, '', NULL, 0, 0, 0,
		coalesce((SELECT ac.name FROM accounts ac JOIN organisation_people op ON op.account_id = ac.id AND op.organisation_id = $1
			WHERE ac.id = i.accepted_by), ''), '', NULL, NULL, i.accepted_at
	FROM invitations i WHERE i.organisation_id = $1 AND i.accepted_at IS NOT NULL
	UNION ALL
	SELECT 'turned', e.object_id, e.at, coalesce(m.name, ''), '', e.action, NULL, '', NULL, 0, 0, 0, coalesce(ac.name, ''), '', NULL, NULL, e.at
	FROM audit_entries e LEFT JOIN accounts ac ON ac.id = e.actor_id AND ac.role <> 'partner'
	LEFT JOIN organisations m ON m.id = e.object_id AND m.id <> $1
	WHERE e.object_id IN (SELECT id FROM organisations WHERE id = $1 OR merged_into = $1) AND e.object = 'organisation'
		AND e.action IN ('organisation.registered', 'organisation.created', 'organisation.approved', 'organisation.declined',
			'organisation.suspended', 'organisation.reinstated', 'organisation.merged')
	UNION ALL
	SELECT 'noted', n.id, (n.on_date + time '12:00') AT TIME ZONE 'Europe/Copenhagen', '', '', n.contact, NULL, '', NULL, 0, 0, 0,
		coalesce(ac.name, ''), n.body, n.author_id, n.changed_at, n.created_at
	FROM organisation_notes n LEFT JOIN accounts ac ON ac.id = n.author_id WHERE n.organisation_id = $1
)`

// History tells what happened with an organisation, a page at a time. A page
// after the last one is the first. size 0 stands for PageSize.
func (s *Service) History(ctx context.Context, actor authz.Actor, organisation uuid.UUID, page, size int) (History, error) {
	if !actor.Staff() {
		return History{}, errHidden()
	}
	if size <= 0 {
		size = PageSize
	}
	h, err := s.history(ctx, organisation, page, size)
	if err == nil && h.Page > h.Pages && h.Total > 0 {
		h, err = s.history(ctx, organisation, 1, size)
	}
	return h, err
}

func (s *Service) history(ctx context.Context, organisation uuid.UUID, page, size int) (History, error) {
	type row struct {
		Event
		LastContact *time.Time
		Quiet       bool
		All         int
	}
	h := History{Page: max(page, 1)}
	last := LastContact("$1::uuid", "$2")
	// One row at least: who has no events has a last contact all the same, or none.
	list, err := pg.All(ctx, s.db.Fresh(), `
		WITH `+events+`, seen AS (SELECT `+last+` AS last)
		SELECT coalesce(e.kind, '') AS kind, coalesce(e.id, $1::uuid) AS id, coalesce(e.at, $2) AS at, coalesce(e.title, '') AS title, coalesce(e.slug, '') AS slug,
			coalesce(e.word, '') AS word, e.word_at, coalesce(e.reply, '') AS reply, e.reply_at, coalesce(e.times, 0) AS times, coalesce(e.guests, 0) AS guests,
			coalesce(e.helpers, 0) AS helpers, coalesce(e.person, '') AS person, coalesce(e.body, '') AS body, e.author, e.changed, coalesce(e.made, $2) AS made,
			seen.last AS last_contact, (SELECT `+Silent("seen.last", "$2")+` FROM organisations o WHERE o.id = $1) AS quiet,
			(SELECT count(*)::int FROM events) AS "all"
		FROM seen JOIN organisations one ON one.id = $1
		LEFT JOIN (SELECT * FROM events ORDER BY at DESC, made DESC, id DESC LIMIT $3 OFFSET $4) e ON true
		ORDER BY e.at DESC, e.made DESC, e.id DESC`, pg.ByName[row], organisation, s.db.Now(), size, (h.Page-1)*size)
	if err != nil {
		return h, err
	}
	if len(list) == 0 {
		return h, fault.New(fault.NotFound, "")
	}
	h.Last, h.Silent, h.Total = list[0].LastContact, list[0].Quiet, list[0].All
	h.Pages = max(1, (h.Total+size-1)/size)
	for _, r := range list {
		if r.Kind != "" {
			h.Events = append(h.Events, r.Event)
		}
	}
	return h, nil
}
