package web_test

import (
	"context"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
)

// helped signs somebody without address and number up for the date.
func (h *harness) helped(name string) cafe.Receipt {
	h.t.Helper()
	d, _ := cafe.ParseDate(h.date)
	return must[cafe.Receipt](h.t)(h.services.Cafes.SignUpFor(context.Background(), authz.TheSystem, h.cafe, d,
		cafe.SignUp{Place: "guest", Name: name, Party: 1, Language: "ar", Locale: "da"}, true))
}
