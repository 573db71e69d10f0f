package report

import (
	"strconv"
	"strings"
)

// The rule for numbers of people in what is printed and passed on: a number
// below Least could be recognised as somebody, so it is not told. Numbers of
// things (cafés, initiatives, organisations) are told as they are.
//
// A total must not give a hidden number away: where exactly one is hidden, it
// is the difference between the total and the rest. So a total with anything
// hidden in it is told as a lower bound only.
//
// The limit is the one Statistics Denmark and the municipalities commonly use
// for tables of people.

// Least is the smallest number of people that is told.
const Least = 5

// hidden stands for a number of people from 1 to Least-1.
const hidden = "under 5"

// People is a number of people as it is told.
func People(n int) string {
	if n > 0 && n < Least {
		return hidden
	}
	return Things(n)
}

// Things is a number of things as it is told, with a point for thousands.
func Things(n int) string {
	s := strconv.Itoa(n)
	if n < 0 {
		return s
	}
	var groups []string
	for len(s) > 3 {
		groups = append([]string{s[len(s)-3:]}, groups...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, groups...), ".")
}

// Column is a column of numbers of people with its total, as they are told.
func Column(rows []int) (told []string, total string) {
	sum, open := 0, 0
	for _, n := range rows {
		told = append(told, People(n))
		if told[len(told)-1] == hidden {
			open++
			continue
		}
		sum += n
	}
	switch {
	case open == 0:
		return told, People(sum)
	case sum == 0 && open == 1:
		return told, hidden
	}
	return told, "mindst " + Things(sum+open) // each that is hidden is one at least
}
