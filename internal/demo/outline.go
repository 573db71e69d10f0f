package demo

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

// Credit goes with every map made from the parishes.
const Credit = "Indeholder data fra Styrelsen for Dataforsyning og Infrastruktur, DAGI"

// sogne are the parishes in and around Aalborg, from DAGI (1:500,000, 2014).
//
//go:embed sogne.geojson
var sogne []byte

type point [2]float64

// parishes reads the parishes' outer rings by name.
func parishes() (map[string][][]point, error) {
	var file struct {
		Features []struct {
			Properties struct{ Sognenavn string }
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(sogne, &file); err != nil {
		return nil, fmt.Errorf("demo: parishes: %w", err)
	}
	list := map[string][][]point{}
	for _, f := range file.Features {
		var polygons [][][]point
		if f.Geometry.Type == "Polygon" {
			polygons = make([][][]point, 1)
			if err := json.Unmarshal(f.Geometry.Coordinates, &polygons[0]); err != nil {
				return nil, fmt.Errorf("demo: %s: %w", f.Properties.Sognenavn, err)
			}
		} else if err := json.Unmarshal(f.Geometry.Coordinates, &polygons); err != nil {
			return nil, fmt.Errorf("demo: %s: %w", f.Properties.Sognenavn, err)
		}
		for _, p := range polygons {
			list[f.Properties.Sognenavn] = append(list[f.Properties.Sognenavn], p[0])
		}
	}
	return list, nil
}

// outline joins parishes into one GeoJSON MultiPolygon. Neighbours share their
// border point by point, one way round each, so that what is left when shared
// stretches are taken out is the border of the whole.
func outline(all map[string][][]point, names ...string) (json.RawMessage, error) {
	type edge struct{ from, to point }
	edges := map[edge]bool{}
	for _, name := range names {
		rings, known := all[name]
		if !known {
			return nil, fmt.Errorf("demo: there is no parish %s", name)
		}
		for _, ring := range rings {
			for i := range len(ring) - 1 {
				if back := (edge{ring[i+1], ring[i]}); edges[back] {
					delete(edges, back)
				} else {
					edges[edge{ring[i], ring[i+1]}] = true
				}
			}
		}
	}
	next := map[point][]point{}
	var starts []point
	for e := range edges {
		next[e.from] = append(next[e.from], e.to)
		starts = append(starts, e.from)
	}
	slices.SortFunc(starts, func(a, b point) int { return slices.Compare(a[:], b[:]) })
	var polygons [][][]point
	for _, start := range starts {
		if len(next[start]) == 0 {
			continue
		}
		ring := []point{start}
		for at := start; ; {
			to := next[at]
			if len(to) == 0 {
				return nil, fmt.Errorf("demo: the border of %v does not close", names)
			}
			at, next[at] = to[len(to)-1], to[:len(to)-1]
			ring = append(ring, at)
			if at == start {
				break
			}
		}
		if area(ring) > 0 { // a gap inside runs the other way round
			polygons = append(polygons, [][]point{ring})
		}
	}
	return json.Marshal(map[string]any{"type": "MultiPolygon", "coordinates": polygons})
}

// area is twice the ring's area in square degrees, positive when it runs
// counter-clockwise.
func area(ring []point) float64 {
	sum := 0.0
	for i := range len(ring) - 1 {
		sum += ring[i][0]*ring[i+1][1] - ring[i+1][0]*ring[i][1]
	}
	return sum
}
