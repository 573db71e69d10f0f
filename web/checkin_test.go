package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/cafe"
	"mellemrum/web/route"
)

// atTheDoor is the harness an hour before the café, and its check-in page.
func atTheDoor(t *testing.T) (h *harness, path string, signUp uuid.UUID) {
	t.Helper()
	h = newHarness(t)
	h.signUp(h.date, "a@post.example", 3)
	h.now = time.Date(2026, 12, 1, 14, 30, 0, 0, time.UTC)
	day, _ := cafe.ParseDate(h.date)
	host := must[[]cafe.DoorParty](t)(func() ([]cafe.DoorParty, error) {
		actor, err := h.services.Accounts.Actor(t.Context(), h.accounts[administrator], h.now)
		if err != nil {
			return nil, err
		}
		d, err := h.services.Cafes.DoorState(t.Context(), actor, h.cafe, day)
		return d.Parties, err
	}())
	return h, h.doorPath(h.date) + "/indtjekning", host[0].ID
}

// sendJSON sends what a phone has kept.
func (h *harness) sendJSON(t *testing.T, as role, path, body string) response {
	t.Helper()
	return h.send(as, httptest.NewRequest(http.MethodPost, path+".json", strings.NewReader(body)))
}

type doorAnswer struct {
	At      int64             `json:"at"`
	Parties []cafe.DoorParty  `json:"parties"`
	WalkIns []cafe.DoorWalkIn `json:"walk_ins"`
	Places  map[string]struct {
		Label string
		Helps bool
	} `json:"places"`
	Results []struct {
		ID  uuid.UUID `json:"id"`
		Why string    `json:"why"`
	} `json:"results"`
}

func answerOf(t *testing.T, r response) doorAnswer {
	t.Helper()
	r.want(t, http.StatusOK)
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("answered as %s", got)
	}
	var a doorAnswer
	if err := json.Unmarshal([]byte(r.body), &a); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
	return a
}

func TestCheckInWithPlainForms(t *testing.T) {
	t.Parallel()
	h, path, signUp := atTheDoor(t)
	page := h.get(t, coordinator, path).want(t, http.StatusOK, "Prøve Gæst", "3 personer", "0 af 3", "door.js", `data-worker="/stab/cafeer/indtjekning.js"`)
	form := url.Values{"press": {page.hidden(t, "press")}, "kind": {"came"}, "sign_up": {signUp.String()}, "came": {"3"}}
	for range 2 { // a double press
		h.post(t, coordinator, path, form).leadsTo(t, path)
	}
	plus := url.Values{"press": {uuid.NewString()}, "kind": {"walk_in"}, "place": {"guest"}, "people": {"1"}, "q": {"prøve & co"}}
	for range 2 {
		if at := h.post(t, coordinator, path, plus).leadsTo(t, path).Header.Get("Location"); !strings.Contains(at, "q=pr%C3%B8ve+%26+co") {
			t.Errorf("the search is lost: %s", at)
		}
	}
	h.get(t, coordinator, path).want(t, http.StatusOK, "3 er her", "4 af 3", "Uden navn")
	// The host sees the same under their own address.
	theirs := strings.Replace(path, "/stab/", "/partner/", 1)
	h.get(t, partner, theirs).want(t, http.StatusOK, "4 af 3", `data-worker="/partner/cafeer/indtjekning.js"`)
	h.post(t, partner, theirs, url.Values{"press": {uuid.NewString()}, "kind": {"walk_in_undo"}, "place": {"guest"}}).leadsTo(t, theirs)
	h.get(t, coordinator, path).want(t, http.StatusOK, "3 af 3", "Ingen endnu")

	for want, bad := range map[int]url.Values{
		http.StatusConflict:            {"press": {uuid.NewString()}, "kind": {"walk_in_undo"}, "place": {"guest"}},
		http.StatusUnprocessableEntity: {"press": {"x"}, "kind": {"came"}, "sign_up": {signUp.String()}, "came": {"1"}},
	} {
		h.post(t, coordinator, path, bad).want(t, want, "error-summary", "Prøve Gæst")
	}
	h.post(t, coordinator, path, url.Values{"press": {uuid.NewString()}, "kind": {"came"}, "came": {"alle"}}).want(t, http.StatusUnprocessableEntity)
	if n := h.count(`FROM audit_entries WHERE action IN ('cafe.came', 'cafe.walk_in')`); n != 3 {
		t.Errorf("%d presses count, want 3", n)
	}
}

func TestCheckInFindsNames(t *testing.T) {
	t.Parallel()
	h, path, _ := atTheDoor(t)
	for search, there := range map[string]bool{"": true, "PRØVE": true, "gæst": true, "gaest": false, " prøve  gæst ": true, "Fatima": false, `"><script>`: false} {
		body := h.get(t, coordinator, path+"?"+url.Values{"q": {search}}.Encode()).want(t, http.StatusOK).body
		list := body[strings.Index(body, "data-parties"):strings.Index(body, "data-walk-ins")]
		if strings.Contains(list, "Prøve Gæst") != there {
			t.Errorf("%q: found is %v", search, !there)
		}
		if strings.Contains(body, "<script>") {
			t.Error("what was searched for became a script")
		}
	}
}

func TestPhonesSendWhatTheyHaveKept(t *testing.T) {
	t.Parallel()
	h, path, signUp := atTheDoor(t)
	gone := h.cancelledID(t, "b@post.example")
	came, cancelled, walked := uuid.NewString(), uuid.NewString(), uuid.NewString()
	body := fmt.Sprintf(`{"presses":[
		{"id":%q,"kind":"came","sign_up":%q,"came":2,"age":1500},
		{"id":%q,"kind":"came","sign_up":%q,"came":1},
		{"id":%q,"kind":"walk_in","place":"guest","people":2,"name":"<b>Fatima</b>"}]}`, came, signUp, cancelled, gone, walked)
	for range 2 {
		a := answerOf(t, h.sendJSON(t, coordinator, path, body))
		if len(a.Results) != 3 || a.Results[0].Why != "" || !strings.Contains(a.Results[1].Why, "meldt fra") || a.Results[2].Why != "" {
			t.Errorf("answers: %+v", a.Results)
		}
		if a.At != h.now.UnixMilli() || len(a.WalkIns) != 1 || a.WalkIns[0].Name != "<b>Fatima</b>" || a.WalkIns[0].ID.String() != walked {
			t.Errorf("%+v", a)
		}
		if p := a.Parties[0]; p.ID != signUp || p.Came == nil || *p.Came != 2 || p.Party != 3 || p.Status != cafe.Placed || p.Place != "guest" {
			t.Errorf("the party: %+v", p)
		}
		if a.Places["guest"].Label != "Gæst" || a.Places["guest"].Helps || !a.Places["host"].Helps {
			t.Errorf("places: %+v", a.Places)
		}
	}
	// Who asks with the mark of what they have is told when nothing is new.
	first := h.get(t, coordinator, path+".json")
	if a := answerOf(t, first); a.Results != nil || len(a.Parties) != 2 {
		t.Errorf("%+v", a)
	}
	h.now = h.now.Add(time.Minute)
	ask := func() response {
		r := httptest.NewRequest(http.MethodGet, path+".json", nil)
		r.Header.Set("If-None-Match", first.Header.Get("ETag"))
		return h.send(coordinator, r)
	}
	if ask().want(t, http.StatusNotModified); first.Header.Get("Cache-Control") != "private, no-store" {
		t.Error("names may be kept on the way")
	}
	h.sendJSON(t, coordinator, path, fmt.Sprintf(`{"presses":[{"id":%q,"kind":"walk_in","place":"host","people":1}]}`, uuid.NewString()))
	answerOf(t, ask())
	// Notes, addresses and numbers have no business at the door.
	for _, private := range []string{"@post.example", "phone", "note"} {
		if strings.Contains(first.body, private) {
			t.Errorf("the phone gets to know %q", private)
		}
	}
}

// cancelledID signs somebody up who cancels at once.
func (h *harness) cancelledID(t *testing.T, email string) uuid.UUID {
	t.Helper()
	h.now = h.now.AddDate(0, 0, -3)
	token := h.signUp(h.date, email, 1)
	m := must[cafe.Mine](t)(h.services.Cafes.ByToken(t.Context(), token))
	h.post(t, anonymous, "/tilmelding/"+string(token)+"/afmeld", url.Values{})
	h.now = h.now.AddDate(0, 0, 3)
	return m.ID
}

func TestBadBodiesAtTheDoor(t *testing.T) {
	t.Parallel()
	h, path, signUp := atTheDoor(t)
	many := make([]string, cafe.MaxPresses+1)
	for i := range many {
		many[i] = fmt.Sprintf(`{"id":%q,"kind":"came","sign_up":%q,"came":1}`, uuid.NewString(), signUp)
	}
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"nothing":       {"", http.StatusUnprocessableEntity},
		"half":          {`{"presses":[{"id":"`, http.StatusUnprocessableEntity},
		"no id":         {`{"presses":[{"id":"x","kind":"came"}]}`, http.StatusUnprocessableEntity},
		"words":         {`{"presses":[{"came":"alle"}]}`, http.StatusUnprocessableEntity},
		"a list":        {`[]`, http.StatusUnprocessableEntity},
		"too many":      {`{"presses":[` + strings.Join(many, ",") + `]}`, http.StatusRequestEntityTooLarge},
		"too long":      {`{"presses":[{"name":"` + strings.Repeat("a", route.MaxBody) + `"}]}`, http.StatusRequestEntityTooLarge},
		"none":          {`{}`, http.StatusOK},
		"one too large": {fmt.Sprintf(`{"presses":[{"id":%q,"kind":"came","sign_up":%q,"came":99999999}]}`, uuid.NewString(), signUp), http.StatusOK},
		"NUL":           {fmt.Sprintf(`{"presses":[{"id":%q,"kind":"walk_in","place":"guest","people":1,"name":"a\u0000"}]}`, uuid.NewString()), http.StatusOK},
	} {
		if res := h.sendJSON(t, coordinator, path, c.body); res.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, res.StatusCode, c.want)
		}
	}
	if n := h.count("FROM door_presses"); n != 0 {
		t.Errorf("%d bad presses count", n)
	}
}

func TestTheDoorIsForThoseWhoHoldTheCafe(t *testing.T) {
	t.Parallel()
	h, path, signUp := atTheDoor(t)
	press := fmt.Sprintf(`{"presses":[{"id":%q,"kind":"came","sign_up":%q,"came":1}]}`, uuid.NewString(), signUp)
	theirs := strings.Replace(path, "/stab/", "/partner/", 1)
	for as, at := range map[role]string{otherCoordinator: path, otherPartner: theirs} {
		h.get(t, as, at).want(t, http.StatusNotFound)
		h.get(t, as, at+".json").want(t, http.StatusNotFound)
		h.sendJSON(t, as, at, press).want(t, http.StatusNotFound)
	}
	// Who is signed out keeps the presses and is asked to sign in.
	h.get(t, anonymous, path).leadsTo(t, "/log-ind")
	h.get(t, anonymous, path+".json").leadsTo(t, "/log-ind")
	h.sendJSON(t, anonymous, path, press).want(t, http.StatusForbidden)
	if n := h.count("FROM door_presses"); n != 0 {
		t.Errorf("%d presses of others count", n)
	}
	h.get(t, anonymous, "/stab/cafeer/indtjekning.js").want(t, http.StatusOK, "addEventListener")
	if got := h.post(t, coordinator, "/log-ud", nil).Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("signing out leaves the browser as it is: %q", got)
	}
}

func TestOutsideItsHoursTheDoorOnlyTells(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for date, says := range map[string]string{h.date: "Døren er ikke åben endnu", h.cancelled: "aflyst"} {
		body := h.get(t, coordinator, h.doorPath(date)+"/indtjekning").want(t, http.StatusOK, says).body
		if strings.Contains(body, "door.js") || strings.Contains(body, "data-press") {
			t.Errorf("%s: there is something to press", date)
		}
	}
	h.get(t, coordinator, h.doorPath("2026-12-25")+"/indtjekning").want(t, http.StatusNotFound)
	h.get(t, coordinator, h.doorPath(h.date)).want(t, http.StatusOK, "/indtjekning")
}
