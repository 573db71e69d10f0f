package e2e

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"mellemrum/internal/i18n"
	"mellemrum/internal/pg/pgtest"
	"mellemrum/web/e2e/browser"
)

// evening is a café of the demo that begins in an hour.
type evening struct {
	t     *testing.T
	wire  *wire
	db    *pgxpool.Pool
	id    string // of the occasion
	page  string // its check-in page
	party string // id of one sign-up
	name  string
	size  int
}

func newEvening(t *testing.T) evening {
	t.Helper()
	dsn := pgtest.DSN(t)
	e := evening{t: t, wire: newWire(t, newPortalOn(t, dsn))}
	var err error
	if e.db, err = pgxpool.New(t.Context(), dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.db.Close)
	var slug string
	var date time.Time
	e.scan(`SELECT o.id::text, c.slug, o.on_date FROM occasions o JOIN cafes c ON c.id = o.cafe_id JOIN districts d ON d.id = c.district_id
		WHERE d.name = 'Aalborg Øst' AND o.cancelled_at IS NULL AND o.starts_at > now() AND 3 <= (
			SELECT count(*) FROM sign_ups s JOIN occasion_places p ON p.id = s.place_id
			WHERE p.occasion_id = o.id AND p.kind = 'guest' AND s.status = 'placed')
		ORDER BY o.starts_at LIMIT 1`, nil, &e.id, &slug, &date)
	e.page = "/stab/cafeer/" + slug + "/" + date.Format("2006-01-02") + "/indtjekning"
	e.exec(`UPDATE occasions SET opens_at = NULL, closes_at = now(), starts_at = now() + interval '1 hour', ends_at = now() + interval '3 hours' WHERE id = $1`, e.id)
	e.exec(`DELETE FROM walk_ins w USING occasion_places p WHERE p.id = w.place_id AND p.occasion_id = $1`, e.id)
	e.exec(`UPDATE sign_ups s SET came = NULL FROM occasion_places p WHERE p.id = s.place_id AND p.occasion_id = $1`, e.id)
	e.scan(`SELECT s.id::text, s.name, s.party FROM sign_ups s JOIN occasion_places p ON p.id = s.place_id
		WHERE p.occasion_id = $1 AND p.kind = 'guest' AND s.status = 'placed' ORDER BY s.name LIMIT 1`, []any{e.id}, &e.party, &e.name, &e.size)
	return e
}

func (e evening) exec(sql string, args ...any) {
	e.t.Helper()
	if _, err := e.db.Exec(context.Background(), sql, args...); err != nil {
		e.t.Fatal(err)
	}
}

func (e evening) scan(sql string, args []any, to ...any) {
	e.t.Helper()
	if err := e.db.QueryRow(context.Background(), sql, args...).Scan(to...); err != nil {
		e.t.Fatal(err)
	}
}

// counted is who came, with and without sign-up, as the database has it.
func (e evening) counted() (came, walked int) {
	e.t.Helper()
	e.scan(`SELECT (SELECT coalesce(sum(s.came), 0)::int FROM sign_ups s JOIN occasion_places p ON p.id = s.place_id WHERE p.occasion_id = $1),
		(SELECT coalesce(sum(w.people), 0)::int FROM walk_ins w JOIN occasion_places p ON p.id = w.place_id WHERE p.occasion_id = $1)`,
		[]any{e.id}, &came, &walked)
	return came, walked
}

// host stands at the door with the page open and kept.
func (e evening) host(look browser.Look) person {
	e.t.Helper()
	p := visit(e.t, e.wire.base, look)
	p.signIn("koordinator@demo.example")
	p.open(e.page)
	p.until("kept page", func() bool {
		return ask[bool](p, `caches.match(location.pathname).then(async (copy) => !!copy && !!(await navigator.serviceWorker.getRegistration())?.active)`)
	})
	p.strip("saved")
	return p
}

// row is the sign-up's place in the list.
func (e evening) row() string { return `[data-parties] > li[data-id="` + e.party + `"] ` }

// strip waits until the strip at the foot of the page says how it is.
func (p person) strip(state string) {
	p.t.Helper()
	p.appears(`[data-strip][data-state="` + state + `"]:not([hidden])`)
}

// tap presses in the middle of the screen, clear of what stands at its edges.
func (p person) tap(selector string) {
	p.t.Helper()
	p.appears(selector)
	ask[bool](p, fmt.Sprintf(`(document.querySelector(%q).scrollIntoView({block: "center"}), true)`, selector))
	p.press(selector)
}

// here is the number of guests that the page counts.
func (p person) here() string {
	p.t.Helper()
	return strings.Fields(p.text(`[data-count=false]`))[0]
}

func (p person) signal() { p.t.Helper(); ask[bool](p, `dispatchEvent(new Event("online"))`) }

func TestAtTheDoorWithoutSignal(t *testing.T) {
	t.Parallel()
	e := newEvening(t)
	p := e.host(browser.Look{})

	e.wire.is("cut")
	p.tap(e.row() + `[data-do=here]`)
	p.tap(`[data-plus]`)
	p.tap(`[data-plus]`)
	p.tap(`[data-walk-ins] li button`) // one of them was no guest
	p.tap(e.row() + `[data-do=more]`)  // and a cousin came along
	p.strip("offline")
	want := fmt.Sprint(e.size + 1 + 1)
	check := func(when string) {
		t.Helper()
		if got := p.here(); got != want {
			t.Errorf("%s: %s are here, want %s", when, got, want)
		}
		p.sees("5 tryk er ikke sendt endnu", "ingen forbindelse", e.name)
	}
	check("without signal")
	if came, walked := e.counted(); came != 0 || walked != 0 {
		t.Fatalf("the wire is not cut: %d and %d came", came, walked)
	}

	p.open(e.page) // a reload, still without signal
	p.strip("offline")
	check("after a reload")
	p.open("about:blank") // the tab is closed, and the page opened anew
	p.open(e.page)
	p.strip("offline")
	check("in a new tab")

	e.wire.is("")
	p.signal()
	p.strip("saved")
	if came, walked := e.counted(); came != e.size+1 || walked != 1 {
		t.Errorf("%d signed up and %d others came, want %d and 1", came, walked, e.size+1)
	}
	if got := p.here(); got != want {
		t.Errorf("sent: %s are here, want %s", got, want)
	}
	var presses int
	e.scan(`SELECT count(*)::int FROM door_presses WHERE occasion_id = $1`, []any{e.id}, &presses)
	if presses != 5 {
		t.Errorf("%d presses were noted, want 5", presses)
	}
}

func TestALostAnswerCountsNobodyTwice(t *testing.T) {
	t.Parallel()
	e := newEvening(t)
	p := e.host(browser.Look{})
	e.wire.is("deaf")
	p.tap(`[data-plus]`)
	p.until("guest in the database", func() bool { _, walked := e.counted(); return walked == 1 })
	p.strip("offline")
	p.sees("1 tryk er ikke sendt endnu")
	p.signal()
	p.until("second attempt", func() bool { return len(e.wire.carried()) > 1 })
	e.wire.is("")
	p.signal()
	p.strip("saved")
	if _, walked := e.counted(); walked != 1 || p.here() != "1" {
		t.Errorf("%d came, the page says %s", walked, p.here())
	}
}

func TestTwoHostsSeeEachOthersPresses(t *testing.T) {
	t.Parallel()
	e := newEvening(t)
	a, b := e.host(browser.Look{}), e.host(browser.Look{Languages: "ar"})
	a.tap(e.row() + `[data-do=here]`)
	b.appears(`[data-parties] > li.door-here[data-id="` + e.party + `"]`)
	a.fill("q", strings.ToUpper(e.name))
	if n := ask[int](a, `[...document.querySelectorAll("[data-parties] > li")].filter(li => !li.hidden).length`); n != 1 {
		t.Errorf("%d people are called %s", n, e.name)
	}
	a.fill("q", "Fatima Opdigtet")
	a.sees("ingen på listen hedder det")
	a.tap(`[data-new] summary`)
	a.tap(`[data-new] button[type=submit]`) // her name stands there already
	b.until("Fatima", func() bool { return strings.Contains(b.text("[data-walk-ins]"), "Fatima Opdigtet") })
	b.tap(`[data-walk-ins] li button`)
	b.tap(e.row() + `[data-do=undo]`)
	a.until("nobody", func() bool { return a.here() == "0" })
	b.strip("saved")
	if came, walked := e.counted(); came != 0 || walked != 0 {
		t.Errorf("%d and %d came", came, walked)
	}
}

// Two tabs of one phone share what waits to be sent, and only one sends it.
func TestTwoTabsSendAPressOnce(t *testing.T) {
	t.Parallel()
	e := newEvening(t)
	p := e.host(browser.Look{})
	ask[bool](p, `new Promise((done) => { window.other = open(location.href); other.onload = () => done(true) })`)
	p.until("second tab", func() bool { return ask[bool](p, `other.document.querySelector("[data-strip]")?.hidden === false`) })
	e.wire.is("cut")
	p.tap(`[data-plus]`)
	p.until("the press in the other tab", func() bool {
		return ask[bool](p, `other.document.querySelector("[data-walk-ins] > li") !== null`)
	})
	e.wire.is("")
	ask[bool](p, `other.dispatchEvent(new Event("online")) && dispatchEvent(new Event("online"))`)
	p.strip("saved")
	p.until("the other tab to be done", func() bool {
		return ask[bool](p, `other.document.querySelector("[data-strip]").dataset.state === "saved"`)
	})
	if n := len(e.wire.carried()); n != 1 {
		t.Errorf("sent %d times", n)
	}
	if _, walked := e.counted(); walked != 1 {
		t.Errorf("%d came", walked)
	}
}

// Somebody cancels while the phone is without signal: the host is told, and
// nothing is tried for ever.
func TestARefusedPressIsShown(t *testing.T) {
	t.Parallel()
	e := newEvening(t)
	p := e.host(browser.Look{})
	e.wire.is("cut")
	p.tap(e.row() + `[data-do=here]`)
	p.strip("offline")
	e.exec(`WITH s AS (UPDATE sign_ups SET status = 'cancelled', cancelled_at = now() WHERE id = $1 RETURNING place_id, party)
		UPDATE occasion_places p SET taken = taken - s.party FROM s WHERE p.id = s.place_id`, e.party)
	e.wire.is("")
	p.signal()
	p.strip("saved")
	p.appears(`[data-refused]:not([hidden])`)
	p.sees("blev ikke gemt", e.name, "den tilmelding er meldt fra")
	p.open(e.page)
	p.appears(`[data-refused]:not([hidden])`) // until somebody has read it
	p.tap(`[data-seen]`)
	p.appears(`[data-refused][hidden]`)
}

func TestSigningOutEmptiesThePhone(t *testing.T) {
	t.Parallel()
	e := newEvening(t)
	p := e.host(browser.Look{Width: 1280})
	e.wire.is("cut")
	p.tap(`[data-plus]`)
	p.strip("offline")
	e.wire.is("")
	p.open("/stab") // signing out from elsewhere leads to what is not sent yet
	p.follow(`form[action^="/log-ud"] button`)
	if p.address() != e.page {
		t.Fatalf("signing out with something unsent leads to %s", p.address())
	}
	p.strip("saved")
	if _, walked := e.counted(); walked != 1 {
		t.Errorf("%d came", walked)
	}
	p.follow(`form[action^="/log-ud"] button`)
	p.until("an empty phone", func() bool {
		return ask[bool](p, `(async () => !Object.keys(localStorage).some((key) => key.startsWith("door")) && !(await caches.keys()).length && !(await navigator.serviceWorker.getRegistrations()).length)()`)
	})
	e.wire.is("cut")
	if err := p.v.Open(e.wire.base + e.page); err == nil {
		t.Errorf("the list is still on the phone:\n%.500s", p.text("body"))
	}
}

// A session ends in the middle of an evening.
func TestSignedOutAtTheDoor(t *testing.T) {
	t.Parallel()
	e := newEvening(t)
	p := e.host(browser.Look{})
	e.exec(`DELETE FROM sessions`)
	p.tap(e.row() + `[data-do=here]`)
	p.strip("signin")
	p.sees("log ind igen", "1 tryk er ikke sendt endnu")
	p.follow(`[data-sign-in-link]`)
	p.fill("email", "koordinator@demo.example")
	p.fill("password", "mellemrum-demo")
	p.follow(`form[action^="/log-ind"]:has(#f-password) button[type=submit]`)
	p.strip("saved")
	if came, _ := e.counted(); came != e.size {
		t.Errorf("%d came, want %d", came, e.size)
	}
}

// The date is moved while somebody stands at the door of the old one.
func TestPressesForADateThatIsGoneAreKept(t *testing.T) {
	t.Parallel()
	e := newEvening(t)
	p := e.host(browser.Look{})
	e.exec(`UPDATE occasions SET on_date = on_date + 700 WHERE id = $1`, e.id)
	p.tap(`[data-plus]`)
	p.strip("stuck")
	p.sees("1 tryk er ikke sendt endnu", "det kunne ikke gemmes")
	if left := ask[bool](p, `Object.keys(localStorage).some((key) => key.endsWith("|state"))`); left {
		t.Error("the names are still on the phone")
	}
	e.exec(`UPDATE occasions SET on_date = on_date - 700 WHERE id = $1`, e.id)
	p.signal()
	p.strip("saved")
	if _, walked := e.counted(); walked != 1 {
		t.Errorf("%d came", walked)
	}
}

func TestCheckInWithoutScript(t *testing.T) {
	t.Parallel()
	e := newEvening(t)
	p := visit(t, e.wire.base, browser.Look{NoScript: true})
	p.signIn("koordinator@demo.example")
	p.open(e.page)
	p.fill("q", e.name)
	p.follow(`[data-search] button`)
	p.follow(e.row() + `[data-do=here]`)
	p.sees(fmt.Sprintf("%d er her", e.size))
	p.follow(e.row() + `[data-do=less]`)
	p.open(e.page)
	p.follow(`[data-plus]`)
	if came, walked := e.counted(); came != e.size-1 || walked != 1 {
		t.Errorf("%d and %d came, want %d and 1", came, walked, e.size-1)
	}
}

// Nothing is left of the evening's names when the phone opens any page of the
// portal a day later; what is not sent yet stays.
func TestNamesLeaveThePhoneAfterADay(t *testing.T) {
	t.Parallel()
	e := newEvening(t)
	p := e.host(browser.Look{})
	e.wire.is("cut")
	p.tap(`[data-plus]`)
	p.strip("offline")
	e.wire.is("")
	ask[bool](p, `(async () => {
		for (const key of Object.keys(localStorage)) localStorage.setItem(key, JSON.stringify({...JSON.parse(localStorage.getItem(key)), kept: Date.now() - 25 * 3600e3}));
		const cache = await caches.open("door"), copy = await cache.match(location.pathname);
		await cache.put(location.pathname, new Response(await copy.text(), {headers: {date: new Date(Date.now() - 25 * 3600e3).toUTCString()}}));
		return true;
	})()`)
	p.open("/privatliv")
	p.until("forgetting", func() bool { return ask[bool](p, fmt.Sprintf(`caches.match(%q).then((copy) => !copy)`, e.page)) })
	left := ask[[]string](p, `Object.keys(localStorage).filter((key) => key.startsWith("door|"))`)
	if len(left) != 1 || !strings.Contains(left[0], "|press|") {
		t.Errorf("on the phone: %v", left)
	}
	p.open(e.page)
	p.strip("saved")
	if _, walked := e.counted(); walked != 1 {
		t.Errorf("%d came", walked)
	}
}

// The page itself, in every language, on the narrowest phone.
func TestCheckInIsForEveryone(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	e := newEvening(t)
	for _, lang := range i18n.All() {
		p := e.host(browser.Look{Width: 320, Languages: lang.Code, Dark: lang.Code == "ar"})
		if lang.Code == "da" {
			p.tap(e.row() + `[data-do=here]`)
			p.tap(`[data-plus]`)
		}
		p.tap(`[data-new] summary`)
		p.strip("saved")
		p.checkPage(e.page+" "+lang.Code, string(source))
		small := ask[[]string](p, `[...document.querySelectorAll("main button, main input:not([type=hidden]), main select, main summary")].filter(b => b.checkVisibility() && b.getBoundingClientRect().height < 44).map(b => b.outerHTML)`)
		if len(small) > 0 {
			t.Errorf("%s: too small for a thumb: %v", lang.Code, small)
		}
	}
}
