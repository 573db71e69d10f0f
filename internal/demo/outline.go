package demo

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/paulmach/orb"

	"mellemrum/internal/geo"
)

// sogne are the parishes in and around Aalborg (1:500,000, 2014). Indeholder
// data fra Styrelsen for Dataforsyning og Infrastruktur, DAGI.
//
//go:embed sogne.geojson
var sogne []byte

// parishes reads the parishes' outlines by name.
func parishes() (map[string]orb.MultiPolygon, error) {
	var file struct {
		Features []struct {
			Properties struct{ Sognenavn string }
			Geometry   json.RawMessage
		}
	}
	if err := json.Unmarshal(sogne, &file); err != nil {
		return nil, fmt.Errorf("demo: parishes: %w", err)
	}
	list := map[string]orb.MultiPolygon{}
	for _, f := range file.Features {
		drawn, err := geo.Parse(f.Geometry)
		if err != nil {
			return nil, fmt.Errorf("demo: %s: %w", f.Properties.Sognenavn, err)
		}
		list[f.Properties.Sognenavn] = drawn
	}
	return list, nil
}

// outline joins parishes into one district.
func outline(all map[string]orb.MultiPolygon, names ...string) (json.RawMessage, error) {
	parts := make([]orb.MultiPolygon, len(names))
	for i, name := range names {
		drawn, known := all[name]
		if !known {
			return nil, fmt.Errorf("demo: there is no parish %s", name)
		}
		parts[i] = drawn
	}
	return geo.Format(geo.Union(parts...)), nil
}
