package web_test

import (
	"net/http"
	"strings"
	"testing"

	"mellemrum/internal/report"
)

// Staff choose a period and districts, and read, print or fetch the paper.
func TestStaffWriteAPaperForTheCommittee(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.together("general", true)
	h.get(t, coordinator, "/stab/rapporter").want(t, http.StatusOK, "Udvalgspapir", `value="01.01.2026"`, `value="testby" checked`, "sidste kvartal")
	const ask = "?slags=committee&fra=01.01.2026&til=31.12.2026&bydel=testby"
	page := h.get(t, coordinator, "/stab/rapporter/papir"+ask).want(t, http.StatusOK, `lang="da" dir="ltr"`, "<h2>Resume</h2>", "<h2>Inddragelse og høring</h2>", "14 beboere var med", "Bede i børnehøjde", "Her hilser vi på hinanden", "papir.docx?")
	for _, person := range []string{"Ida Opdigtet", "ida@post.example", "Prøve coordinator"} {
		if strings.Contains(page.body[strings.Index(page.body, `class="report"`):], person) {
			t.Errorf("the paper names %s", person)
		}
	}
	file := h.get(t, coordinator, "/stab/rapporter/papir.docx"+ask).want(t, http.StatusOK, "PK")
	if got := file.Header.Get("Content-Type"); got != report.ContentType {
		t.Errorf("it is sent as %q", got)
	}
	h.get(t, coordinator, "/stab/rapporter/papir"+ask+"&lang=ar").want(t, http.StatusOK, "<h2>Resume</h2>", `dir="rtl"`)
	h.get(t, coordinator, "/stab/rapporter/papir?slags=yearly&fra=2026-01-01&til=2026-12-31").want(t, http.StatusOK, "<h2>Bydelene</h2>", "Andenby")
	for address, says := range map[string]string{
		"?slags=committee&fra=i+går&til=31.12.2026":                         "#f-fra",
		"?slags=committee&fra=01.02.2026&til=01.01.2026":                    "#f-til",
		"?slags=digt&fra=01.01.2026&til=01.02.2026":                         "#f-slags",
		"?slags=committee&fra=01.01.2026&til=01.02.2026&bydel=findes-ikke":  "#f-bydel",
		"?slags=committee&fra=01.01.2000&til=01.02.2026&bydel=testby":       "#f-til",
		"?slags=committee&fra=01.01.2026&til=01.02.2026&bydel=%00&bydel=<>": "#f-bydel",
	} {
		h.get(t, coordinator, "/stab/rapporter/papir"+address).want(t, http.StatusUnprocessableEntity, says)
		h.get(t, coordinator, "/stab/rapporter/papir.docx"+address).want(t, http.StatusUnprocessableEntity, says)
	}
	for _, as := range []role{partner, otherPartner} {
		h.get(t, as, "/stab/rapporter/papir"+ask).want(t, http.StatusForbidden)
	}
	before := h.queries.Load()
	h.get(t, coordinator, "/stab/rapporter/papir"+ask)
	if n := h.queries.Load() - before; n > 7 {
		t.Errorf("%d queries", n)
	}
}
