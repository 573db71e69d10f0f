package ui

import (
	"context"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// iconMarkup holds every icon drawn once: a list of cafés shows eighty.
var iconMarkup = sync.OnceValue(func() map[string]string {
	drawn := make(map[string]string, len(icons))
	for name := range icons {
		var b strings.Builder
		if err := drawIcon(name).Render(context.Background(), &b); err != nil {
			continue // an icon that cannot be drawn is not worth a page
		}
		drawn[name] = b.String()
	}
	return drawn
})

// Icon is a small drawing beside words. It says nothing by itself, and an
// unknown name draws nothing.
func Icon(name string) templ.Component { return templ.Raw(iconMarkup()[name]) }
