package report

import (
	"slices"
	"strings"
	"testing"
)

func TestFewPeopleAreNotTold(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 1: "under 5", 4: "under 5", 5: "5", 999: "999", 1000: "1.000", 1234567: "1.234.567"} {
		if got := People(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if Things(3) != "3" {
		t.Error("three cafés are hidden")
	}
}

func TestATotalDoesNotGiveAHiddenNumberAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows  []int
		told  []string
		total string
	}{
		{[]int{10, 20}, []string{"10", "20"}, "30"},
		{[]int{0, 0}, []string{"0", "0"}, "0"},
		{[]int{3}, []string{"under 5"}, "under 5"},
		{[]int{3, 0}, []string{"under 5", "0"}, "under 5"},
		{[]int{3, 20}, []string{"under 5", "20"}, "mindst 21"},
		{[]int{3, 4, 20}, []string{"under 5", "under 5", "20"}, "mindst 22"},
		{[]int{1, 2}, []string{"under 5", "under 5"}, "mindst 2"},
	} {
		told, total := Column(c.rows)
		if !slices.Equal(told, c.told) || total != c.total {
			t.Errorf("%v: %v and %q, want %v and %q", c.rows, told, total, c.told, c.total)
		}
	}
	// Whatever is hidden, every value it could have gives the same total.
	for a := 1; a < Least; a++ {
		if _, total := Column([]int{a, 40, 12}); total != "mindst 53" {
			t.Errorf("%d shows in %q", a, total)
		}
	}
	if _, total := Column(nil); strings.Contains(total, "mindst") {
		t.Error(total)
	}
}
