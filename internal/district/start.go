package district

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// ActorKind is a sort of actor that work in a district should not begin without.
type ActorKind string

// ActorKinds are all of them, in the order they are shown, with the kinds of
// organisation that each is made of.
var ActorKinds = []ActorKind{"housing", "residents_board", "associations", "faith", "schools", "business", "police", "departments"}

var actorOrganisations = map[ActorKind][]string{
	"housing":         {"housing_organisation", "housing_section"},
	"residents_board": {"section_board", "residents_board"},
	"associations":    {"association", "sports_club", "hometown_association", "culture"},
	"faith":           {"faith_community", "clergy_network"},
	"schools":         {"school"},
	"business":        {"business"},
	"police":          {"police"},
	"departments":     {"department"},
}

// Key is the message key of the kind's name.
func (k ActorKind) Key() string { return "start.actor_" + string(k) }

// Invited is somebody who was asked to come along.
type Invited struct {
	Actor   ActorKind
	Name    string
	Email   string
	SentAt  time.Time
	Arrived bool // an organisation with this address has registered since
}

// Start is how far work in a district has come.
type Start struct {
	District
	Kinds     map[ActorKind][]string // names of the organisations that are there
	Invited   []Invited
	Workshops int // that are planned or have been held
}

// Missing are the kinds of actor that nobody has come from.
func (s Start) Missing() []ActorKind {
	return slices.DeleteFunc(slices.Clone(ActorKinds), func(k ActorKind) bool { return len(s.Kinds[k]) > 0 })
}

// Step is one thing to do when work begins in a district.
type Step struct {
	Name string
	Done bool
}

// Key is the message key of what the step is called.
func (s Step) Key() string { return "start.step_" + s.Name }

// Steps are what is to be done, in order. Nobody need wait for the one before.
func (s Start) Steps() []Step {
	return []Step{
		{"strengths", len(s.Strengths) > 0},
		{"contact", s.Contact != nil},
		{"invite", len(s.Invited) > 0 || len(s.Missing()) == 0},
		{"actors", len(s.Missing()) == 0},
		{"workshop", s.Workshops > 0},
	}
}

// Done counts the steps that are done.
func (s Start) Done() (n int) {
	for _, step := range s.Steps() {
		if step.Done {
			n++
		}
	}
	return n
}

// Beginning tells how far work in a district has come.
func (s *Service) Beginning(ctx context.Context, actor authz.Actor, slug string) (Start, error) {
	d, err := s.BySlug(ctx, slug)
	if err != nil {
		return Start{}, err
	}
	if !actor.MayEditDistrict(d.ID) {
		return Start{}, fault.New(fault.Forbidden, "")
	}
	type row struct {
		Organisations []struct{ Kind, Name string }
		Invited       []Invited
		Workshops     int
	}
	r, err := pg.One(ctx, s.db.Fresh(), `
		SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('Kind', o.kind, 'Name', o.name) ORDER BY o.name COLLATE "da-x-icu"), '[]')
				FROM organisations o JOIN organisation_districts x ON x.organisation_id = o.id WHERE x.district_id = $1 AND o.status = 'approved') AS organisations,
			(SELECT coalesce(jsonb_agg(jsonb_build_object('Actor', i.actor, 'Name', i.name, 'Email', i.email, 'SentAt', i.sent_at,
					'Arrived', EXISTS (SELECT FROM organisations o WHERE lower(o.contact_email) = lower(i.email) AND o.created_at >= i.sent_at))
					ORDER BY i.name COLLATE "da-x-icu", i.id), '[]')
				FROM district_invitations i WHERE i.district_id = $1) AS invited,
			(SELECT count(*)::int FROM workshops w WHERE w.district_id = $1 AND w.cancelled_at IS NULL) AS workshops`, pg.ByName[row], d.ID)
	if err != nil {
		return Start{}, err
	}
	st := Start{District: d, Kinds: map[ActorKind][]string{}, Invited: r.Invited, Workshops: r.Workshops}
	for _, o := range r.Organisations {
		for kind, list := range actorOrganisations {
			if slices.Contains(list, o.Kind) {
				st.Kinds[kind] = append(st.Kinds[kind], o.Name)
			}
		}
	}
	return st, nil
}

// Invitation is somebody to ask along.
type Invitation struct {
	Actor ActorKind
	Name  string
	Email string
}

// Invitations reads one actor a line: a name and an address. A line without an
// address is kept with none, and is refused as such.
func Invitations(k ActorKind, s string) []Invitation {
	var list []Invitation
	for line := range strings.Lines(s) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		in := Invitation{Actor: k, Name: text.Line(line)}
		if at := slices.IndexFunc(words, func(w string) bool { return strings.Contains(w, "@") }); at >= 0 {
			in.Email = strings.Trim(words[at], "<>,;:()")
			in.Name = strings.TrimRight(strings.Join(slices.Delete(slices.Clone(words), at, at+1), " "), " ,;:–-")
		}
		if in.Name == "" {
			in.Name = in.Email
		}
		list = append(list, in)
	}
	return list
}

// mostInvited is how many can be asked in one go.
const mostInvited = 100

// InviteBroadly asks many to come along at once, each by a letter of their own.
// Who was asked for this district before is not asked again. It returns how
// many letters were sent.
func (s *Service) InviteBroadly(ctx context.Context, actor authz.Actor, slug string, list []Invitation, words string) (sent int, err error) {
	words = text.Block(words)
	var f fault.Fields
	text.Check(&f, "words", words, 2000)
	for _, in := range list {
		field := "invite_" + string(in.Actor)
		email, ok := text.Email(in.Email)
		switch {
		case f.Has(field):
		case !slices.Contains(ActorKinds, in.Actor):
			return 0, fault.New(fault.Invalid, "")
		case !ok || email == "":
			f.Add(field, "start.line_email", "Line", in.Name)
		default:
			text.Check(&f, field, in.Name, 160)
		}
	}
	switch {
	case len(list) == 0:
		f.Add("invite_"+string(ActorKinds[0]), "start.nobody")
	case len(list) > mostInvited:
		f.Add("invite_"+string(list[0].Actor), "start.too_many", "Max", mostInvited)
	}
	if err := f.Err(); err != nil {
		return 0, err
	}
	d, err := s.BySlug(ctx, slug)
	if err != nil {
		return 0, err
	}
	if !actor.MayEditDistrict(d.ID) {
		return 0, fault.New(fault.Forbidden, "")
	}
	err = s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		var posts []mail.Post
		for _, in := range list {
			email, _ := text.Email(in.Email)
			id, err := uuid.NewV7()
			if err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, `
				INSERT INTO district_invitations (id, district_id, actor, name, email, sent_at, sent_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT DO NOTHING`, id, d.ID, in.Actor, in.Name, email, tx.Now(), actor.AccountID)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 1 {
				posts = append(posts, mail.Post{Letter: "district_invitation", To: email, Name: in.Name, Locale: "da",
					Facts: map[string]any{"district": d.Name, "slug": d.Slug, "words": words, "from": actor.Name}})
			}
		}
		sent = len(posts)
		if err := mail.Enqueue(ctx, tx, posts...); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "district.invited", Object: "district", ID: d.ID, Detail: map[string]any{"sent": sent}})
	})
	return sent, err
}
