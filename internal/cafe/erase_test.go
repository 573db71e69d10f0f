package cafe

import (
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

var resident = authz.Actor{Role: authz.Resident}

func TestErasingLeavesCountsAndPassesThePlaceOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 3})
	first := guest(1, 3)
	first.Note, first.Phone, first.FirstTime, first.Photo, first.AskMe = "Barnevogn", "20 12 34 56", true, true, true
	r := w.signUp(first)
	waits := w.signUp(guest(2, 2))
	w.exec(`INSERT INTO stand_ins (id, cafe_id, name, email, locale, language, helped_at, created_at)
		VALUES (gen_random_uuid(), $1, 'Gæst 1', 'GAEST1@post.example', 'da', 'da', now(), now())`, w.cafe.ID)
	w.exec(`INSERT INTO mail_bounces VALUES ('gaest1@post.example', 'ukendt', now()), ('gaest2@post.example', 'ukendt', now())`)

	done, err := w.s.Erase(t.Context(), resident, r.Token)
	if err != nil || done.Receipt == "" || !done.At.Equal(w.now) {
		t.Fatalf("%+v, %v", done, err)
	}
	w.check()
	if m := w.mine(waits); m.Status != Placed {
		t.Errorf("the next in line is %s", m.Status)
	}
	if n := w.mails("cafe_promoted"); n != 1 {
		t.Errorf("%d mails about the place that became free", n)
	}
	if n := w.count(`FROM sign_ups WHERE party = 3 AND status = 'cancelled' AND first_time AND forgotten_at IS NOT NULL
		AND name || note || language = '' AND coalesce(email, phone, code) IS NULL AND NOT photo AND NOT ask_me`); n != 1 {
		t.Error("the row is not a count")
	}
	for what, left := range map[string]int{
		"links":     w.count(`FROM sign_up_links WHERE sign_up_id = $1`, r.ID),
		"mails":     w.count(`FROM river_job WHERE args::text ILIKE '%gaest1@%'`),
		"stand-ins": w.count(`FROM stand_ins`),
		"bounces":   w.count(`FROM mail_bounces WHERE address = 'gaest1@post.example'`),
		"log":       w.count(`FROM audit_entries WHERE detail::text ILIKE '%gaest1@%' OR detail::text LIKE '%Gæst 1%'`),
	} {
		if left > 0 {
			t.Errorf("%s: %d left", what, left)
		}
	}
	if w.count(`FROM mail_bounces`) != 1 || w.mails("cafe_receipt") != 1 {
		t.Error("another person's traces went along")
	}
	if n := w.count(`FROM audit_entries WHERE action = 'cafe.erased' AND detail->>'receipt' = $1`, done.Receipt); n != 1 {
		t.Error("the receipt is not found in the log")
	}
	if _, err := w.s.Erase(t.Context(), resident, r.Token); !fault.Is(err, fault.Gone) {
		t.Errorf("a second time: %v", err)
	}
	if _, err := w.s.Traces(t.Context(), r.Token); !fault.Is(err, fault.Gone) {
		t.Errorf("a spent link: %v", err)
	}
}

func TestErasingAfterTheDateKeepsWhoCameAsACount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 6})
	r := w.signUp(guest(1, 3))
	w.exec(`UPDATE sign_ups SET came = 2`)
	w.now = time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)
	before, err := w.s.Numbers(t.Context(), w.coordinator, NumbersFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Erase(t.Context(), resident, r.Token); err != nil {
		t.Fatal(err)
	}
	w.check()
	if n := w.count(`FROM sign_ups WHERE status = 'placed' AND came = 2 AND party = 3 AND name = ''`); n != 1 {
		t.Error("the count changed")
	}
	after, err := w.s.Numbers(t.Context(), w.coordinator, NumbersFilter{})
	if err != nil || len(before) != 1 || len(after) != 1 || after[0] != before[0] {
		t.Errorf("%+v, then %+v, %v", before, after, err)
	}
}

func TestOnlyStaffOfTheDistrictEraseForSomebody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 6})
	r := w.signUp(guest(1, 3))
	for name, a := range map[string]authz.Actor{"nobody": authz.Nobody, "staff elsewhere": w.stranger, "the host": w.host} {
		if _, err := w.s.EraseFor(t.Context(), a, w.cafe.Slug, w.date, r.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := w.s.TracesFor(t.Context(), a, w.cafe.Slug, w.date, r.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reads: %v", name, err)
		}
	}
	if _, err := w.s.EraseFor(t.Context(), w.coordinator, w.cafe.Slug, w.date.AddDate(0, 0, 1), r.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("on another date: %v", err)
	}
	if _, err := w.s.EraseFor(t.Context(), w.coordinator, w.cafe.Slug, w.date, r.ID); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`FROM sign_ups WHERE name = '' AND status = 'cancelled'`); n != 1 {
		t.Error("not erased")
	}
}
