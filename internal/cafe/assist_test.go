package cafe

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

// newDesk is newWorld where those who help have accounts, as they do.
func newDesk(t *testing.T, capacity map[Kind]int) *world {
	t.Helper()
	w := newWorld(t, capacity)
	for name, a := range map[string]authz.Actor{"Ida Opdigtet": w.host, "Bo Opdigtet": w.coordinator} {
		w.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
			VALUES ($1, $2, $3, $4, '', now(), now())`, a.AccountID, a.Role.String()+"@post.example", name, a.Role.String())
	}
	return w
}

func neighbour(name string) SignUp {
	return SignUp{Place: "guest", Name: name, Party: 1, Language: "ar", Locale: "da"}
}

func (w *world) helps(a authz.Actor, in SignUp) (Receipt, error) {
	return w.s.SignUpFor(context.Background(), a, w.cafe.Slug, w.date, in, true)
}

// Without address and number there is the code, which opens the sign-up by
// itself, and who helped is remembered.
func TestSomebodyWithoutMailAndPhoneGetsAPlaceAndACode(t *testing.T) {
	t.Parallel()
	w := newDesk(t, map[Kind]int{Guest: 2})
	first, err := w.helps(w.host, neighbour("Fatima"))
	if err != nil || first.Status != Placed || len(first.Code) != codeAlone {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := w.helps(w.coordinator, neighbour("Fatima")) // a name is not an address: two may share it
	if err != nil || second.Status != Placed {
		t.Fatalf("%+v, %v", second, err)
	}
	third, err := w.helps(w.host, neighbour("Omar"))
	if err != nil || third.Status != Waiting {
		t.Fatalf("the queue is for everybody: %+v, %v", third, err)
	}
	w.check()
	token, err := w.s.ByCode(t.Context(), "", strings.ToLower(first.Code[:4]+" "+first.Code[4:8]+"-"+first.Code[8:]))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := w.s.Cancel(t.Context(), authz.Nobody, token); err != nil || m.Name != "Fatima" {
		t.Fatalf("%+v, %v", m, err)
	}
	if m := w.mine(third); m.Status != Placed {
		t.Errorf("the one in line is %s", m.Status)
	}
	w.check()
	g, err := w.s.Guestlist(t.Context(), w.host, w.cafe.Slug, w.date)
	if err != nil {
		t.Fatal(err)
	}
	by := map[uuid.UUID]string{}
	for _, l := range g.Lines {
		if !l.Helped {
			t.Errorf("%s is not marked as helped", l.Name)
		}
		by[l.ID] = l.HelpedBy
	}
	if by[first.ID] != "Ida Opdigtet" {
		t.Errorf("helped by %q", by[first.ID])
	}
	if n := w.count(`FROM audit_entries WHERE action = 'cafe.helped' AND object_id = $1 AND actor_id = $2`, first.ID, w.host.AccountID); n != 1 {
		t.Errorf("%d entries tell who helped", n)
	}
	if n := w.mails("cafe_receipt"); n != 0 {
		t.Errorf("%d mails to nobody", n)
	}
}

func TestOnlyStaffAndHostsHelpAndOnlyWithConsent(t *testing.T) {
	t.Parallel()
	w := newDesk(t, map[Kind]int{Guest: 2})
	for name, a := range map[string]authz.Actor{"a coordinator elsewhere": w.stranger, "another partner": w.other, "nobody": authz.Nobody} {
		if _, err := w.helps(a, neighbour("Fatima")); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s helps: %v", name, err)
		}
		if _, err := w.s.WritePaperList(t.Context(), a, w.cafe.Slug, w.date, uuid.New(), PaperList{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s writes a list: %v", name, err)
		}
		if _, err := w.s.AtDesk(t.Context(), a, w.cafe.Slug, w.date); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s sees the desk: %v", name, err)
		}
	}
	_, err := w.s.SignUpFor(t.Context(), w.host, w.cafe.Slug, w.date, SignUp{Place: "ghost", Email: "nej", Phone: "1", Party: 11, Language: "xx"}, false)
	for _, field := range []string{"place", "name", "email", "phone", "party", "language", "consent"} {
		if !fieldsOf(err).Has(field) {
			t.Errorf("%s is taken as it is", field)
		}
	}
	if n := w.count(`FROM sign_ups`) + w.count(`FROM door_presses`); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func fieldsOf(err error) fault.Fields {
	if f, ok := err.(*fault.Error); ok { //nolint:errorlint // as the service returned it
		return f.Fields
	}
	return nil
}

// Help is given until the café begins, also before sign-up opens and after it
// has closed; not at a café that was called off.
func TestHelpIsGivenUntilTheCafeBegins(t *testing.T) {
	t.Parallel()
	w := newDesk(t, map[Kind]int{Guest: 9})
	w.exec(`UPDATE occasions SET opens_at = starts_at - interval '2 days', closes_at = starts_at - interval '1 day'`)
	starts, _ := At(w.date, "16:30")
	for name, at := range map[string]time.Time{"before it opens": noon, "after it closed": starts.Add(-time.Minute)} {
		w.now = at
		if _, err := w.helps(w.host, neighbour(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.now = starts
	if _, err := w.helps(w.host, neighbour("Sen")); !fault.Is(err, fault.Gone) {
		t.Errorf("when it has begun: %v", err)
	}
	w.now = noon
	if _, err := w.s.CancelDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, "Vandskade"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.helps(w.host, neighbour("Aflyst")); !fault.Is(err, fault.Gone) {
		t.Errorf("called off: %v", err)
	}
}

// A page that is sent twice makes one sign-up, and each answer has a link that
// works.
func TestAPageSentTwiceSignsUpOnce(t *testing.T) {
	t.Parallel()
	w := newDesk(t, map[Kind]int{Guest: 9})
	press := uuid.New()
	var receipts [2]Receipt
	for i := range receipts {
		var err error
		if receipts[i], err = w.s.SignUpOnce(t.Context(), w.host, w.cafe.Slug, w.date, press, neighbour("Fatima"), true); err != nil {
			t.Fatal(err)
		}
		if m := w.mine(receipts[i]); m.Name != "Fatima" || m.Code != receipts[0].Code {
			t.Errorf("the link opens %+v", m)
		}
	}
	if receipts[0].ID != receipts[1].ID || receipts[0].Code != receipts[1].Code || receipts[1].Status != Placed {
		t.Errorf("%+v, then %+v", receipts[0], receipts[1])
	}
	if n := w.count(`FROM sign_ups`); n != 1 {
		t.Errorf("%d sign-ups", n)
	}
	in := neighbour("Fatima")
	in.Phone = "20 12 34 56"
	if _, err := w.helps(w.host, in); err != nil {
		t.Fatal(err)
	}
	if _, err := w.helps(w.host, in); !fault.Is(err, fault.Conflict) || !fieldsOf(err).Has("phone") {
		t.Errorf("a number that has a place: %v", err)
	}
}

// A slip shows a link only to the one it is about, and may be made anew for
// everybody who is on the list.
func TestASlipHasACodeAndALinkOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newDesk(t, map[Kind]int{Guest: 1})
	byMail := w.signUp(guest(1, 1))
	helped, err := w.helps(w.host, neighbour("Fatima"))
	if err != nil {
		t.Fatal(err)
	}
	slip, err := w.s.Slip(t.Context(), w.host, w.cafe.Slug, w.date, helped.ID, helped.Token)
	if err != nil || !slip.Link || slip.Code != helped.Code || slip.Line != 1 || slip.Place.Kind != Guest {
		t.Errorf("%+v, %v", slip, err)
	}
	for _, t2 := range []Token{"", "opdigtet", byMail.Token} {
		if slip, err := w.s.Slip(t.Context(), w.host, w.cafe.Slug, w.date, helped.ID, t2); err != nil || slip.Link {
			t.Errorf("%q is shown as theirs: %v", t2, err)
		}
	}
	token, err := w.s.NewSlip(t.Context(), w.coordinator, w.cafe.Slug, w.date, byMail.ID)
	if err != nil {
		t.Fatal(err)
	}
	slip, err = w.s.Slip(t.Context(), w.coordinator, w.cafe.Slug, w.date, byMail.ID, token)
	if err != nil || !slip.Link || len(slip.Code) != codeAlone {
		t.Errorf("somebody with a mail address alone: %+v, %v", slip, err)
	}
	if opened, err := w.s.ByCode(t.Context(), "", slip.Code); err != nil || w.mine(Receipt{Token: opened}).ID != byMail.ID {
		t.Errorf("their code opens nothing: %v", err)
	}
	for _, a := range []authz.Actor{w.other, w.stranger, authz.Nobody} {
		if _, err := w.s.Slip(t.Context(), a, w.cafe.Slug, w.date, helped.ID, helped.Token); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s sees it: %v", a.Role, err)
		}
		if _, err := w.s.NewSlip(t.Context(), a, w.cafe.Slug, w.date, helped.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s makes one: %v", a.Role, err)
		}
	}
	if _, err := w.s.NewSlip(t.Context(), w.host, w.cafe.Slug, w.date, uuid.New()); !fault.Is(err, fault.NotFound) {
		t.Errorf("a slip for nobody: %v", err)
	}
}
