package me

import (
	"net/url"
	"regexp"

	"mellemrum/internal/cafe"
	"mellemrum/web/route"
)

// erasing is the page that asks before all traces are erased.
type erasing struct {
	cafe.Traces
	path    string
	givesUp bool // a place, or a place in line
}

func (r room) askErase(q *route.Request) (route.Page, error) {
	t, err := r.Cafes.Traces(q.Context(), token(q))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(erasePage(erasing{t, path(token(q)), t.GivesUp(q.Now())})), nil
}

func (r room) erase(q *route.Request) (route.Page, error) {
	done, err := r.Cafes.Erase(q.Context(), resident, token(q))
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther("/tilmelding/slettet?kvittering=" + url.QueryEscape(done.Receipt)), nil
}

var receiptNumber = regexp.MustCompile(`^[2-9A-Z]{10}$`)

// erased is the receipt. It knows the number and nobody; what is not a number
// is not shown.
func (r room) erased(q *route.Request) (route.Page, error) {
	number := q.URL.Query().Get("kvittering")
	if !receiptNumber.MatchString(number) {
		number = ""
	}
	return route.Show(erasedPage(number)), nil
}
