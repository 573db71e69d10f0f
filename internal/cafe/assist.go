package cafe

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
)

// Somebody without e-mail, or without Danish, is signed up at a desk: they say
// yes to being written down, and whoever helps them is remembered. They stand
// in the same line as everybody else.

// SignUpFor signs somebody up who is helped at the desk, and who has said yes
// to it. Address and number may both be missing: the receipt's code then stands
// alone. Sign-up may be closed already, as long as the café has not begun.
// Fields: as SignUp's, and consent.
func (s *Service) SignUpFor(ctx context.Context, a authz.Actor, slug string, date time.Time, in SignUp, consent bool) (Receipt, error) {
	return s.SignUpOnce(ctx, a, slug, date, newID(), in, consent)
}

// SignUpOnce is SignUpFor from a page that made the id press: sent again, it
// answers with what came of it the first time, and a fresh link.
func (s *Service) SignUpOnce(ctx context.Context, a authz.Actor, slug string, date time.Time, press uuid.UUID, in SignUp, consent bool) (Receipt, error) {
	var receipt Receipt
	err := s.doorWrite(ctx, a, slug, date, func(tx *pg.Tx, o Occasion) error {
		first, err := remember(ctx, tx, press, o.OccasionID)
		if err != nil || !first {
			return cmpErr(err, errPressedBefore)
		}
		f := in.validate(true)
		if !consent {
			f.Add("consent", "desk.write_consent")
		}
		if err := f.Err(); err != nil {
			return err
		}
		receipt, err = signUpFor(ctx, tx, o, pressed(press, 0), in)
		return err
	})
	if errors.Is(err, errPressedBefore) {
		return s.receiptAgain(ctx, a, slug, date, pressed(press, 0))
	}
	return receipt, err
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// remember notes a press and tells whether it is the first of its id. One for
// another date is none of ours.
func remember(ctx context.Context, tx *pg.Tx, press, occasion uuid.UUID) (first bool, err error) {
	tag, err := tx.Exec(ctx, `INSERT INTO door_presses (id, occasion_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		press, occasion, tx.Now())
	return tag.RowsAffected() == 1, err
}

// pressed is the id of what row number i of a page makes, so that the page is
// recognised in it when it is sent again.
func pressed(press uuid.UUID, i int) uuid.UUID {
	return uuid.NewSHA1(press, []byte(strconv.Itoa(i)))
}

// signUpFor takes a valid sign-up through the gate that everybody passes.
func signUpFor(ctx context.Context, tx *pg.Tx, o Occasion, id uuid.UUID, in SignUp) (Receipt, error) {
	p, err := newSignUp(tx.Actor(), o.Slug, o.OnDate, in, tx.Now(), true)
	if err != nil {
		return Receipt{}, err
	}
	p.ID, p.args[4] = id, id
	got, err := p.signUp(ctx, tx)
	p.Status = got.Status
	switch {
	case fault.Is(err, fault.NotFound):
		return Receipt{}, whyNotHelped(o, in.Place, tx.Now())
	case err != nil:
		return Receipt{}, atTheDesk(err)
	}
	p.Status = got.Status
	return p.Receipt, audit.Write(ctx, tx, audit.Entry{Action: "cafe.helped", Object: "sign_up", ID: id,
		Detail: map[string]string{"consent": "spoken"}})
}

// whyNotHelped finds the reason that a helped sign-up met no open place.
func whyNotHelped(o Occasion, key string, now time.Time) error {
	if !o.Coming(now) {
		return o.WhyClosed(now)
	}
	if _, known := o.Place(key); !known {
		return fault.InField(fault.Invalid, "place", "cafes.write_place")
	}
	return fault.New(fault.Unavailable, "")
}

// atTheDesk says the same to somebody who helps as to somebody who signs up by
// themselves, about a third person.
func atTheDesk(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		for i := range f.Fields {
			if f.Fields[i].Key == "cafes.already_signed_up" {
				f.Key, f.Fields[i].Key = "desk.already_signed_up", "desk.already_signed_up"
			}
		}
	}
	return err
}

// receiptAgain is the receipt of a sign-up that was made before, with a fresh
// link.
func (s *Service) receiptAgain(ctx context.Context, a authz.Actor, slug string, date time.Time, id uuid.UUID) (Receipt, error) {
	token, err := s.NewSlip(ctx, a, slug, date, id)
	if err != nil {
		return Receipt{}, err
	}
	slip, err := s.Slip(ctx, a, slug, date, id, token)
	return Receipt{ID: id, Token: token, Code: slip.Code, Status: slip.Status}, err
}

// AtDesk returns a date for those who may help people sign up for it; for
// everybody else there is no such desk.
func (s *Service) AtDesk(ctx context.Context, a authz.Actor, slug string, date time.Time) (Occasion, error) {
	o, err := occasion(ctx, s.db.Fresh(), slug, date)
	if err != nil {
		return Occasion{}, err
	}
	if !a.MaySeeSignUps(o.DistrictID, o.HostIDs()) {
		return Occasion{}, fault.New(fault.NotFound, "")
	}
	return o, nil
}

// Slip is a sign-up as it is printed for the one it is about.
type Slip struct {
	Occasion
	Place        Place
	ID           uuid.UUID
	Status       Status
	Name         string
	Phone        string // E.164; empty: none
	Party        int
	Language     string
	Locale       string
	Code         string // empty: the first slip has not been made
	Line         int    // number in line from 1; 0 when not waiting
	ContactName  string // of the district's contact; empty: none
	ContactPhone string // E.164; empty: none
	Link         bool   // the link asked about is theirs
}

type slipRow struct {
	Key          string
	ID           uuid.UUID
	Status       Status
	Name         string
	Phone        string
	Party        int
	Language     string
	Locale       string
	Code         string
	Line         int
	ContactName  string
	ContactPhone string
	Link         bool
}

// Slip returns what a sign-up's slip says; t is the link to print, and may be
// empty.
func (s *Service) Slip(ctx context.Context, a authz.Actor, slug string, date time.Time, id uuid.UUID, t Token) (Slip, error) {
	o, err := s.AtDesk(ctx, a, slug, date)
	if err != nil {
		return Slip{}, err
	}
	list, err := s.slips(ctx, o, []uuid.UUID{id}, t)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "")
	}
	if err != nil {
		return Slip{}, err
	}
	return list[0], nil
}

// ListSlips returns the slips of everybody on the paper list that was sent with
// the id, in the order of the paper. They have codes and no links.
func (s *Service) ListSlips(ctx context.Context, a authz.Actor, slug string, date time.Time, press uuid.UUID) ([]Slip, error) {
	o, err := s.AtDesk(ctx, a, slug, date)
	if err != nil {
		return nil, err
	}
	return s.slips(ctx, o, allPressed(press), "")
}

func (s *Service) slips(ctx context.Context, o Occasion, ids []uuid.UUID, t Token) ([]Slip, error) {
	rows, err := pg.All(ctx, s.db.Fresh(), `
		SELECT p.key, s.id, s.status, s.name, coalesce(s.phone, '') AS phone, s.party, s.language, s.locale, coalesce(s.code, '') AS code,
		       CASE WHEN s.status = 'waiting' THEN
		           (SELECT count(*) FROM sign_ups w WHERE w.place_id = s.place_id AND w.status = 'waiting' AND w.seq <= s.seq)
		       ELSE 0 END::int AS line,
		       coalesce(c.name, '') AS contact_name, coalesce(c.phone, '') AS contact_phone,
		       EXISTS (SELECT FROM sign_up_links l WHERE l.sign_up_id = s.id AND l.token_hash = $3) AS link
		FROM sign_ups s
		JOIN occasion_places p ON p.id = s.place_id
		JOIN districts d ON d.id = $4
		LEFT JOIN accounts c ON c.id = acting(d.contact_account_id, $5)
		WHERE s.id = ANY ($1) AND p.occasion_id = $2 AND s.forgotten_at IS NULL
		ORDER BY s.seq`, pg.ByName[slipRow], ids, o.OccasionID, t.hash(), o.DistrictID, i18n.Day(s.db.Now()))
	list := make([]Slip, len(rows))
	for i, r := range rows {
		list[i] = Slip{Occasion: o, ID: r.ID, Status: r.Status, Name: r.Name, Phone: r.Phone, Party: r.Party, Language: r.Language,
			Locale: r.Locale, Code: r.Code, Line: r.Line, ContactName: r.ContactName, ContactPhone: r.ContactPhone, Link: r.Link}
		list[i].Place, _ = o.Place(r.Key)
	}
	return list, err
}

// NewSlip makes a fresh personal link to print for a sign-up that stands, and a
// code where there was none: with a mail address alone nobody had use for one.
func (s *Service) NewSlip(ctx context.Context, a authz.Actor, slug string, date time.Time, id uuid.UUID) (Token, error) {
	token := newToken()
	err := s.doorWrite(ctx, a, slug, date, func(tx *pg.Tx, o Occasion) error {
		tag, err := tx.Exec(ctx, `
			UPDATE sign_ups s SET code = coalesce(s.code, CASE WHEN s.phone IS NULL THEN $3 ELSE left($3, $4) END)
			FROM occasion_places p
			WHERE s.id = $1 AND p.id = s.place_id AND p.occasion_id = $2 AND s.forgotten_at IS NULL`,
			id, o.OccasionID, newCode(codeAlone), codeWithPhone)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO sign_up_links (token_hash, sign_up_id) VALUES ($1, $2)`, token.hash(), id); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.slip_made", Object: "sign_up", ID: id})
	})
	return token, err
}
