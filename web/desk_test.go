package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/pg"
)

// helped signs somebody without address and number up for the date.
func (h *harness) helped(name string) cafe.Receipt {
	h.t.Helper()
	d, _ := cafe.ParseDate(h.date)
	return must[cafe.Receipt](h.t)(h.services.Cafes.SignUpFor(context.Background(), authz.TheSystem, h.cafe, d,
		cafe.SignUp{Place: "guest", Name: name, Party: 1, Language: "ar", Locale: "da"}, true))
}

// desks are the two areas that have the same desk.
var desks = map[role]string{partner: "/partner/cafeer", coordinator: "/stab/cafeer"}

func assistForm(press string, changes ...string) url.Values {
	v := url.Values{"press": {press}, "place": {"guest"}, "name": {"Fatima"}, "party": {"1"}, "language": {"ar"}, "consent": {"1"}}
	for i := 0; i+1 < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

// Somebody without phone and mail gets a place, a slip with a code and a link
// that opens it, and finds it with the code alone.
func TestSomebodyIsHelpedToAPlaceAndASlip(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for as, prefix := range desks {
		at := prefix + "/" + h.cafe + "/" + h.date
		h.get(t, as, at).want(t, http.StatusOK, at+"/tilmeld", at+"/liste")
		form := assistForm(hidden(t, h.get(t, as, at+"/tilmeld").want(t, http.StatusOK, "Personen har sagt ja", `name="place"`).body, "press"))
		see := h.post(t, as, at+"/tilmeld", form).want(t, http.StatusSeeOther).Header.Get("Location")
		slip := h.get(t, as, see).want(t, http.StatusOK, "Fatima", "Du har en plads", "لديكم مكان", `class="qr"`, "mellemrum.example/tilmelding")
		code := strings.ReplaceAll(regexp.MustCompile(`class="big-code"[^>]*>([^<]+)<`).FindStringSubmatch(slip.body)[1], " ", "")
		if len(code) != 10 {
			t.Errorf("the code is %q", code)
		}
		link, _, _ := strings.Cut(see, "?")
		if body := h.get(t, as, link).want(t, http.StatusOK, "Lav en seddel").body; strings.Contains(body, `class="qr"`) {
			t.Error("looking at a slip makes a link")
		}
		for role := range desks {
			if role != as {
				h.get(t, role, see).want(t, http.StatusForbidden)
			}
		}
		h.get(t, otherPartner, strings.Replace(see, prefix, "/partner/cafeer", 1)).want(t, http.StatusNotFound)
		token := must[*url.URL](t)(url.Parse(see)).Query().Get("link")
		h.get(t, anonymous, "/tilmelding/"+token).want(t, http.StatusOK, "Fatima")
		open := h.post(t, anonymous, "/tilmelding/kode", url.Values{"phone": {""}, "code": {strings.ToLower(code)}}).want(t, http.StatusSeeOther).Header.Get("Location")
		h.post(t, anonymous, open+"/afmeld", nil).want(t, http.StatusSeeOther)
		h.get(t, as, link).want(t, http.StatusOK, "meldt fra")
		again := h.post(t, as, link, nil).want(t, http.StatusSeeOther).Header.Get("Location")
		if again == see {
			t.Error("a new slip has the old link")
		}
	}
	h.get(t, coordinator, "/stab/cafeer/"+h.cafe+"/"+h.date).want(t, http.StatusOK, "Fatima")
	if n := h.count(`FROM sign_ups WHERE name = 'Fatima' AND status = 'cancelled'`); n != 2 {
		t.Errorf("%d were signed up and cancelled", n)
	}
}

func TestHelpingTellsWhatIsWrongAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for as, prefix := range desks {
		at := prefix + "/" + h.cafe + "/" + h.date + "/tilmeld"
		for field, value := range map[string]string{"place": "taget", "name": "", "party": "11", "language": "xx", "phone": "12", "email": "ida@",
			"note": strings.Repeat("å", 501), "consent": ""} {
			res := h.post(t, as, at, assistForm(uuid.NewString(), "note", "Kørestol <b>", field, value)).want(t, http.StatusUnprocessableEntity, `href="#f-`+field+`"`)
			if field != "note" && !strings.Contains(res.body, "Kørestol &lt;b&gt;") {
				t.Errorf("%s: what was typed is lost", field)
			}
		}
		h.post(t, as, at, url.Values{}).want(t, http.StatusUnprocessableEntity, `href="#f-name"`, `href="#f-consent"`)
		h.post(t, as, at, assistForm(uuid.NewString(), "party", "mange")).want(t, http.StatusUnprocessableEntity, `href="#f-party"`)
	}
	h.get(t, partner, "/partner/cafeer/"+h.cafe+"/"+h.cancelled+"/tilmeld").want(t, http.StatusOK, "Vandskade")
	h.post(t, partner, "/partner/cafeer/"+h.cafe+"/"+h.cancelled+"/tilmeld", assistForm(uuid.NewString())).want(t, http.StatusGone)
	h.get(t, partner, "/partner/cafeer/"+h.cafe+"/"+h.past+"/tilmeld").want(t, http.StatusOK, "/liste")
	h.post(t, partner, "/partner/cafeer/"+h.cafe+"/"+h.past+"/tilmeld", assistForm(uuid.NewString())).want(t, http.StatusGone)
	if n := h.count(`FROM sign_ups WHERE helped`); n != 0 {
		t.Errorf("%d were signed up", n)
	}
}

// A full date has a line for everybody; a form sent twice is one sign-up; two
// with one name are two.
func TestHelpStandsInTheSameLine(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/partner/cafeer/" + h.cafe + "/" + h.full
	press := uuid.NewString()
	for range 2 {
		see := h.post(t, partner, at+"/tilmeld", assistForm(press, "phone", "20 12 34 56")).want(t, http.StatusSeeOther).Header.Get("Location")
		h.get(t, partner, see).want(t, http.StatusOK, "nr. 1 i køen", "20\u00a012\u00a034\u00a056", "أنتم في الدور رقم 1")
	}
	h.post(t, partner, at+"/tilmeld", assistForm(uuid.NewString(), "phone", "+4520123456")).want(t, http.StatusConflict, `href="#f-phone"`, "allerede en tilmelding")
	see := h.post(t, partner, at+"/tilmeld", assistForm(uuid.NewString())).want(t, http.StatusSeeOther).Header.Get("Location")
	h.get(t, partner, see).want(t, http.StatusOK, "nr. 2 i køen")
	h.get(t, partner, at).want(t, http.StatusOK, "tilmeldt af Prøve partner", "ikke foto")
	if n := h.count(`FROM sign_ups WHERE helped AND status = 'waiting'`); n != 2 {
		t.Errorf("%d wait", n)
	}
}

// Names are shown as they were typed, in the direction they are written.
func TestNamesOfAllKindsAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/stab/cafeer/" + h.cafe + "/" + h.date
	long := strings.Repeat("عبد الرحمن ", 7) + "إبن"
	for name, shown := range map[string]string{`<script>alert("x")</script>`: `&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;`, long: "<bdi>" + long + "</bdi>"} {
		see := h.post(t, coordinator, at+"/tilmeld", assistForm(uuid.NewString(), "name", name)).want(t, http.StatusSeeOther).Header.Get("Location")
		h.get(t, coordinator, see).want(t, http.StatusOK, shown)
		h.get(t, coordinator, at).want(t, http.StatusOK, shown)
		h.get(t, coordinator, see+"&lang=ar").want(t, http.StatusOK, shown)
	}
}

// paperForm is ten rows as the page sends them, of which the first are written in.
func paperForm(press, mode string, names ...string) url.Values {
	v := url.Values{"press": {press}, "mode": {mode}, "place": {"guest"}, "consent": {"1"}}
	for i := range 10 {
		at := fmt.Sprintf("rows[%d].", i)
		v.Set(at+"name", "")
		v.Set(at+"people", "1")
		v.Set(at+"phone", "")
		v.Set(at+"language", "da")
		if i < len(names) {
			v.Set(at+"name", names[i])
		}
	}
	return v
}

// Ten rows with one mistake: it is named at its row, nothing is lost and
// nothing saved; mended, all are written in, once.
func TestAPaperListIsTypedIn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/partner/cafeer/" + h.cafe + "/" + h.date + "/liste"
	page := h.get(t, partner, at).want(t, http.StatusOK, "rows[9].name", `value="tilmeld"`, "Flere rækker", "Tab til næste felt")
	if strings.Contains(page.body, "rows[10].name") {
		t.Error("there are more than ten rows")
	}
	names := []string{"Åse", "عبد الرحمن", "<i>Bo</i>", "Ida", "Mia", "Per", "Kaj", "Eva", "Lis", "Ole"}
	form := paperForm(hidden(t, page.body, "press"), "tilmeld", names...)
	form.Set("rows[1].language", "ar")
	form.Set("rows[4].phone", "12")
	res := h.post(t, partner, at, form).want(t, http.StatusUnprocessableEntity, `href="#f-rows-4--phone"`, "Række 5:", `value="12"`, "&lt;i&gt;Bo&lt;/i&gt;",
		`value="عبد الرحمن"`, `<option value="ar" selected`)
	if n := h.count(`FROM sign_ups WHERE helped`); n != 0 {
		t.Fatalf("%d were saved", n)
	}
	form.Set("rows[4].phone", "20 12 34 56")
	form.Set("rows[7].people", "mange")
	h.post(t, partner, at, form).want(t, http.StatusUnprocessableEntity, `href="#f-rows-7--people"`, "Række 8:", `value="mange"`)
	form.Set("rows[7].people", "")
	form.Del("consent")
	h.post(t, partner, at, form).want(t, http.StatusUnprocessableEntity, `href="#f-consent"`, `value="20 12 34 56"`)
	form.Set("consent", "1")
	form.Set("press", hidden(t, res.body, "press"))
	for range 2 {
		see := h.post(t, partner, at, form).want(t, http.StatusSeeOther).Header.Get("Location")
		h.get(t, partner, see).want(t, http.StatusOK, "10 skrevet ind, 6 på venteliste", "&lt;i&gt;Bo&lt;/i&gt;", "Lav seddel til Åse")
		h.get(t, otherPartner, see).want(t, http.StatusNotFound)
		slips := strings.Replace(see, "/liste?", "/sedler?", 1)
		if got := strings.Count(h.get(t, partner, slips).want(t, http.StatusOK, "&lt;i&gt;Bo&lt;/i&gt;").body, `class="big-code"`); got != 10 {
			t.Errorf("%d slips", got)
		}
		h.get(t, otherPartner, slips).want(t, http.StatusNotFound)
		h.get(t, partner, strings.Split(slips, "?")[0]).want(t, http.StatusSeeOther)
	}
	if n := h.count(`FROM sign_ups WHERE helped AND helped_by = $1`, h.accounts[partner]); n != 10 {
		t.Errorf("%d sign-ups", n)
	}
}

// Without scripts the button for more rows keeps what was typed, and saves
// nothing.
func TestMoreRowsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/stab/cafeer/" + h.cafe + "/" + h.date + "/liste"
	form := paperForm(uuid.NewString(), "tilmeld", "Åse")
	form.Set("rows[0].phone", "ikke et nummer")
	form.Set("more", "1")
	res := h.post(t, coordinator, at, form).want(t, http.StatusOK, `value="Åse"`, `value="ikke et nummer"`, "rows[19].name", form.Get("press"))
	if strings.Contains(res.body, "error-summary") {
		t.Error("rows that are not done are called wrong")
	}
	h.post(t, otherPartner, "/partner/cafeer/"+h.cafe+"/"+h.date+"/liste", form).want(t, http.StatusNotFound)
	if n := h.count(`FROM sign_ups WHERE helped`); n != 0 {
		t.Errorf("%d were saved", n)
	}
}

// When the café has begun the same page notes who came.
func TestAPaperListAtTheCafeIsWhoCame(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/partner/cafeer/" + h.cafe + "/" + h.past + "/liste"
	page := h.get(t, partner, at).want(t, http.StatusOK, `value="kom"`, "uden at være tilmeldt")
	if strings.Contains(page.body, "rows[0].phone") {
		t.Error("numbers are asked for that nobody needs")
	}
	form := paperForm(hidden(t, page.body, "press"), "tilmeld", "Åse", "Omar")
	form.Set("rows[1].people", "3")
	h.post(t, partner, at, form).want(t, http.StatusConflict, "mens du skrev", `value="Omar"`, `value="kom"`)
	form.Set("mode", "kom")
	for range 2 {
		see := h.post(t, partner, at, form).want(t, http.StatusSeeOther).Header.Get("Location")
		h.get(t, partner, see).want(t, http.StatusOK, "4 personer er skrevet op som kommet")
	}
	if n := h.count(`FROM walk_ins WHERE name IN ('Åse', 'Omar')`); n != 2 {
		t.Errorf("%d came", n)
	}
}

// Afterwards there are numbers, and no list of who did not come.
func TestNobodyIsListedAsNotHavingCome(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/stab/cafeer/" + h.cafe + "/" + h.past
	line := must[uuid.UUID](t)(pg.One(t.Context(), h.db.Fresh(), `SELECT id FROM sign_ups WHERE email = 'fortid@post.example'`, pg.Scalar[uuid.UUID]))
	before := h.get(t, coordinator, at).want(t, http.StatusOK, "fortid@post.example", `value="1"`).body
	if strings.Contains(before, "Kom ikke") || strings.Contains(before, `name="came" value="0"`) {
		t.Error("before anybody has counted, people are missed")
	}
	h.post(t, coordinator, at+"/gaest", url.Values{"kind": {"guest"}, "people": {"3"}}).want(t, http.StatusSeeOther)
	h.post(t, coordinator, at+"/fremmoede", url.Values{"signup": {line.String()}, "came": {"0"}}).want(t, http.StatusSeeOther)
	after := h.get(t, coordinator, at).want(t, http.StatusOK, "<dt>Kom ikke</dt><dd>2</dd>").body
	if strings.Contains(after, "fortid@post.example") || strings.Contains(after, "Prøve Gæst") {
		t.Error("the one who did not come is listed")
	}
	h.now = h.now.AddDate(0, 1, 0)
	must[int](t)(h.services.Cafes.Forget(t.Context()))
	if body := h.get(t, coordinator, at).want(t, http.StatusOK, "Navnene er slettet", "2 havde plads. 3 kom.").body; strings.Contains(body, "Uden navn") {
		t.Error("rows without names are shown")
	}
	h.get(t, coordinator, at+"/liste").want(t, http.StatusOK)
	h.post(t, coordinator, at+"/liste", paperForm(uuid.NewString(), "kom", "Åse")).want(t, http.StatusGone)
}
