package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// cafeForm is the café's form as a browser would send it back.
func (h *harness) cafeForm() url.Values {
	h.t.Helper()
	page := h.get(h.t, coordinator, "/stab/cafeer/"+h.cafe+"/rediger").body
	form := url.Values{}
	for _, in := range regexp.MustCompile(`<input[^>]*>`).FindAllString(page[strings.Index(page, "<main"):], -1) {
		attr := func(name string) string {
			m := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(in)
			if m == nil {
				return ""
			}
			return m[1]
		}
		if t := attr("type"); t == "checkbox" && !strings.Contains(in, " checked") {
			continue
		}
		if name := attr("name"); name != "" {
			form.Add(name, attr("value"))
		}
	}
	for _, sel := range regexp.MustCompile(`(?s)<select[^>]* name="([^"]*)".*?</select>`).FindAllStringSubmatch(page, -1) {
		chosen := regexp.MustCompile(`<option[^>]*value="([^"]*)"[^>]* selected`).FindStringSubmatch(sel[0])
		if chosen == nil {
			chosen = regexp.MustCompile(`<option[^>]*value="([^"]*)"`).FindStringSubmatch(sel[0])
		}
		if chosen != nil {
			form.Add(sel[1], chosen[1])
		}
	}
	return form
}

// Nothing of a series is changed before staff have seen whom it touches.
func TestAChangeOfASeriesIsSeenFirst(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.signUp(h.date, "gaest@post.example", 2)
	path := "/stab/cafeer/" + h.cafe + "/rediger"
	form := h.cafeForm()
	form.Set("about", "Nye ord om kaffen.")
	h.post(t, coordinator, path, form).want(t, http.StatusSeeOther) // nobody notices: saved at once
	form = h.cafeForm()
	form.Set("starts", "17.00")
	form.Set("about", "Ord, der ikke må blive væk")
	seen := h.post(t, coordinator, path, form).want(t, http.StatusOK, "Før vi gemmer", "Hvilke dage skal følge med?", "2 får besked", "Det bliver ændret", "kl. 16.30–18.30", "kl. 17.00–18.30", `value="17.00"`, "Ord, der ikke må blive væk")
	if n := h.count("FROM cafes WHERE starts = '17:00'"); n != 0 {
		t.Fatal("it was saved before it was seen")
	}
	boxes := regexp.MustCompile(`name="dates" value="([^"]*)"( checked)?`).FindAllStringSubmatch(seen.body, -1)
	if len(boxes) != 2 || boxes[0][2] != "" || boxes[1][2] != "" { // both have people
		t.Fatalf("%q", boxes)
	}
	form.Set("step", "ret")
	h.post(t, coordinator, path, form).want(t, http.StatusOK, "Ord, der ikke må blive væk", `value="17.00"`, "Gem")
	// Somebody signs up while it is being looked at: it is shown again.
	h.signUp(h.date, "ny@post.example", 1)
	form.Set("step", "gem")
	form.Set("dates", boxes[0][1])
	h.post(t, coordinator, path, form).want(t, http.StatusConflict, "imens", "Før vi gemmer")
	if n := h.count("FROM river_job WHERE args->>'letter' = 'cafe_moved'"); n != 0 {
		t.Error("somebody was told of what did not happen")
	}
	again := h.post(t, coordinator, path, h.without(form, "step", "dates"))
	form.Set("dates", regexp.MustCompile(`name="dates" value="([^"]*)"`).FindStringSubmatch(again.body)[1])
	h.post(t, coordinator, path, form).want(t, http.StatusSeeOther)
	if n := h.count("FROM river_job WHERE args->>'letter' = 'cafe_moved'"); n != 2 {
		t.Errorf("%d people were told", n)
	}
	h.get(t, anonymous, "/cafeer/"+h.cafe+"/"+h.date).want(t, http.StatusOK, "17.00")
	h.get(t, anonymous, "/cafeer/"+h.cafe+"/"+h.full).want(t, http.StatusOK, "16.30")
}

func (h *harness) without(form url.Values, names ...string) url.Values {
	other := url.Values{}
	for name, values := range form {
		other[name] = values
	}
	for _, name := range names {
		delete(other, name)
	}
	return other
}

// Shifts have a kind, a time, a least and a most; what is wrong is said at its
// row and nothing typed is lost.
func TestShiftsAreWrittenInRows(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := "/stab/cafeer/" + h.cafe + "/rediger"
	form := h.cafeForm()
	if form.Get("shifts[0].kind") != "host" || form.Get("shifts[0].capacity") != "2" || form.Get("capacity_guest") != "4" {
		t.Fatalf("%v", form)
	}
	row := func(n, kind, least, most, from, until string) {
		p := "shifts[" + n + "]."
		form.Set(p+"kind", kind)
		form.Set(p+"minimum", least)
		form.Set(p+"capacity", most)
		form.Set(p+"starts", from)
		form.Set(p+"ends", until)
	}
	row("1", "kitchen", "3", "2", "15.00", "17.00")
	h.post(t, coordinator, path, form).want(t, http.StatusUnprocessableEntity, "Skriv et tal fra 0 til 2", "inden for caféens tid", `value="15.00"`)
	row("1", "kitchen", "1", "2", "16.30", "17.30")
	row("2", "interpreter", "", "1", "", "")
	form.Set("shifts[2].language", "ar")
	form.Set("more", "shifts")
	h.post(t, coordinator, path, form).want(t, http.StatusOK, `name="shifts[7].kind"`, `value="16.30"`)
	form.Del("more")
	form.Set("opens_days", "14")
	form.Set("closes_hours", "1,5")
	form.Set("step", "gem")
	h.post(t, coordinator, path, form).want(t, http.StatusSeeOther)
	h.get(t, coordinator, "/stab/cafeer/"+h.cafe).want(t, http.StatusOK, "1–2", "arabisk")
	if n := h.count("FROM cafes WHERE opens_days = 14 AND closes_minutes = 90 AND remind_at = '10:00' AND thanks"); n != 1 {
		t.Error("the habits were not kept")
	}
	h.get(t, coordinator, "/stab/cafeer/ny?fra="+h.cafe).want(t, http.StatusOK, "Opdigtet Vej 1", `value="1,5"`)
}

// One date is moved: the old address leads to the new one, and the page says
// before whom it tells.
func TestOneDateIsMoved(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	token := h.signUp(h.date, "gaest@post.example", 2)
	at := "/stab/cafeer/" + h.cafe + "/" + h.date
	h.get(t, coordinator, at).want(t, http.StatusOK, "/flyt")
	h.get(t, coordinator, at+"/flyt").want(t, http.StatusOK, "2 tilmeldte bliver spurgt", `value="01.12.2026"`)
	form := url.Values{"date": {"08.12.2026"}, "starts": {"16.30"}, "ends": {"18.30"}, "people": {"2"}}
	h.post(t, coordinator, at+"/flyt", form).want(t, http.StatusConflict, "har allerede den dag")
	form.Set("date", "2.12.2026")
	form.Set("people", "1")
	h.post(t, coordinator, at+"/flyt", form).want(t, http.StatusConflict, "imens", `value="2"`)
	form.Set("people", "2")
	h.post(t, otherCoordinator, at+"/flyt", form).want(t, http.StatusForbidden)
	h.post(t, coordinator, at+"/flyt", form).want(t, http.StatusSeeOther)
	for as, prefix := range map[role]string{anonymous: "/cafeer/", coordinator: "/stab/cafeer/", partner: "/partner/cafeer/"} {
		res := h.get(t, as, prefix+h.cafe+"/"+h.date).want(t, http.StatusSeeOther)
		if got := res.Header.Get("Location"); !strings.HasPrefix(got, prefix+h.cafe+"/2026-12-02") {
			t.Errorf("%s is led to %s", as, got)
		}
	}
	h.get(t, anonymous, "/tilmelding/"+string(token)).want(t, http.StatusOK, "2. december", "/behold")
	h.post(t, coordinator, "/stab/cafeer/"+h.cafe+"/2026-12-02/slet", nil).want(t, http.StatusConflict, "Aflys den i stedet")
	times := url.Values{"opens": {"24.11.2026"}, "opens_at": {"8"}, "closes": {"2.12.2026"}, "closes_at": {"17"}}
	h.post(t, coordinator, "/stab/cafeer/"+h.cafe+"/2026-12-02/tilmeldingstid", times).want(t, http.StatusUnprocessableEntity, "før caféen begynder")
	times.Set("closes_at", "12.00")
	h.post(t, coordinator, "/stab/cafeer/"+h.cafe+"/2026-12-02/tilmeldingstid", times).want(t, http.StatusSeeOther)
	h.get(t, anonymous, "/cafeer/"+h.cafe+"/2026-12-02").want(t, http.StatusOK, "Tilmeldingen åbner")
}

// Last season is held again, and holidays are marked.
func TestASeasonIsPlannedAgain(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	res := h.post(t, coordinator, "/stab/cafeer/"+h.cafe+"/datoer", url.Values{"repeat": {"again"}, "from": {"08.02.2027"}, "step": {"vis"}})
	res.want(t, http.StatusOK, "2027-02-08", "2027-02-23", "2027-03-09", "vinterferie") // the same weekdays, 12 weeks later
}

// The press that moved a date may be sent twice, and a form that was open
// while it was moved leads to where the date is now.
func TestAPressOnADateThatWasMovedLeadsToIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/stab/cafeer/" + h.cafe + "/" + h.date
	form := url.Values{"date": {"02.12.2026"}, "starts": {"16.30"}, "ends": {"18.30"}, "people": {"0"}}
	h.post(t, coordinator, at+"/flyt", form).want(t, http.StatusSeeOther)
	h.post(t, coordinator, at+"/flyt", form).want(t, http.StatusSeeOther)
	h.get(t, coordinator, at+"/flyt").want(t, http.StatusSeeOther)
	h.post(t, anonymous, "/cafeer/"+h.cafe+"/"+h.date, url.Values{"place": {"guest"}, "name": {"Gæst"}, "email": {"gaest@post.example"}, "party": {"1"}}).
		want(t, http.StatusConflict, "flyttet til en anden dag, mens du skrev", `value="gaest@post.example"`, "/cafeer/"+h.cafe+"/2026-12-02")
	if n := h.count("FROM sign_ups WHERE email = 'gaest@post.example'"); n != 0 {
		t.Error("they were signed up for a day they had not seen")
	}
}

// A season that would begin before its first date is told, not failed on.
func TestASeasonBeginsInItsWeek(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	form := url.Values{"repeat": {"again"}, "from": {"28.02.2027"}, "step": {"vis"}} // a Sunday, and one date in the season
	h.exec("DELETE FROM sign_ups")
	h.exec("DELETE FROM occasions WHERE on_date <> (SELECT max(on_date) FROM occasions)")
	h.post(t, coordinator, "/stab/cafeer/"+h.cafe+"/datoer", form).want(t, http.StatusUnprocessableEntity, "Skriv mandagen i den uge", `value="28.02.2027"`)
	form.Set("from", "22.02.2027")
	h.post(t, coordinator, "/stab/cafeer/"+h.cafe+"/datoer", form).want(t, http.StatusOK, "2027-02-2")
}

// Minutes survive being shown as hours, and a row without a number goes.
func TestTheFormOfACafeKeepsWhatItIsGiven(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := "/stab/cafeer/" + h.cafe + "/rediger"
	for _, minutes := range []int{100, 65, 7, 138, 10079} {
		h.exec("UPDATE cafes SET closes_minutes = $1, opens_days = NULL, call_minutes = 25", minutes)
		h.post(t, coordinator, path, h.cafeForm()).want(t, http.StatusSeeOther)
		if n := h.count("FROM cafes WHERE closes_minutes = $1 AND call_minutes = 25", minutes); n != 1 {
			t.Errorf("%d minutes became others", minutes)
		}
	}
	form := h.cafeForm()
	form.Set("shifts[0].capacity", "")
	form.Set("shifts[0].minimum", "1")
	seen := h.post(t, coordinator, path, form).want(t, http.StatusOK, "Før vi gemmer", "Værter")
	if strings.Contains(seen.body, `name="shifts[0].kind" value="host"`) {
		t.Error("the row is still there")
	}
	form = h.cafeForm()
	form.Set("shifts[1].kind", "kitchen")
	form.Set("shifts[1].starts", "16.30")
	h.post(t, coordinator, path, form).want(t, http.StatusUnprocessableEntity, "Skriv et tal fra 1 til 500", `value="16.30"`)
}
