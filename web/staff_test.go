package web_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
)

// leadsTo checks that an action was done and where it leads, without the
// message that goes along.
func (r response) leadsTo(t testing.TB, path string) response {
	t.Helper()
	to, err := url.Parse(r.Header.Get("Location"))
	if r.StatusCode != http.StatusSeeOther || err != nil || to.Path != path {
		t.Errorf("%d to %q, want 303 to %s: %s", r.StatusCode, r.Header.Get("Location"), path, shorten(r.body))
	}
	return r
}

// hidden is the value a form carries along.
func (r response) hidden(t testing.TB, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(r.body)
	if m == nil {
		t.Fatalf("no %s in the form: %s", name, shorten(r.body))
	}
	return m[1]
}

func (h *harness) doorPath(date string) string { return "/stab/cafeer/" + h.cafe + "/" + date }

func (h *harness) seriesForm(changes ...string) url.Values {
	v := url.Values{"name": {"Café Æble"}, "district": {h.district.String()}, "venue": {"Laden"}, "address": {"Opdigtet Vej 2"},
		"about": {"Suppe"}, "languages": {"da", "uk"}, "starts": {"16.30"}, "ends": {"kl. 18"}, "hosts": {h.organisation.String()},
		"capacity_guest": {"20"}, "capacity_host": {"3"}}
	for i := 0; i+1 < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

func TestStaffPagesShowWhatTheyShould(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.signUp(h.full, "venter@post.example", 2)
	h.cookie(coordinator) // signing in is not what is counted
	for path, says := range map[string][]string{
		"/stab": {"De Nye", "Café Prøve", h.doorPath(h.date), "på venteliste", "Et lokale om aftenen", "/stab/bydele/testby",
			"Vil gerne være med", "/stab/samarbejdspartnere/de-nye\""},
		"/stab/bydele":                              {"/stab/bydele/testby", "Andenby", "/stab/bydele/ny"},
		"/stab/bydele/ny":                           {`name="strengths[0].body"`, `name="plans[0].title"`},
		"/stab/bydele/testby":                       {"Her hilser vi på hinanden", `name="strengths[2].body"`, "Prøve coordinator"},
		"/stab/samarbejdspartnere":                  {"De Nye", "Værterne", "De Andre"},
		"/stab/samarbejdspartnere?bydel=andenby":    {"De Andre"},
		"/stab/samarbejdspartnere?ord=findesikke":   {"Her er ingen endnu"},
		"/stab/samarbejdspartnere/ny":               {`name="contact_email"`},
		"/stab/samarbejdspartnere/de-nye":           {"/afvis", "/godkend", "ida@post.example"},
		"/stab/samarbejdspartnere/vaerterne":        {`name="updated_at"`},
		"/stab/samarbejdspartnere/de-andre":         {"ida@post.example"},
		"/stab/cafeer":                              {h.doorPath(h.date), "/stab/cafeer/" + h.cafe, "Aflyst", "Lav nye dage"},
		"/stab/cafeer?vis=tidligere":                {h.doorPath(h.past), "til=2026-10-26"},
		"/stab/cafeer?vis=tidligere&til=2026-10-26": {"ingen caféer i de fire uger"},
		"/stab/cafeer/ny":                           {"Værterne", "Testby", `name="shifts[2].kind"`},
		"/stab/cafeer/" + h.cafe:                    {h.doorPath(h.date), "Opdigtet Vej 1", "/datoer", "/rediger"},
		"/stab/cafeer/" + h.cafe + "?vis=tidligere": {h.doorPath(h.past)},
		"/stab/cafeer/" + h.cafe + "/rediger":       {`value="16.30"`, `name="updated_at"`, `value="4"`},
		"/stab/cafeer/" + h.cafe + "/datoer":        {`name="repeat"`, "Se dagene"},
		h.doorPath(h.full):                          {"Prøve Gæst", "Nr. 1", "fuld@post.example", "/fremmoede", "/aflys", "2 tilmeldte får en mail"},
		h.doorPath(h.past):                          {"Caféen er holdt", "/fremmoede"},
		h.doorPath(h.cancelled):                     {"Vandskade"},
	} {
		before := h.queries.Load()
		h.get(t, coordinator, path).want(t, http.StatusOK, says...)
		if n := h.queries.Load() - before; n > 8 { // eight when nothing is found: then words are forgiven
			t.Errorf("%s: %d queries, 8 at most", path, n)
		}
		h.get(t, administrator, path).want(t, http.StatusOK)
		for _, lang := range []string{"en", "uk", "ar"} {
			sign := "?"
			if strings.Contains(path, "?") {
				sign = "&"
			}
			body := h.get(t, coordinator, path+sign+"lang="+lang).want(t, http.StatusOK).body
			if strings.Contains(body, "⟦") || strings.Contains(body, ">staff.") || strings.Contains(body, ">doorlist.") {
				t.Errorf("%s in %s lacks a text", path, lang)
			}
		}
	}
	for path, hidden := range map[string]string{
		h.doorPath(h.past):                  "/aflys",
		h.doorPath(h.cancelled):             "/fremmoede",
		"/stab/samarbejdspartnere/de-andre": `name="updated_at"`,
	} {
		if strings.Contains(h.get(t, coordinator, path).body, hidden) {
			t.Errorf("%s still has %s", path, hidden)
		}
	}
}

func TestStaffKeepToTheirDistricts(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for path, status := range map[string]int{
		"/stab/bydele/testby":                   http.StatusForbidden,
		"/stab/cafeer/" + h.cafe:                http.StatusForbidden,
		"/stab/cafeer/" + h.cafe + "/rediger":   http.StatusForbidden,
		"/stab/cafeer/" + h.cafe + "/datoer":    http.StatusForbidden,
		h.doorPath(h.full):                      http.StatusNotFound,
		h.doorPath(h.full) + "/deltagere.csv":   http.StatusNotFound,
		"/stab/samarbejdspartnere/ukendt":       http.StatusNotFound,
		"/stab/bydele/ukendt":                   http.StatusNotFound,
		"/stab/cafeer/ukendt":                   http.StatusNotFound,
		h.doorPath("2026-12-02"):                http.StatusNotFound,
		h.doorPath("2026-02-30"):                http.StatusNotFound,
		h.doorPath("i-morgen"):                  http.StatusNotFound,
		"/stab/cafeer/%00/" + h.date:            http.StatusNotFound,
		"/stab/cafeer/%FF/" + h.date:            http.StatusNotFound,
		"/stab/samarbejdspartnere/%FF":          http.StatusNotFound,
		"/stab/cafeer/%00":                      http.StatusNotFound,
		"/stab/cafeer/" + h.cafe + "%00/datoer": http.StatusNotFound,
	} {
		if res := h.get(t, otherCoordinator, path); res.StatusCode != status {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, status)
		}
	}
	for path, form := range map[string]url.Values{
		"/stab/bydele/testby":                     {"name": {"Min"}, "strengths[0].body": {"Nu"}},
		"/stab/samarbejdspartnere/vaerterne":      {"name": {"Mine"}, "kind": {"association"}},
		"/stab/samarbejdspartnere/de-nye/godkend": {},
		"/stab/samarbejdspartnere/de-nye/afvis":   {"reason": {"Nej"}},
		"/stab/cafeer/" + h.cafe + "/rediger":     h.seriesForm(),
		"/stab/cafeer/" + h.cafe + "/datoer":      {"step": {"gem"}, "dates": {"2026-12-22"}},
		h.doorPath(h.date) + "/aflys":             {"reason": {"Fordi"}},
		h.doorPath(h.date) + "/kapacitet":         {"kind": {"guest"}, "capacity": {"9"}},
		h.doorPath(h.date) + "/gaest":             {"kind": {"guest"}, "people": {"1"}},
		h.doorPath(h.full) + "/fremmoede":         {"signup": {uuid.NewString()}, "came": {"1"}},
	} {
		before := h.count("FROM audit_entries")
		for _, as := range []role{otherCoordinator, partner, anonymous} {
			if res := h.post(t, as, path, form); res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusNotFound {
				t.Errorf("%s as %s: %d", path, as, res.StatusCode)
			}
		}
		if h.count("FROM audit_entries") != before {
			t.Errorf("%s did something", path)
		}
	}
	// A new café in somebody else's district is refused at the field.
	h.post(t, otherCoordinator, "/stab/cafeer/ny", h.seriesForm()).want(t, http.StatusUnprocessableEntity, `href="#f-district"`, "Café Æble")
	if body := h.get(t, otherCoordinator, "/stab").body; strings.Contains(body, "Café Prøve") || strings.Contains(body, "De Nye") {
		t.Error("the overview shows another coordinator's district")
	}
}

func TestStaffWriteADistrict(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	form := url.Values{"name": {"Nyby"}, "intro": {"Et sted"}, "housing_areas": {"Skovparken\r\n\r\nSøtoften"},
		"strengths[0].body": {"Alle kender alle"}, "strengths[0].said_by": {"Beboermødet"}, "strengths[0].said_on": {"1.10.2026"},
		"strengths[1].body": {""}, "strengths[2].body": {"Her er stille"},
		"plans[0].kind": {"social"}, "plans[0].title": {""}, "plans[1].kind": {"social"}, "plans[1].title": {"Sammen om Nyby"},
		"plans[1].starts_on": {"2026-01-01"}, "plans[1].ends_on": {"31.12.2029"}, "plans[1].milestones": {"15.03.2027 Legepladsen åbner"},
		"plans[1].documents": {"Hele planen https://nyby.example/plan.pdf"}, "contact": {h.accounts[coordinator].String()},
		"outline": {`{"type":"Polygon","coordinates":[[[9.9,57],[10,57],[10,57.1],[9.9,57]]]}`}}
	h.post(t, coordinator, "/stab/bydele/ny", form).leadsTo(t, "/stab/bydele/nyby/start")
	page := h.get(t, coordinator, "/stab/bydele/nyby").want(t, http.StatusOK, "Alle kender alle", "01.10.2026", "Her er stille",
		"Sammen om Nyby", "31.12.2029", "15.03.2027 Legepladsen åbner", "Hele planen https://nyby.example/plan.pdf", "Skovparken\nSøtoften", "tegnet på kortet")
	if h.count("FROM districts WHERE slug = 'nyby' AND outline IS NOT NULL AND contact_account_id IS NOT NULL") != 1 ||
		h.count("FROM district_strengths s JOIN districts d ON d.id = s.district_id WHERE d.slug = 'nyby'") != 2 ||
		h.count("FROM district_plans p JOIN districts d ON d.id = p.district_id WHERE d.slug = 'nyby'") != 1 {
		t.Error("the district is not as it was written")
	}
	seen := page.hidden(t, "updated_at")
	form.Set("updated_at", seen)
	form.Del("outline")

	// Mistakes stand at their own rows although an empty one is between them.
	wrong := url.Values{}
	for k, v := range form {
		wrong[k] = v
	}
	wrong.Set("name", "")
	wrong.Set("strengths[2].said_on", "i går")
	wrong.Set("plans[1].ends_on", "01.01.2020")
	wrong.Set("outline", "her")
	h.post(t, coordinator, "/stab/bydele/nyby", wrong).want(t, http.StatusUnprocessableEntity, `href="#f-name"`,
		`href="#f-strengths-1--said_on"`, `value="i går"`, `href="#f-plans-0--ends_on"`, `href="#f-outline"`, "Alle kender alle")
	h.post(t, coordinator, "/stab/bydele/nyby", url.Values{"name": {"Nyby"}, "updated_at": {seen}}).
		want(t, http.StatusUnprocessableEntity, `href="#f-strengths"`)

	// More rows: nothing is saved and nothing is lost.
	more := url.Values{"name": {"Halvby"}, "strengths[0].body": {"Grønt"}, "more": {"strengths"}}
	h.post(t, coordinator, "/stab/bydele/ny", more).want(t, http.StatusOK, "Halvby", "Grønt", `name="strengths[5].body"`)
	if h.count("FROM districts WHERE name = 'Halvby'") != 0 {
		t.Error("asking for more rows saved the district")
	}

	form.Set("name", "Nyere by")
	h.post(t, coordinator, "/stab/bydele/nyby", form).leadsTo(t, "/stab/bydele/nyby")
	if h.count("FROM districts WHERE slug = 'nyby' AND name = 'Nyere by' AND outline IS NOT NULL") != 1 {
		t.Error("the outline did not stay")
	}
	// The form as it was opened before is out of date; what was typed is kept.
	form.Set("name", "Ældste by")
	h.post(t, coordinator, "/stab/bydele/nyby", form).want(t, http.StatusConflict, "Ældste by", "nyeste udgave")
	form.Set("updated_at", h.get(t, coordinator, "/stab/bydele/nyby").hidden(t, "updated_at"))
	form.Set("no_outline", "1")
	h.post(t, coordinator, "/stab/bydele/nyby", form).leadsTo(t, "/stab/bydele/nyby")
	if h.count("FROM districts WHERE slug = 'nyby' AND outline IS NULL") != 1 {
		t.Error("the outline is still there")
	}
}

func TestStaffAnswerWhoWantsToTakePart(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := "/stab/samarbejdspartnere/" + h.pending
	mails := h.count("FROM river_job WHERE kind = 'mail'")
	h.post(t, coordinator, path+"/afvis", url.Values{"reason": {" "}}).want(t, http.StatusUnprocessableEntity, `href="#f-reason"`)
	h.post(t, coordinator, path+"/godkend", url.Values{"back": {"/stab"}}).leadsTo(t, "/stab")
	h.post(t, coordinator, path+"/godkend", nil).want(t, http.StatusConflict, "allerede svaret", "Godkendt")
	h.post(t, coordinator, path+"/afvis", url.Values{"reason": {"For sent"}}).want(t, http.StatusConflict)
	if n := h.count("FROM river_job WHERE kind = 'mail'") - mails; n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	h.get(t, anonymous, "/samarbejdspartnere/"+h.pending).want(t, http.StatusOK)

	form := url.Values{"name": {"Klub Nej"}, "kind": {"sports_club"}, "districts": {h.district.String()}, "contact_email": {"nej@post.example"},
		"contact_phone": {"20123456"}, "cvr": {"12345678"}, "locale": {"uk"}}
	h.post(t, coordinator, "/stab/samarbejdspartnere/ny", url.Values{"name": {"Kun navn"}}).
		want(t, http.StatusUnprocessableEntity, "Kun navn", `href="#f-kind"`)
	h.post(t, coordinator, "/stab/samarbejdspartnere/ny", form).leadsTo(t, "/stab/samarbejdspartnere/klub-nej")
	page := h.get(t, coordinator, "/stab/samarbejdspartnere/klub-nej").want(t, http.StatusOK, "Venter på svar", "20 12 34 56", "usædvanligt")
	h.post(t, coordinator, "/stab/samarbejdspartnere/klub-nej/afvis", url.Values{"reason": {"I holder til for langt væk."}}).
		leadsTo(t, "/stab/samarbejdspartnere/klub-nej")
	h.get(t, coordinator, "/stab/samarbejdspartnere/klub-nej").want(t, http.StatusOK, "I holder til for langt væk.")
	if h.count("FROM river_job WHERE kind = 'mail' AND args::text LIKE '%for langt v%' AND args::text LIKE '%nej@post.example%'") != 1 {
		t.Error("the reason was not mailed")
	}
	form.Set("updated_at", page.hidden(t, "updated_at"))
	form.Set("name", "Klub Måske")
	h.post(t, coordinator, "/stab/samarbejdspartnere/klub-nej", form).want(t, http.StatusConflict, "Klub Måske", "nyeste udgave")
	form.Set("updated_at", h.get(t, coordinator, "/stab/samarbejdspartnere/klub-nej").hidden(t, "updated_at"))
	h.post(t, coordinator, "/stab/samarbejdspartnere/klub-nej", form).leadsTo(t, "/stab/samarbejdspartnere/klub-nej")
	h.post(t, coordinator, "/stab/samarbejdspartnere/ny", url.Values{"name": {"Straks med"}, "kind": {"business"},
		"districts": {h.district.String()}, "approve": {"1"}}).leadsTo(t, "/stab/samarbejdspartnere/straks-med")
	h.get(t, anonymous, "/samarbejdspartnere/straks-med").want(t, http.StatusOK, "Straks med")
}

func TestStaffMakeACafeAndItsDates(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.post(t, coordinator, "/stab/cafeer/ny", h.seriesForm("name", "", "starts", "25.00", "capacity_guest", "mange", "hosts", uuid.NewString())).
		want(t, http.StatusUnprocessableEntity, `href="#f-name"`, `href="#f-starts"`, `value="25.00"`, `href="#f-capacity_guest"`, `value="mange"`, "Laden")
	h.post(t, coordinator, "/stab/cafeer/ny", h.seriesForm("hosts", uuid.NewString())).want(t, http.StatusUnprocessableEntity, `href="#f-hosts"`)
	h.post(t, coordinator, "/stab/cafeer/ny", h.seriesForm()).leadsTo(t, "/stab/cafeer/cafe-aeble/datoer")
	if h.count("FROM cafes WHERE slug = 'cafe-aeble' AND starts = '16:30' AND ends = '18:00'") != 1 {
		t.Error("the hours were not understood")
	}

	dates := func() int {
		return h.count("FROM occasions o JOIN cafes c ON c.id = o.cafe_id WHERE c.slug = 'cafe-aeble'")
	}
	path := "/stab/cafeer/cafe-aeble/datoer"
	form := url.Values{"repeat": {"weekly"}, "from": {"10.12.2026"}, "until": {"2027-01-07"}, "picked": {""}, "step": {"vis"}}
	page := h.post(t, coordinator, path, form).want(t, http.StatusOK, "Juleaften", "Nytårsaften", "10.12.2026", "De her dage bliver det")
	for value, checked := range map[string]bool{"2026-12-10": true, "2026-12-17": true, "2026-12-24": false, "2026-12-31": false, "2027-01-07": true} {
		if got := strings.Contains(page.body, `value="`+value+`" checked`); got != checked {
			t.Errorf("%s chosen: %v", value, got)
		}
	}
	if dates() != 0 {
		t.Fatal("the preview saved something")
	}
	form.Set("step", "gem")
	h.post(t, coordinator, path, form).want(t, http.StatusUnprocessableEntity, `href="#f-dates"`, "10.12.2026")
	form["dates"] = []string{"2026-12-10", "2027-01-07"}
	h.post(t, coordinator, path, form).leadsTo(t, "/stab/cafeer/cafe-aeble")
	if dates() != 2 {
		t.Errorf("%d dates, want those chosen", dates())
	}
	// A second press makes none twice.
	h.post(t, coordinator, path, form).leadsTo(t, "/stab/cafeer/cafe-aeble")
	if dates() != 2 {
		t.Error("a double press made dates twice")
	}
	form.Set("step", "vis")
	if page := h.post(t, coordinator, path, form).want(t, http.StatusOK, "Er der allerede"); strings.Contains(page.body, `value="2026-12-10"`) {
		t.Error("a date that is there can be chosen again")
	}

	for name, c := range map[string]struct {
		form url.Values
		says string
	}{
		"no such repeat":     {url.Values{"repeat": {"daily"}, "step": {"vis"}}, `href="#f-repeat"`},
		"no dates":           {url.Values{"repeat": {"monthly"}, "step": {"vis"}}, `href="#f-from"`},
		"backwards":          {url.Values{"repeat": {"fortnightly"}, "from": {"10.12.2026"}, "until": {"1.12.2026"}, "step": {"vis"}}, `href="#f-until"`},
		"past":               {url.Values{"repeat": {"weekly"}, "from": {"10.11.2026"}, "until": {"1.12.2026"}, "step": {"vis"}}, `href="#f-from"`},
		"picked, unreadable": {url.Values{"repeat": {"picked"}, "picked": {"24.12.2026\r\ni morgen"}, "step": {"vis"}}, "i morgen"},
		"picked, none":       {url.Values{"repeat": {"picked"}, "picked": {" \r\n"}, "step": {"vis"}}, `href="#f-picked"`},
		"a date of no kind":  {url.Values{"repeat": {"weekly"}, "dates": {"2026-02-30"}, "step": {"gem"}}, "Skriv en dato, der findes"},
	} {
		res := h.post(t, coordinator, path, c.form)
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(res.body, c.says) {
			t.Errorf("%s: %d %s", name, res.StatusCode, shorten(res.body))
		}
	}
	h.post(t, coordinator, path, url.Values{"repeat": {"picked"}, "picked": {"05.01.2027\r\n2027-01-12, 5.1.2027"}, "step": {"vis"}}).
		want(t, http.StatusOK, `value="2027-01-05" checked`, `value="2027-01-12" checked`)
	if dates() != 2 {
		t.Error("a refused or shown plan saved something")
	}

	edit := h.get(t, coordinator, "/stab/cafeer/cafe-aeble/rediger")
	changed := h.seriesForm("name", "Café Pære", "updated_at", edit.hidden(t, "updated_at"))
	h.post(t, coordinator, "/stab/cafeer/cafe-aeble/rediger", changed).leadsTo(t, "/stab/cafeer/cafe-aeble")
	h.now = h.now.Add(time.Minute)
	changed.Set("name", "Café Blomme")
	changed.Set("updated_at", "2026-01-01T00:00:00Z")
	h.post(t, coordinator, "/stab/cafeer/cafe-aeble/rediger", changed).want(t, http.StatusConflict, "Café Blomme", "nyeste udgave")
	h.get(t, anonymous, "/cafeer/cafe-aeble").want(t, http.StatusOK, "Café Pære")
}

func TestTheDoor(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := h.doorPath(h.date)
	day, _ := cafe.ParseDate(h.date)
	h.signUp(h.date, "a@post.example", 3)
	must[cafe.Receipt](t)(h.services.Cafes.SignUp(context.Background(), authz.Nobody, h.cafe, day, cafe.SignUp{Place: "guest",
		Name: `=HYPERLINK("http://ond.example","klik")`, Phone: "20123456", Party: 2, Language: "ar", Locale: "ar", Note: "-1;,\"x\""}))
	list := must[cafe.Guestlist](t)(h.services.Cafes.Guestlist(context.Background(), authz.TheSystem, h.cafe, day))
	placed := list.Lines[0].ID.String()

	h.get(t, coordinator, path).want(t, http.StatusOK, "Alle 3 kom", "20 12 34 56", "3 af 4 pladser taget", "Nr. 1", "1 får ingen mail. Ring selv")
	for _, came := range []string{"2", "3", "-1", "0"} {
		res := h.post(t, coordinator, path+"/fremmoede", url.Values{"signup": {placed}, "came": {came}})
		res.leadsTo(t, path)
		if !strings.Contains(res.Header.Get("Location"), "#l-") {
			t.Error("the tick does not lead back to its line")
		}
	}
	h.get(t, coordinator, path).want(t, http.StatusOK, "Kom ikke", "Fortryd")
	h.post(t, coordinator, path+"/fremmoede", url.Values{"signup": {placed}, "came": {"11"}}).want(t, http.StatusUnprocessableEntity)
	h.post(t, coordinator, path+"/fremmoede", url.Values{"signup": {"x"}, "came": {"1"}}).want(t, http.StatusNotFound)
	h.post(t, coordinator, path+"/fremmoede", url.Values{"signup": {placed}, "came": {"alle"}}).want(t, http.StatusUnprocessableEntity)

	h.post(t, coordinator, path+"/gaest", url.Values{"kind": {"guest"}, "people": {"4"}}).leadsTo(t, path)
	h.post(t, coordinator, path+"/gaest", url.Values{"kind": {"host"}, "people": {"1"}}).leadsTo(t, path)
	h.post(t, coordinator, path+"/gaest", url.Values{"kind": {"guest"}, "people": {"-1"}}).leadsTo(t, path)
	h.post(t, coordinator, path+"/gaest", url.Values{"kind": {"host"}, "people": {"-5"}}).want(t, http.StatusConflict)
	h.post(t, coordinator, path+"/gaest", url.Values{"kind": {"guest"}, "people": {"99"}}).want(t, http.StatusUnprocessableEntity)
	h.post(t, coordinator, path+"/gaest", url.Values{"kind": {"ukendt"}, "people": {"1"}}).want(t, http.StatusUnprocessableEntity)
	if got := must[cafe.Guestlist](t)(h.services.Cafes.Guestlist(context.Background(), authz.TheSystem, h.cafe, day)).Came(); got != 4 {
		t.Errorf("%d came, want 3 guests and a host without a name", got)
	}

	for separator, query := range map[rune]string{',': "", ';': "?tegn=semikolon"} {
		res := h.get(t, coordinator, path+"/deltagere.csv"+query).want(t, http.StatusOK)
		if res.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(res.Header.Get("Content-Disposition"), "deltagere-cafe-proeve-2026-12-01.csv") {
			t.Errorf("headers are %v", res.Header)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(res.body, "\ufeff")))
		r.Comma = separator
		rows, err := r.ReadAll()
		if err != nil || len(rows) != 3 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		if got := strings.Join(rows[0], "|"); got != "pladstype|kapacitet|navn|antal|status|nr i kø|sprog|telefon|e-mail|note|tid|foto|første gang|hjulpet af" {
			t.Errorf("columns are %s", got)
		}
		if got := strings.Join(rows[2], "|"); got != `gæst|4|'=HYPERLINK("http://ond.example","klik")|2|venteliste|1|arabisk|20 12 34 56||'-1;,"x"|kl. 16.30–18.30|nej|nej|` {
			t.Errorf("got %s", got)
		}
	}

	// More room calls the first in line; less than is taken is refused.
	h.post(t, coordinator, path+"/kapacitet", url.Values{"kind": {"guest"}, "capacity": {"2"}}).want(t, http.StatusConflict, `href="#f-capacity"`, `value="2"`)
	h.post(t, coordinator, path+"/kapacitet", url.Values{"kind": {"guest"}, "capacity": {""}}).want(t, http.StatusUnprocessableEntity)
	h.post(t, coordinator, path+"/kapacitet", url.Values{"kind": {"guest"}, "capacity": {"5"}}).leadsTo(t, path)
	h.get(t, coordinator, path).want(t, http.StatusOK, "5 af 5 pladser taget")

	mails := h.count("FROM river_job WHERE kind = 'mail'")
	h.post(t, coordinator, path+"/aflys", url.Values{"reason": {""}}).want(t, http.StatusUnprocessableEntity, `href="#f-reason"`)
	h.post(t, coordinator, path+"/aflys", url.Values{"reason": {"Varmen er gået"}}).leadsTo(t, path)
	h.post(t, coordinator, path+"/aflys", url.Values{"reason": {"Varmen er gået"}}).want(t, http.StatusConflict, "Varmen er gået", "allerede aflyst")
	if n := h.count("FROM river_job WHERE kind = 'mail'") - mails; n != 1 {
		t.Errorf("%d mails, want one to the one with an address", n)
	}
	h.get(t, coordinator, path).want(t, http.StatusOK, "1 tilmeldt har fået en mail", "Ring selv", "20 12 34 56")
	h.post(t, coordinator, path+"/fremmoede", url.Values{"signup": {placed}, "came": {"1"}}).want(t, http.StatusGone)
	for _, step := range []string{"fremmoede", "gaest", "aflys", "kapacitet"} {
		h.get(t, coordinator, path+"/"+step).leadsTo(t, path) // somebody changed language beside a mistake
	}
}
