package district

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"mellemrum/internal/pg"
)

const (
	outlineBytes  = 500_000
	outlinePoints = 10_000
)

var errOutline = errors.New("district: the outline is no area in WGS84")

// The parts of GeoJSON that an area is made of. A position may carry a height
// after longitude and latitude; it is left out.
type (
	position []float64
	ring     []position
	polygon  []ring

	shape struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
		Geometry    *shape          `json:"geometry"` // of a Feature
		Features    []shape         `json:"features"` // of a FeatureCollection
	}
)

// outline returns the drawn area as a GeoJSON MultiPolygon, nil for none. It
// takes what drawing programs save: a geometry, a feature, or a collection.
func (in Input) outline() (*string, error) {
	raw := bytes.TrimSpace(in.Outline)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil, nil
	}
	var drawn shape
	if len(raw) > outlineBytes || json.Unmarshal(raw, &drawn) != nil {
		return nil, errOutline
	}
	area, err := drawn.area()
	if err != nil {
		return nil, err
	}
	points := 0
	for _, p := range area {
		for _, r := range p {
			points += len(r)
		}
	}
	if points == 0 || points > outlinePoints {
		return nil, errOutline
	}
	out, err := json.Marshal(struct {
		Type        string    `json:"type"`
		Coordinates []polygon `json:"coordinates"`
	}{"MultiPolygon", area})
	if err != nil {
		return nil, errOutline
	}
	s := string(out)
	return &s, nil
}

func (s shape) area() ([]polygon, error) {
	var area []polygon
	switch s.Type {
	case "Polygon":
		var p polygon
		if json.Unmarshal(s.Coordinates, &p) != nil {
			return nil, errOutline
		}
		area = []polygon{p}
	case "MultiPolygon":
		if json.Unmarshal(s.Coordinates, &area) != nil {
			return nil, errOutline
		}
	case "Feature":
		if s.Geometry == nil || s.Geometry.Type == "Feature" || s.Geometry.Type == "FeatureCollection" {
			return nil, errOutline
		}
		return s.Geometry.area()
	case "FeatureCollection":
		for _, f := range s.Features {
			if f.Type != "Feature" {
				return nil, errOutline
			}
			part, err := f.area()
			if err != nil {
				return nil, err
			}
			area = append(area, part...)
		}
		return area, nil
	default:
		return nil, errOutline
	}
	for _, p := range area {
		if !p.usable() {
			return nil, errOutline
		}
	}
	return area, nil
}

// usable tells whether every ring is closed and on this earth, and drops
// heights.
func (p polygon) usable() bool {
	for _, r := range p {
		if len(r) < 4 {
			return false
		}
		for i, at := range r {
			if len(at) < 2 || at[0] < -180 || at[0] > 180 || at[1] < -90 || at[1] > 90 {
				return false
			}
			r[i] = at[:2]
		}
		first, last := r[0], r[len(r)-1]
		if first[0] != last[0] || first[1] != last[1] {
			return false
		}
	}
	return len(p) > 0
}

// Outline is a district's area on the map.
type Outline struct {
	Slug    string
	Name    string
	GeoJSON string // MultiPolygon
}

// outlineCache keeps what was last read and drawn; a district that changes has
// another stamp.
type outlineCache struct {
	mu    sync.Mutex
	stamp stamp
	list  []Outline // nil: nothing read yet
	drawn Map
}

type stamp struct {
	Districts int
	Latest    time.Time
}

// Outlines returns the areas that have been drawn, by name. The list is
// shared: read it, do not change it.
func (s *Service) Outlines(ctx context.Context) ([]Outline, error) {
	list, _, err := s.outlined(ctx)
	return list, err
}

// Map returns the districts that have been drawn, by name, on one map. It is
// shared: read it, do not change it.
func (s *Service) Map(ctx context.Context) (Map, error) {
	_, drawn, err := s.outlined(ctx)
	return drawn, err
}

// MapFor is the map for the district's own page; empty when it is not drawn.
// It asks the database only when the district has changed since the last time,
// so a change to another one may show a little later.
func (s *Service) MapFor(ctx context.Context, d District) (Map, error) {
	if !d.HasOutline {
		return Map{}, nil
	}
	c := &s.outlines
	c.mu.Lock()
	drawn, fresh := c.drawn, c.list != nil && !d.UpdatedAt.After(c.stamp.Latest)
	c.mu.Unlock()
	if fresh {
		return drawn, nil
	}
	return s.Map(ctx)
}

// outlined reads and draws the outlines only when a district has changed since
// the last time.
func (s *Service) outlined(ctx context.Context) ([]Outline, Map, error) {
	now, err := pg.One(ctx, s.db.Reader(), `
		SELECT count(*)::int AS districts, coalesce(max(updated_at), 'epoch') AS latest FROM districts`, pg.ByName[stamp])
	if err != nil {
		return nil, Map{}, err
	}
	c := &s.outlines
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list != nil && c.stamp.Districts == now.Districts && c.stamp.Latest.Equal(now.Latest) {
		return c.list, c.drawn, nil
	}
	list, err := pg.All(ctx, s.db.Reader(), `
		SELECT slug, name, outline::text AS geojson FROM districts WHERE outline IS NOT NULL
		ORDER BY name COLLATE "da-x-icu", id`, pg.ByName[Outline])
	if err != nil {
		return nil, Map{}, err
	}
	if list == nil {
		list = []Outline{}
	}
	drawn, err := draw(list)
	if err != nil {
		return nil, Map{}, err
	}
	c.stamp, c.list, c.drawn = now, list, drawn
	return list, drawn, nil
}
