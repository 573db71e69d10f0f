package web_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// The numbers of a period are counts on a page, in CSV and in Excel, for staff.
func TestStaffReadTheNumbers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.now = time.Date(2026, 12, 3, 12, 0, 0, 0, time.UTC)
	page := h.get(t, coordinator, "/stab/tal").want(t, http.StatusOK, "2 cafédage", "Café Prøve", "<svg", `value="03.12.2026"`, "tal.xlsx")
	if strings.Contains(page.body, "Prøve Gæst") || strings.Contains(page.body, "post.example") {
		t.Error("the numbers name somebody")
	}
	h.get(t, coordinator, "/stab/tal?fra=1.1.2026&til=30.11.2026").want(t, http.StatusOK, "1 cafédag")
	h.get(t, otherCoordinator, "/stab/tal?bydel=testby").want(t, http.StatusOK, "2 cafédage") // staff read all districts
	h.get(t, coordinator, "/stab/tal?bydel=andenby").want(t, http.StatusOK, "Ingen caféer i den tid")
	h.get(t, coordinator, "/stab/tal?cafe=%00%27--").want(t, http.StatusOK, "Ingen caféer i den tid")
	h.get(t, coordinator, "/stab/tal?fra=32.1.2026&til=").want(t, http.StatusUnprocessableEntity, "32.1.2026")
	h.get(t, coordinator, "/stab/tal?fra=1.2.2026&til=1.1.2026").want(t, http.StatusUnprocessableEntity)
	h.get(t, partner, "/stab/tal").want(t, http.StatusForbidden)
	csv := h.get(t, coordinator, "/stab/tal/tal.csv?tegn=semikolon").want(t, http.StatusOK, "Café;Bydel;Måned;Holdt", "Café Prøve;Testby;2026-11-01;1;0;4;2;0")
	if !strings.HasPrefix(csv.body, "\ufeff") {
		t.Error("Excel would read it in another encoding")
	}
	file := h.get(t, coordinator, "/stab/tal/tal.xlsx").want(t, http.StatusOK)
	book, err := excelize.OpenReader(bytes.NewReader([]byte(file.body)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if got, _ := book.GetCellValue(book.GetSheetName(0), "C2"); got != "01.11.2026" {
		t.Errorf("the month is %q", got)
	}
}
