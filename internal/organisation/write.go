package organisation

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Create adds an organisation on behalf of staff, approved at once or waiting
// like one that registered itself. Who is approved at once is sent the letter
// with a link to come in by, as after Approve.
func (s *Service) Create(ctx context.Context, actor authz.Actor, in Input, approve bool) (Ref, error) {
	if !actor.Staff() && actor.Role != authz.System {
		return Ref{}, fault.New(fault.Forbidden, "")
	}
	f := in.Validate()
	if !actor.MayReviewOrganisation(in.Districts) {
		f.Add("districts", "organisations.choose_own_district")
	}
	if err := f.Err(); err != nil {
		return Ref{}, err
	}
	status := Pending
	if approve {
		status = Approved
	}
	return s.add(ctx, actor, in.Tidy(), status, "organisation.created")
}

// Application is how an organisation tells about itself when it asks to come
// along.
type Application struct {
	Input
	Consent bool // we may keep it and write to them
	Another bool // they have seen who is like them, and are somebody else
}

// Register is how an organisation asks to come along by itself. It waits for
// staff, who needs somebody to write to.
func (s *Service) Register(ctx context.Context, actor authz.Actor, in Application) (Ref, error) {
	f := in.Validate()
	tidy := in.Tidy()
	if tidy.ContactName == "" {
		f.Add("contact_name", "organisations.contact_name_missing")
	}
	if tidy.ContactEmail == "" {
		f.Add("contact_email", "organisations.contact_email_missing")
	}
	if !in.Consent {
		f.Add("consent", "organisations.consent_missing")
	}
	if err := f.Err(); err != nil {
		return Ref{}, err
	}
	if err := s.waiting(ctx, tidy); err != nil {
		return Ref{}, err
	}
	if !in.Another {
		list, err := s.Alike(ctx, tidy)
		if err != nil {
			return Ref{}, err
		}
		if len(list) > 0 {
			return Ref{}, ErrAlike
		}
	}
	return s.add(ctx, actor, tidy, Pending, "organisation.registered")
}

// ErrAlike says that somebody like them is here already: Alike tells who.
var ErrAlike = fault.New(fault.Conflict, "organisations.alike")

// waiting tells those who have written before that we have it. Only whoever
// gives the same address is told.
func (s *Service) waiting(ctx context.Context, in Input) error {
	names, err := pg.All(ctx, s.db.Fresh(), `
		SELECT name FROM organisations WHERE status = 'pending' AND lower(contact_email) = lower($1)`,
		pg.Scalar[string], in.ContactEmail)
	for _, name := range names {
		if alikeNames(nameWords(in.Name), nameWords(name)) {
			return fault.New(fault.Conflict, "organisations.already_registered")
		}
	}
	return err
}

func (s *Service) add(ctx context.Context, actor authz.Actor, in Input, status Status, action string) (Ref, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Ref{}, err
	}
	ref := Ref{ID: id}
	err = s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		if ref.Slug, err = insert(ctx, tx, id, in, status, action == "organisation.registered"); err != nil {
			return err
		}
		if err := setDistricts(ctx, tx, id, in.Districts); err != nil {
			return err
		}
		// Who is let in by staff at once is told as others are; what the program
		// fills in itself is nobody's news.
		if status == Approved && actor.Staff() {
			o := Organisation{ID: id, Slug: ref.Slug, Name: in.Name, ContactName: in.ContactName, ContactEmail: in.ContactEmail, ContactLocale: in.Locale}
			if err := tellDecision(ctx, tx, o, status, ""); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "organisation", ID: id,
			Detail: map[string]any{"status": status}})
	})
	if err != nil {
		return Ref{}, err
	}
	return ref, nil
}

// insert finds a free address for the name. A name that everybody can see is in
// use is refused; whether others have it is for staff to know, not for those who
// register.
func insert(ctx context.Context, tx *pg.Tx, id uuid.UUID, in Input, status Status, consent bool) (string, error) {
	base := text.Slug(in.Name)
	if base == "" { // a name in other letters than the Latin ones
		base = "partner-" + id.String()[28:]
	}
	for n := 1; n < 100; n++ {
		slug := base
		if n > 1 {
			slug += "-" + strconv.Itoa(n)
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO organisations (id, slug, name, kind, about, languages, cvr, website, contact_name, contact_email,
				contact_phone, contact_locale, status, decided_at, created_at, updated_at, consent_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text,
				CASE WHEN $13::text <> 'pending' THEN $14::timestamptz END, $14, $14, CASE WHEN $15 THEN $14::timestamptz END)
			ON CONFLICT (slug) DO NOTHING`,
			id, slug, in.Name, in.Kind, in.About, in.Languages, in.CVR, in.Website, in.ContactName, in.ContactEmail,
			in.ContactPhone, in.Locale, status, tx.Now(), consent)
		if err != nil {
			return "", err
		}
		if tag.RowsAffected() == 1 {
			return slug, nil
		}
		type holder struct {
			Status Status
			Again  bool // the same people pressed twice
		}
		h, err := pg.One(ctx, tx, `
			SELECT status, status = 'pending' AND contact_email <> '' AND lower(contact_email) = lower($2) AS again
			FROM organisations WHERE slug = $1`, pg.ByName[holder], slug, in.ContactEmail)
		staff := tx.Actor().Staff() || tx.Actor().Role == authz.System
		switch {
		case err != nil:
			return "", err
		case h.Again:
			return "", fault.New(fault.Conflict, "organisations.already_registered")
		case h.Status == Approved, staff && (h.Status == Pending || h.Status == Suspended):
			return "", fault.InField(fault.Conflict, "name", "organisations.name_taken")
		}
	}
	return "", fault.InField(fault.Conflict, "name", "organisations.name_taken")
}

func setDistricts(ctx context.Context, tx *pg.Tx, id uuid.UUID, districts []uuid.UUID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM organisation_districts WHERE organisation_id = $1`, id); err != nil {
		return err
	}
	if len(districts) == 0 {
		return nil
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO organisation_districts (organisation_id, district_id)
		SELECT $1, id FROM districts WHERE id = ANY($2)`, id, districts)
	if err != nil {
		return err
	}
	if int(tag.RowsAffected()) != len(districts) {
		return fault.InField(fault.Invalid, "districts", text.KeyChooseOne)
	}
	return nil
}

// held reads an organisation and keeps others from changing it meanwhile.
func held(ctx context.Context, tx *pg.Tx, id uuid.UUID) (Organisation, error) {
	// The row is locked first, so that what is read is what is there once the
	// lock is ours.
	if _, err := pg.One(ctx, tx, `SELECT true FROM organisations WHERE id = $1 FOR UPDATE`, pg.Scalar[bool], id); err != nil {
		return Organisation{}, err
	}
	return pg.One(ctx, tx, `SELECT `+columns+` FROM organisations o WHERE o.id = $1`, pg.ByName[Organisation], id)
}

// Update changes an organisation, unless somebody else did since it was read.
func (s *Service) Update(ctx context.Context, actor authz.Actor, id uuid.UUID, in Input) error {
	if !actor.SignedIn() && actor.Role != authz.System {
		return fault.New(fault.Forbidden, "")
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		o, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := o.seenBy(actor); err != nil {
			return err
		}
		if !o.EditableBy(actor) {
			return fault.New(fault.Forbidden, "")
		}
		if err := in.Validate().Err(); err != nil {
			return err
		}
		in := in.Tidy()
		if !o.UpdatedAt.Equal(in.UpdatedAt) {
			return fault.New(fault.Conflict, "errors.stale")
		}
		if err := rewrite(ctx, tx, id, in); err != nil {
			return err
		}
		if err := noteEdits(ctx, tx, o, in); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation.updated", Object: "organisation", ID: id})
	})
}

// rewrite puts other words into an organisation that is held. Two changes never
// share a moment, or the second would not be seen as newer than the first.
func rewrite(ctx context.Context, tx *pg.Tx, id uuid.UUID, in Input) error {
	if _, err := tx.Exec(ctx, `
		UPDATE organisations SET name = $2, kind = $3, about = $4, languages = $5, cvr = $6, website = $7,
			contact_name = $8, contact_email = $9, contact_phone = $10, contact_locale = $11,
			updated_at = greatest($12, updated_at + interval '1 microsecond')
		WHERE id = $1`,
		id, in.Name, in.Kind, in.About, in.Languages, in.CVR, in.Website,
		in.ContactName, in.ContactEmail, in.ContactPhone, in.Locale, tx.Now()); err != nil {
		return err
	}
	return setDistricts(ctx, tx, id, in.Districts)
}

// Approve lets a waiting organisation in and sends its contact a link to come
// in by.
func (s *Service) Approve(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.decide(ctx, actor, id, Approved, "")
}

// Decline says no to a waiting organisation. The reason is sent to its
// contact.
func (s *Service) Decline(ctx context.Context, actor authz.Actor, id uuid.UUID, reason string) error {
	return s.decide(ctx, actor, id, Declined, reason)
}

func (s *Service) decide(ctx context.Context, actor authz.Actor, id uuid.UUID, status Status, reason string) error {
	if !actor.Staff() && actor.Role != authz.System {
		return fault.New(fault.Forbidden, "")
	}
	reason = text.Block(reason)
	if status == Declined {
		var f fault.Fields
		text.Require(&f, "reason", reason, 1000, "organisations.reason_missing")
		if err := f.Err(); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		o, err := held(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !actor.MayReviewOrganisation(o.DistrictIDs()):
			return fault.New(fault.Forbidden, "")
		case o.Status != Pending:
			return fault.New(fault.Conflict, "organisations.already_decided")
		}
		if _, err := tx.Exec(ctx, `
			UPDATE organisations SET status = $2, decline_reason = $3, decided_at = $4,
				updated_at = greatest($4, updated_at + interval '1 microsecond')
			WHERE id = $1`, id, status, reason, tx.Now()); err != nil {
			return err
		}
		if err := tellDecision(ctx, tx, o, status, reason); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation." + string(status), Object: "organisation", ID: id})
	})
}

// tellDecision writes to the contact of an organisation; of one that is let in,
// with a link to come in by.
func tellDecision(ctx context.Context, tx *pg.Tx, o Organisation, status Status, reason string) error {
	facts := map[string]any{"organisation": o.Name, "slug": o.Slug, "reason": reason}
	if status == Approved && o.ContactEmail != "" {
		token, err := account.InviteFirst(ctx, tx, o.ID, account.NewInvitation{Name: o.ContactName, Email: o.ContactEmail,
			Contact: true, Locale: o.ContactLocale})
		if err != nil {
			return err
		}
		if token != "" {
			facts["token"], facts["until"] = token, tx.Now().Add(account.InvitationLasts)
		}
	}
	return mail.Enqueue(ctx, tx, mail.Post{
		Letter: "organisation_" + string(status), To: o.ContactEmail, Name: o.ContactName, Locale: o.ContactLocale, Facts: facts,
	})
}
