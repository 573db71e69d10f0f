package demo

import (
	"math"
	"testing"

	"mellemrum/internal/geo"
)

func TestADistrictIsAsLargeAsItsParishes(t *testing.T) {
	all, err := parishes()
	if err != nil || len(all) != 27 {
		t.Fatalf("%d parishes, %v", len(all), err)
	}
	used := map[string]string{}
	for _, d := range districts {
		raw, err := outline(all, d.parishes...)
		if err != nil {
			t.Errorf("%s: %v", d.name, err)
			continue
		}
		drawn, err := geo.Parse(raw)
		if err != nil {
			t.Errorf("%s: %v", d.name, err)
			continue
		}
		want := 0.0
		for _, name := range d.parishes {
			want += geo.Area(all[name])
			if used[name] != "" {
				t.Errorf("the parish %s is in %s and in %s", name, used[name], d.name)
			}
			used[name] = d.name
		}
		if got := geo.Area(drawn); math.Abs(got-want) > 1e-6*want {
			t.Errorf("%s: %f square degrees, its parishes %f", d.name, got, want)
		}
	}
	if _, err := outline(all, "Findes ikke"); err == nil {
		t.Error("an unknown parish is drawn")
	}
}
