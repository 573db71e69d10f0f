package district

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

func TestRelationsAndDutiesOfADistrict(t *testing.T) {
	b := setUp(t)
	boss, other := b.account("Kirsten Prøve", "administrator"), b.account("Bodil Prøve", "coordinator")
	ref := b.create(boss, Input{Name: "Herby", Strengths: []Strength{{Body: "Her hilser vi på hinanden."}}})
	club := uuid.New()
	b.exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_name, contact_email, decided_at, created_at, updated_at)
		VALUES ($1, 'klubben', 'Klubben', 'culture', 'approved', 'Prøve', 'klub@post.example', now(), now(), now())`, club)
	since := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	in := SideInput{
		Relations: []Relation{{Organisation: club, What: "Sommerfesten", Tie: Close, Since: &since}, {}, {Name: "Viceværterne på torvet", Tie: Beginning}},
		Duties:    []Duty{{Account: boss.AccountID, What: "Kontakt til boligerne"}, {Organisation: club, What: "Nøgler til salen"}, {Name: "Cafévagterne", What: "Opslagstavlen"}, {}},
	}
	if err := b.s.SaveSide(t.Context(), boss, ref.ID, in); err != nil {
		t.Fatal(err, fault.FieldsOf(err))
	}
	side, err := b.s.Side(t.Context(), other, ref.Slug) // all staff read it
	if err != nil {
		t.Fatal(err)
	}
	if len(side.Relations) != 2 || side.Relations[0].Name != "Klubben" || side.Relations[0].Slug != "klubben" || side.Relations[0].Since == nil ||
		!side.Relations[0].Since.Equal(since) || side.Relations[1].Name != "Viceværterne på torvet" || side.Relations[1].Tie != Beginning {
		t.Errorf("%+v", side.Relations)
	}
	if len(side.Duties) != 3 || side.Duties[0].Name != "Kirsten Prøve" || side.Duties[1].Name != "Klubben" || side.Duties[2].Name != "Cafévagterne" {
		t.Errorf("%+v", side.Duties)
	}
	if len(side.Strengths) != 1 || side.Version != 1 {
		t.Errorf("%d strengths, version %d", len(side.Strengths), side.Version)
	}
	if err := b.s.SaveSide(t.Context(), boss, ref.ID, in); !fault.Is(err, fault.Conflict) {
		t.Errorf("what somebody else changed meanwhile: %v", err)
	}
	if err := b.s.SaveSide(t.Context(), other, ref.ID, in); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff of another district: %v", err)
	}
	for _, a := range []authz.Actor{authz.Nobody, {Role: authz.Partner}} {
		if _, err := b.s.Side(t.Context(), a, ref.Slug); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", a.Role, err)
		}
	}
	// Whoever leaves is still named.
	b.exec(`DELETE FROM accounts WHERE id = $1`, boss.AccountID)
	if side, err = b.s.Side(t.Context(), other, ref.Slug); err != nil || side.Duties[0].Name != "Kirsten Prøve" || side.Duties[0].Account != uuid.Nil {
		t.Errorf("%+v %v", side.Duties, err)
	}
}

func TestWhatIsNoRelationAndNoDuty(t *testing.T) {
	b := setUp(t)
	boss, partner := b.account("Kirsten Prøve", "administrator"), b.account("Bodil Prøve", "partner")
	ref := b.create(boss, Input{Name: "Herby", Strengths: []Strength{{Body: "Her hilser vi på hinanden."}}})
	ahead := noon.AddDate(0, 0, 2)
	for field, in := range map[string]SideInput{
		"relations[0].name":         {Relations: []Relation{{What: "Fester", Tie: Good}}},
		"relations[0].what":         {Relations: []Relation{{Name: "En", What: "010203-1234", Tie: Good}}},
		"relations[0].tie":          {Relations: []Relation{{Name: "En", Tie: "x"}}},
		"relations[0].since":        {Relations: []Relation{{Name: "En", Tie: Good, Since: &ahead}}},
		"relations[0].organisation": {Relations: []Relation{{Organisation: uuid.New(), Tie: Good}}},
		"duties[0].name":            {Duties: []Duty{{What: "Nøgler"}}},
		"duties[0].what":            {Duties: []Duty{{Name: "En"}}},
		"duties[0].who":             {Duties: []Duty{{Account: partner.AccountID, What: "Nøgler"}}},
		"duties": {Duties: func() (d []Duty) {
			for range MaxSideRows + 1 {
				d = append(d, Duty{Name: "En", What: "x"})
			}
			return d
		}()},
	} {
		if err := b.s.SaveSide(t.Context(), boss, ref.ID, in); !fault.Is(err, fault.Invalid) || !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v %v", field, err, fault.FieldsOf(err))
		}
	}
}
