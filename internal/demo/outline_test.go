package demo

import (
	"encoding/json"
	"math"
	"testing"
)

func TestADistrictIsAsLargeAsItsParishes(t *testing.T) {
	all, err := parishes()
	if err != nil || len(all) != 27 {
		t.Fatalf("%d parishes, %v", len(all), err)
	}
	for _, d := range districts {
		raw, err := outline(all, d.parishes...)
		if err != nil {
			t.Errorf("%s: %v", d.name, err)
			continue
		}
		var drawn struct {
			Type        string
			Coordinates [][][]point
		}
		if err := json.Unmarshal(raw, &drawn); err != nil || drawn.Type != "MultiPolygon" || len(drawn.Coordinates) == 0 {
			t.Errorf("%s: %s, %v", d.name, drawn.Type, err)
			continue
		}
		want, got := 0.0, 0.0
		for _, name := range d.parishes {
			for _, ring := range all[name] {
				want += area(ring)
			}
		}
		for _, p := range drawn.Coordinates {
			got += area(p[0])
			if p[0][0] != p[0][len(p[0])-1] {
				t.Errorf("%s: a ring is open", d.name)
			}
		}
		if math.Abs(got-want) > want/50 { // small gaps between parishes are closed
			t.Errorf("%s: %f square degrees, its parishes %f", d.name, got/2, want/2)
		}
	}
	if _, err := outline(all, "Findes ikke"); err == nil {
		t.Error("an unknown parish is drawn")
	}
}
