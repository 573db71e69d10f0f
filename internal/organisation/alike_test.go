package organisation

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

func TestNamesThatMayBeMeantForTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b  string
		alike bool
	}{
		{"Klubben", "KLUBBEN", true},
		{"Åhavens Venner", "Aahavens venner", true},
		{"Håndværk & Hygge ApS", "Haandvaerk og hygge", true},
		{"Somalisk Kvindeforening Nord", "Kvindeforeningen Somalisk nord", true},
		{"Cykelværkstedet", "Cykelværkstdet", true},
		{"Foreningen Morgengry", "Morgengry", true},
		{"Netværk A/S", "Netvaerk", true},
		{"Українська громада", "українська Громада", true},
		{"جمعية النور", "جمعية النور", true},
		{"Baobab", "Hjemstavnsforeningen Baobab", true},
		{"Boligselskabet Havtornen", "Havtornen", true},
		{"Idrætsforening Nord", "Boligforening Nord", false},
		{"Afdeling 5", "Afdeling 6", false},
		{"Boligforening Nord", "Boligforening Syd", false},
		{"Koret", "Kurven", false},
		{"FK", "BK", false},
		{"Українська громада", "جمعية النور", false},
		{"Den Grønne Forening", "Den Røde Forening", false},
	} {
		if got := alikeNames(nameWords(c.a), nameWords(c.b)); got != c.alike {
			t.Errorf("%q and %q: %v (%v, %v)", c.a, c.b, got, nameWords(c.a), nameWords(c.b))
		}
	}
}

func TestWhoIsLikeThemIsShownBeforeASecondIsMade(t *testing.T) {
	b := setUp(t)
	b.create(full("Åhavens Venner"), true)
	other := full("Noget Helt Andet")
	other.CVR = "10150817"
	b.create(other, true)
	in := full("Aahavens venner ")
	in.ContactEmail, in.CVR = "ny@example.org", ""
	if _, err := b.s.Register(t.Context(), authz.Nobody, applying(in)); !errors.Is(err, ErrAlike) {
		t.Fatalf("got %v", err)
	}
	if list, err := b.s.Alike(t.Context(), in); err != nil || len(list) != 1 || list[0].Slug != "aahavens-venner" {
		t.Errorf("got %+v, %v", list, err)
	}
	in.CVR = "10 15 08 17"
	if list, err := b.s.Alike(t.Context(), in); err != nil || len(list) != 2 || !list[0].SameCVR || list[0].Name != "Noget Helt Andet" {
		t.Errorf("the same number comes first: %+v, %v", list, err)
	}
	// Somebody else they are: the number may be shared, the very same name not.
	in.Name = "Åhavens Venner Nord"
	ref, err := b.s.Register(t.Context(), authz.Nobody, Application{Input: in, Consent: true, Another: true})
	if err != nil {
		t.Fatal(err)
	}
	o := b.bySlug(ref.Slug)
	if o.CVR != "10150817" {
		t.Errorf("got %+v", o)
	}
	// Staff see who the waiting one may be; others do not get to ask.
	if list, err := b.s.AlikeTo(t.Context(), coordinator(), o); err != nil || len(list) == 0 || list[0].Name != "Noget Helt Andet" {
		t.Errorf("got %+v, %v", list, err)
	}
	if _, err := b.s.AlikeTo(t.Context(), partner(uuid.New(), true), o); !fault.Is(err, fault.Forbidden) {
		t.Errorf("got %v", err)
	}
}

func TestOneThatWaitsIsToldOnlyToThoseWhoWrote(t *testing.T) {
	b := setUp(t)
	if _, err := b.s.Register(t.Context(), authz.Nobody, applying(full("Morgengry"))); err != nil {
		t.Fatal(err)
	}
	again := full("Foreningen Morgengry")
	again.CVR, again.ContactEmail = "", "Bo@Example.org"
	if _, err := b.s.Register(t.Context(), authz.Nobody, applying(again)); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "already_registered") {
		t.Errorf("the same people: %v", err)
	}
	stranger := full("Morgengry")
	stranger.ContactEmail = "fremmed@example.org"
	if list, err := b.s.Alike(t.Context(), stranger); err != nil || len(list) != 0 {
		t.Errorf("told a stranger: %+v, %v", list, err)
	}
	if ref, err := b.s.Register(t.Context(), authz.Nobody, applying(stranger)); err != nil || ref.Slug != "morgengry-2" {
		t.Errorf("got %v, %v", ref, err)
	}
}

func TestNothingIsKeptWithoutConsent(t *testing.T) {
	b := setUp(t)
	if _, err := b.s.Register(t.Context(), authz.Nobody, Application{Input: full("Koret")}); !fault.FieldsOf(err).Has("consent") {
		t.Errorf("got %v", err)
	}
	ref, err := b.s.Register(t.Context(), authz.Nobody, applying(full("Koret")))
	if err != nil {
		t.Fatal(err)
	}
	b.create(full("Af Os"), true)
	var kept, staffs bool
	row := b.db.Pool().QueryRow(t.Context(), `SELECT consent_at = $2, (SELECT consent_at IS NULL FROM organisations WHERE slug = 'af-os')
		FROM organisations WHERE id = $1`, ref.ID, noon)
	if err := row.Scan(&kept, &staffs); err != nil || !kept || !staffs {
		t.Errorf("got %v %v, %v", kept, staffs, err)
	}
}
