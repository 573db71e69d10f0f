package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The overview begins with what must be done; the press of a hand leads to its
// answer, and with the answer the row is gone.
func TestTheBoardLeadsToWhatMustBeDone(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(false, true)
	h.post(t, anonymous, "/svar/"+h.letterTo("ask", "partner@post.example"), yes(a, "2")).want(t, http.StatusSeeOther)
	lacks(t, h.get(t, coordinator, "/stab").want(t, http.StatusOK, "Gør det snart", "De Nye"), "Hånd uden svar")
	h.now = h.now.AddDate(0, 0, 6)
	page := h.get(t, coordinator, "/stab").want(t, http.StatusOK, "Gør det i dag", "Hånd uden svar", "Hjælp til at flytte", "Værterne", "3 ting venter på dig.")
	lacks(t, h.get(t, otherCoordinator, "/stab").want(t, http.StatusOK, "Intet venter på dig"), "Hjælp til at flytte")
	start := strings.Index(page.body, "/stab/opraab/"+a.ID.String()+"?haand=")
	if start < 0 {
		t.Fatal("the hand has no press")
	}
	press, _, _ := strings.Cut(page.body[start:], `"`)
	path, anchor, _ := strings.Cut(press, "#")
	if chosen := h.get(t, coordinator, path).want(t, http.StatusOK, `id="`+anchor+`"`); strings.Count(chosen.body, `name="hands" value="`) != 1 || !strings.Contains(chosen.body, `" checked>`) {
		t.Error("the hand is not chosen where the press leads")
	}
	_, hand, _ := strings.Cut(path, "haand=")
	h.post(t, coordinator, "/stab/opraab/"+a.ID.String()+"/svar", url.Values{"hands": {hand}, "reply": {"thanked"}}).want(t, http.StatusSeeOther)
	lacks(t, h.get(t, coordinator, "/stab"), "Hånd uden svar")
}

// The board is narrowed to a district or to one kind of thing.
func TestTheBoardIsNarrowed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, administrator, "/stab").want(t, http.StatusOK, "De Nye", `name="bydel"`, `name="hvem"`)
	h.get(t, administrator, "/stab?bydel=testby").want(t, http.StatusOK, "De Nye")
	h.get(t, administrator, "/stab?bydel=andenby").want(t, http.StatusOK, "Intet venter på dig")
	h.get(t, administrator, "/stab?slags=silent").want(t, http.StatusOK, "Intet venter på dig")
	h.get(t, administrator, "/stab?slags=waiting").want(t, http.StatusOK, "De Nye")
	h.exec(`INSERT INTO organisations (id, slug, name, kind, status, created_at, updated_at)
		SELECT gen_random_uuid(), 'ny-' || n, 'Ny ' || n, 'association', 'pending', $1, $1 FROM generate_series(1, 12) n`, h.now)
	page := h.get(t, administrator, "/stab").want(t, http.StatusOK, "13 ting venter på dig.", "Vil gerne være med: alle 13", "/stab?slags=waiting")
	if n := strings.Count(page.body, "Læs og svar: "); n != 8 {
		t.Errorf("%d of a kind are shown", n)
	}
	if n := strings.Count(h.get(t, administrator, "/stab?slags=waiting").body, "Læs og svar: "); n != 13 {
		t.Errorf("%d of one kind are shown", n)
	}
}

// Whoever asks for it has the board by mail on weekday mornings, and stops it
// from the mail.
func TestTheBoardByMail(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, partner, "/stab/morgenmail").want(t, http.StatusForbidden)
	h.get(t, administrator, "/stab/morgenmail").want(t, http.StatusOK, "Ja tak, på mail")
	for range 2 {
		h.post(t, administrator, "/stab/morgenmail", url.Values{"want": {"yes"}}).want(t, http.StatusSeeOther)
	}
	h.get(t, administrator, "/stab/morgenmail").want(t, http.StatusOK, "Nej tak, ikke på mail")
	h.now = h.now.AddDate(0, 0, 1)
	for range 2 {
		h.ok(h.services.Board.Mornings(t.Context(), h.services.Accounts.Actor))
	}
	if n := h.count("FROM river_job WHERE args->>'letter' = 'board_morning' AND args::text LIKE '%De Nye%'"); n != 1 {
		t.Errorf("%d letters", n)
	}
	h.post(t, administrator, "/stab/morgenmail", url.Values{"want": {"no"}}).want(t, http.StatusSeeOther)
	h.get(t, administrator, "/stab/morgenmail").want(t, http.StatusOK, "Ja tak, på mail")
}
