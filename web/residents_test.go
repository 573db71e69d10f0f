package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
)

func signUpForm(changes ...string) url.Values {
	v := url.Values{"place": {"guest"}, "name": {"Prøve Beboer"}, "email": {"beboer@post.example"}, "phone": {""},
		"party": {"2"}, "language": {"da"}, "note": {"Barnevogn"}}
	for i := 0; i+1 < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

func (h *harness) datePath(date string) string { return "/cafeer/" + h.cafe + "/" + date }

func TestResidentPagesShowWhatTheyShould(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for path, says := range map[string][]string{
		"/":                                {"Testby", "Café Prøve", "pladser tilbage", "/bliv-partner"},
		"/bydele":                          {"Her hilser vi på hinanden", "/bydele/andenby"},
		"/bydele/testby":                   {"Her hilser vi på hinanden", "Beboerne i Prøvehuset", "Café Prøve", "Et lokale om aftenen", "Værterne"},
		"/bydele/andenby":                  {"Her er grønt", "De Andre"},
		"/cafeer":                          {"Café Prøve", "Aflyst", "Værterne"},
		"/cafeer?bydel=andenby":            {"Ingen caféer passer"},
		"/cafeer?fra=09.12.2026":           {"Aflyst"},
		"/cafeer?sprog=ar":                 {"Café Prøve"},
		"/cafeer?side=2":                   {"cafe"},
		"/cafeer/" + h.cafe:                {"Prøvehuset", "/cafeer/" + h.cafe + "/" + h.date},
		h.datePath(h.date):                 {"Prøvehuset", "Opdigtet Vej 1", "4 pladser tilbage", `name="place"`},
		h.datePath(h.full):                 {"Fuldt: du kan komme på ventelisten"},
		h.datePath(h.cancelled):            {"Vandskade", "Andre dage"},
		h.datePath(h.past):                 {"Andre dage"},
		"/tilbud":                          {"Et lokale om aftenen"},
		"/tilbud?ord=lokale&slags=room":    {"Et lokale om aftenen"},
		"/tilbud?ord=findesikke":           {"Her er ingen tilbud"},
		"/tilbud/" + h.offer.String():      {"Plads til 30.", "Hverdage efter kl. 17", "ida@post.example"},
		"/samarbejdspartnere":              {"Værterne", "De Andre"},
		"/samarbejdspartnere/vaerterne":    {"Café Prøve", "Et lokale om aftenen"},
		"/samarbejdspartnere?bydel=testby": {"Værterne"},
		"/bliv-partner":                    {`name="contact_email"`, "Testby"},
		"/bliv-partner/tak":                {"Tak"},
		"/tilmelding":                      {`name="code"`, `name="email"`},
		"/privatliv":                       {"30 dage", "Datatilsynet", "Følger du en bydel eller et initiativ: til du stopper."},
		"/tilgaengelighed":                 {"WCAG 2.2", "Digitaliseringsstyrelsen"},
		"/robots.txt":                      {"Disallow: /tilmelding"},
	} {
		before := h.queries.Load()
		h.get(t, anonymous, path).want(t, http.StatusOK, says...)
		most := int64(5)
		if strings.HasPrefix(path, "/bydele/") {
			most = 8 // a district gathers from every feature, one question each
		}
		if n := h.queries.Load() - before; n > most {
			t.Errorf("%s: %d queries, %d at most", path, n, most)
		}
	}
	for _, closed := range []string{h.cancelled, h.past} {
		if strings.Contains(h.get(t, anonymous, h.datePath(closed)).body, `name="place"`) {
			t.Errorf("%s still has a form", closed)
		}
	}
	if body := h.get(t, anonymous, "/cafeer?fra=09.12.2026").body; strings.Contains(body, h.datePath(h.date)) {
		t.Error("the list shows dates before the one asked for")
	}
	if strings.Contains(h.get(t, anonymous, "/").body, h.datePath(h.cancelled)) {
		t.Error("the front page invites to a cancelled date")
	}
}

func TestResidentAddressesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for path, status := range map[string]int{
		"/was":                                  http.StatusSeeOther,
		"/bydele/findes-ikke":                   http.StatusNotFound,
		"/cafeer/findes-ikke":                   http.StatusNotFound,
		h.datePath("2026-12-02"):                http.StatusNotFound,
		h.datePath("2026-02-30"):                http.StatusNotFound,
		h.datePath("i-morgen"):                  http.StatusNotFound,
		"/cafeer?fra=i+morgen":                  http.StatusUnprocessableEntity,
		"/cafeer?fra=99.99.2026":                http.StatusUnprocessableEntity,
		"/cafeer?side=abc&bydel=%ff%00&sprog=x": http.StatusOK,
		"/cafeer?side=99999999999999999999":     http.StatusOK,
		"/tilbud?side=-1&ord=%ff%00&slags=x":    http.StatusOK,
		"/samarbejdspartnere?ord=%ff&slags=x":   http.StatusOK,
		"/tilbud/ingen":                         http.StatusNotFound,
		"/tilbud/" + h.draft.String():           http.StatusNotFound,
		"/samarbejdspartnere/" + h.pending:      http.StatusNotFound,
		"/tilmelding/opdigtet":                  http.StatusGone,
		"/tilmelding/opdigtet/afmeld":           http.StatusGone,
		"/tilmelding/opdigtet/kalender.ics":     http.StatusGone,
		"/tilmelding/kode":                      http.StatusSeeOther,
		"/tilmelding/send-link":                 http.StatusSeeOther,
	} {
		if got := h.get(t, anonymous, path).StatusCode; got != status {
			t.Errorf("%s: %d, want %d", path, got, status)
		}
	}
}

func TestSignUpRefusesWhatItCannotUse(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	long := strings.Repeat("å", 501)
	for name, c := range map[string]struct {
		date   string
		form   url.Values
		status int
		says   []string
	}{
		"empty":             {h.date, url.Values{}, 422, []string{`href="#f-name"`, `href="#f-email"`, `href="#f-party"`}},
		"no name":           {h.date, signUpForm("name", "  "), 422, []string{`href="#f-name"`, "beboer@post.example", "Barnevogn"}},
		"long name":         {h.date, signUpForm("name", long), 422, []string{`href="#f-name"`, long}},
		"long note":         {h.date, signUpForm("note", long), 422, []string{`href="#f-note"`, long}},
		"no way to reach":   {h.date, signUpForm("email", ""), 422, []string{`href="#f-email"`, "Prøve Beboer"}},
		"wrong e-mail":      {h.date, signUpForm("email", "beboer@"), 422, []string{`href="#f-email"`, `value="beboer@"`}},
		"wrong phone":       {h.date, signUpForm("email", "", "phone", "12"), 422, []string{`href="#f-phone"`, `value="12"`}},
		"party of 0":        {h.date, signUpForm("party", "0"), 422, []string{`href="#f-party"`, `value="0"`}},
		"party of 99":       {h.date, signUpForm("party", "99"), 422, []string{`href="#f-party"`, `value="99"`}},
		"party of abc":      {h.date, signUpForm("party", "abc", "name", ""), 422, []string{`href="#f-party"`, `value="abc"`, `href="#f-name"`}},
		"unknown kind":      {h.date, signUpForm("place", "dronning"), 422, []string{`href="#f-place"`}},
		"kind not offered":  {h.date, signUpForm("place", "driver"), 422, []string{`href="#f-place"`}},
		"unknown language":  {h.date, signUpForm("language", "klingon"), 422, []string{`href="#f-language"`}},
		"invalid UTF-8":     {h.date, signUpForm("name", "Pr\xf8ve"), 422, []string{`href="#f-name"`, "Pr\uFFFDve"}},
		"a NUL":             {h.date, signUpForm("note", "a\x00b"), 422, []string{`href="#f-note"`}},
		"no such date":      {"2026-12-02", signUpForm(), 404, nil},
		"impossible date":   {"2026-02-30", signUpForm(), 404, nil},
		"passed date":       {h.past, signUpForm(), 410, nil},
		"cancelled date":    {h.cancelled, signUpForm(), 410, nil},
		"passed, and wrong": {h.past, url.Values{}, 410, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h.post(t, anonymous, h.datePath(c.date), c.form).want(t, c.status, c.says...)
		})
	}
	if n := h.count("FROM sign_ups WHERE email IS DISTINCT FROM 'fortid@post.example' AND email IS DISTINCT FROM 'fuld@post.example'"); n != 0 {
		t.Errorf("%d sign-ups were written", n)
	}
}

func TestMistakesStandInTheOrderOfTheForm(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	body := h.post(t, anonymous, h.datePath(h.date), url.Values{"place": {"x"}, "name": {"\xff"}, "party": {"abc"}, "language": {"x"}, "note": {"\xff"}}).
		want(t, 422).body
	at := 0
	for _, field := range []string{"place", "name", "email", "party", "language", "note"} {
		i := strings.Index(body[at:], `href="#f-`+field+`"`)
		if i < 0 {
			t.Fatalf("%s is missing or out of order", field)
		}
		at += i
	}
}

// token signs up through the page and returns the receipt's address.
func (h *harness) receipt(t *testing.T, date string, form url.Values) string {
	t.Helper()
	res := h.post(t, anonymous, h.datePath(date), form).want(t, http.StatusSeeOther)
	return res.Header.Get("Location")
}

func TestFromSignUpToCancellation(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	own := h.receipt(t, h.date, signUpForm())
	page := h.get(t, anonymous, own).want(t, http.StatusOK, "Du har plads", "Prøvehuset", "2 personer", `noindex`)
	if page.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("a receipt may be kept: %q", page.Header.Get("Cache-Control"))
	}
	h.get(t, anonymous, own+"?lang=ar").want(t, http.StatusOK, `dir="rtl"`, "مكانك محجوز")

	// A double press, and the same person by the same address in capitals.
	for _, email := range []string{"beboer@post.example", "BEBOER@post.example"} {
		h.post(t, anonymous, h.datePath(h.date), signUpForm("email", email)).
			want(t, http.StatusConflict, "Du er allerede tilmeldt", `href="/tilmelding"`, "Barnevogn")
	}

	calendar := h.get(t, anonymous, own+"/kalender.ics").want(t, http.StatusOK, "STATUS:CONFIRMED\r\n", "DTSTART;TZID=Europe/Copenhagen:20261201T163000\r\n")
	if strings.Contains(strings.ReplaceAll(calendar.body, "\r\n", ""), "\n") {
		t.Error("the calendar has bare line feeds")
	}
	if !strings.HasPrefix(calendar.Header.Get("Content-Type"), "text/calendar") {
		t.Errorf("the calendar is %s", calendar.Header.Get("Content-Type"))
	}

	for party, status := range map[string]int{"0": 422, "11": 422, "abc": 422, "": 422, "5": 409} {
		h.post(t, anonymous, own, url.Values{"party": {party}}).want(t, status, `href="#f-party"`, `value="`+party+`"`)
	}
	h.post(t, anonymous, own, url.Values{"party": {"4"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, own).want(t, http.StatusOK, "4 personer")

	h.get(t, anonymous, own+"/afmeld").want(t, http.StatusOK, "Vil du melde fra?")
	h.get(t, anonymous, own).want(t, http.StatusOK, "Du har plads") // looking changes nothing
	for range 2 {
		h.post(t, anonymous, own+"/afmeld", nil).want(t, http.StatusSeeOther)
	}
	h.get(t, anonymous, own).want(t, http.StatusOK, "Du er meldt fra", h.datePath(h.date))
	h.get(t, anonymous, own+"/afmeld").want(t, http.StatusSeeOther)
	h.get(t, anonymous, own+"/kalender.ics").want(t, http.StatusOK, "STATUS:CANCELLED\r\n")
	h.post(t, anonymous, own, url.Values{"party": {"1"}}).want(t, http.StatusGone)
	if again := h.receipt(t, h.date, signUpForm()); again == own {
		t.Error("signing up again gave the old link")
	}
}

func TestWaitingAndBeingCalled(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	first := h.receipt(t, h.full, signUpForm("email", "en@post.example", "party", "1"))
	second := h.receipt(t, h.full, signUpForm("email", "to@post.example", "party", "2"))
	h.get(t, anonymous, first).want(t, http.StatusOK, "Du er nr. 1 i køen")
	h.get(t, anonymous, second).want(t, http.StatusOK, "Du er nr. 2 i køen")
	h.get(t, anonymous, second+"/kalender.ics").want(t, http.StatusOK, "STATUS:TENTATIVE\r\n")
	h.post(t, anonymous, first+"/afmeld", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, second).want(t, http.StatusOK, "Du er nr. 1 i køen")
}

func TestReceiptOfADateThatIsOverOrCancelled(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	token := "/tilmelding/" + string(h.signUp(h.date, "senere@post.example", 1))
	date, _ := cafe.ParseDate(h.date)
	h.now = date.Add(20 * time.Hour)
	h.get(t, anonymous, token).want(t, http.StatusOK, "Caféen er begyndt eller holdt")
	h.post(t, anonymous, token, url.Values{"party": {"2"}}).want(t, http.StatusGone)
	h.post(t, anonymous, token+"/afmeld", nil).want(t, http.StatusGone)
}

func TestAPhoneAndACodeAreEnough(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	own := h.receipt(t, h.date, signUpForm("email", "", "phone", "20 12 34 56"))
	body := h.get(t, anonymous, own).want(t, http.StatusOK, "Din kode", "20 12 34 56").body
	_, rest, _ := strings.Cut(body, `class="big-code"`)
	_, rest, _ = strings.Cut(rest, ">")
	code, _, _ := strings.Cut(rest, "<")
	if len(code) != 6 {
		t.Fatalf("no code on the receipt: %q", code)
	}
	try := func(phone, code string) response {
		return h.post(t, anonymous, "/tilmelding/kode", url.Values{"phone": {phone}, "code": {code}})
	}
	try("20123456", "XXXXXX").want(t, http.StatusUnprocessableEntity, `href="#f-code"`, `value="XXXXXX"`)
	try("", "").want(t, http.StatusUnprocessableEntity, `href="#f-code"`)
	again := try("+45 20 12 34 56", " "+strings.ToLower(code[:3])+" "+code[3:]).want(t, http.StatusSeeOther).Header.Get("Location")
	h.get(t, anonymous, again).want(t, http.StatusOK, "Du har plads")

	for range 20 {
		if res := try("20123456", "XXXXXX"); res.StatusCode == http.StatusTooManyRequests {
			res.want(t, http.StatusTooManyRequests, "Vent et par minutter", `value="20123456"`)
			try("20123456", code).want(t, http.StatusTooManyRequests)
			return
		}
	}
	t.Error("codes can be guessed without end")
}

func TestLinksAreSentWithoutTellingWhoIsComing(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.receipt(t, h.date, signUpForm())
	before := h.count("FROM river_job")
	var answers []string
	for _, email := range []string{"beboer@post.example", "ukendt@post.example"} {
		res := h.post(t, anonymous, "/tilmelding/send-link", url.Values{"email": {email}}).want(t, http.StatusSeeOther)
		answers = append(answers, res.Header.Get("Location"))
	}
	if answers[0] != answers[1] {
		t.Errorf("the answers differ: %q", answers)
	}
	if n := h.count("FROM river_job") - before; n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	h.get(t, anonymous, answers[0]).want(t, http.StatusOK, "indbakke")
	h.post(t, anonymous, "/tilmelding/send-link", url.Values{"email": {"nej"}}).want(t, http.StatusUnprocessableEntity, `href="#f-email"`, `value="nej"`)
}

func TestBecomingAPartner(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	form := func(changes ...string) url.Values {
		v := url.Values{"name": {"Naboerne på Prøvevej"}, "kind": {"association"}, "about": {"Vi kender alle."}, "languages": {"da", "uk"},
			"districts": {h.district.String()}, "contact_name": {"Ida Opdigtet"}, "contact_email": {"naboer@post.example"}, "consent": {"1"}}
		for i := 0; i+1 < len(changes); i += 2 {
			v.Set(changes[i], changes[i+1])
		}
		return v
	}
	for name, c := range map[string]struct {
		form url.Values
		says []string
	}{
		"empty":            {url.Values{}, []string{`href="#f-name"`, `href="#f-kind"`}},
		"wrong e-mail":     {form("contact_email", "nej"), []string{`href="#f-contact_email"`, `value="nej"`, "Vi kender alle."}},
		"unknown kind":     {form("kind", "kongehus"), []string{`href="#f-kind"`}},
		"unknown district": {form("districts", "x"), []string{`href="#f-districts"`}},
		"too long":         {form("about", strings.Repeat("å", 2001)), []string{`href="#f-about"`}},
		"invalid UTF-8":    {form("about", "\xff"), []string{`href="#f-about"`}},
		"a CVR of letters": {form("cvr", "abc"), []string{`href="#f-cvr"`, `value="abc"`}},
	} {
		t.Run(name, func(t *testing.T) {
			h.post(t, anonymous, "/bliv-partner", c.form).want(t, http.StatusUnprocessableEntity, c.says...)
		})
	}
	if n := h.count("FROM organisations WHERE name LIKE 'Naboerne%'"); n != 0 {
		t.Fatalf("%d were written", n)
	}
	h.post(t, anonymous, "/bliv-partner", form()).want(t, http.StatusSeeOther)
	odd := h.post(t, anonymous, "/bliv-partner", form("name", "Naboerne på Opdigtet Vej", "cvr", "12345678")).want(t, http.StatusSeeOther)
	h.get(t, anonymous, odd.Header.Get("Location")).want(t, http.StatusOK, "CVR")
	if n := h.count("FROM organisations WHERE name LIKE 'Naboerne%' AND status = 'pending'"); n != 2 {
		t.Errorf("%d wait for approval, want 2", n)
	}
}

func TestDanishContentIsMarkedInOtherLanguages(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, path := range []string{"/bydele/testby", h.datePath(h.date), "/tilbud/" + h.offer.String(), "/samarbejdspartnere/vaerterne"} {
		if !strings.Contains(h.get(t, anonymous, path+"?lang=ar").want(t, http.StatusOK).body, `lang="da" dir="ltr"`) &&
			!strings.Contains(h.get(t, anonymous, path+"?lang=ar").body, `dir="ltr" lang="da"`) {
			t.Errorf("%s: Danish content is not marked", path)
		}
		if strings.Contains(h.get(t, anonymous, path).body, `<p lang="da"`) {
			t.Errorf("%s: marked on a Danish page", path)
		}
	}
}

func TestChosenLanguageIsKept(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	r := httptest.NewRequest(http.MethodPost, h.datePath(h.date)+"?lang=uk", strings.NewReader(signUpForm().Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	own := h.send(anonymous, r).want(t, http.StatusSeeOther).Header.Get("Location")
	if !strings.HasSuffix(own, "?lang=uk") {
		t.Fatalf("the receipt is %q", own)
	}
	h.get(t, anonymous, own).want(t, http.StatusOK, "Місце за вами", "?lang=uk")
}

func TestLongListsAreTurnedPageByPage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	var dates []time.Time
	first, _ := cafe.ParseDate("2027-01-05")
	for i := range 30 {
		dates = append(dates, first.AddDate(0, 0, 7*i))
	}
	must[int](t)(h.services.Cafes.AddDates(t.Context(), authz.TheSystem, h.cafeID, dates))
	one := h.get(t, anonymous, "/cafeer?bydel=testby").want(t, http.StatusOK, "side=2")
	two := h.get(t, anonymous, "/cafeer?bydel=testby&side=2").want(t, http.StatusOK, `href="/cafeer?bydel=testby"`)
	for i, d := range dates {
		path := h.datePath(d.Format(cafe.DateFormat))
		if strings.Contains(one.body, path) == strings.Contains(two.body, path) {
			t.Errorf("date %s is on both pages or none", strconv.Itoa(i))
		}
	}
}
