package text

import "unicode"

// LooksLikeCPR tells whether a text holds what may be a Danish CPR number: ten
// digits of which the first six are a date (ddmmyy), with or without a hyphen or
// a space before the last four, and also with gaps inside the date. The check
// digit says nothing: numbers without a valid one have been given out since 2007.
// Longer runs of digits, and phone numbers with their country code, are not.
func LooksLikeCPR(s string) bool {
	runes := []rune(s)
	for i := range runes {
		if digit(runes[i]) < 0 || i > 0 && (digit(runes[i-1]) >= 0 || runes[i-1] == '+') {
			continue
		}
		if cprAt(runes[i:]) {
			return true
		}
	}
	return false
}

// digit is the value of a digit in any script, or -1.
func digit(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0')
	case !unicode.Is(unicode.Nd, r):
		return -1
	}
	// Every script's ten digits stand in a row of their own.
	n := 0
	for unicode.Is(unicode.Nd, r-1) && n < 9 {
		r--
		n++
	}
	return n
}

// cprGaps is where a gap may stand in a number, counted in digits before it.
var cprGaps = map[int]bool{2: true, 4: true, 6: true}

func cprAt(runes []rune) bool {
	var d []int
	for i := 0; i < len(runes) && len(d) < 10; i++ {
		if v := digit(runes[i]); v >= 0 {
			d = append(d, v)
			continue
		}
		gap := runes[i] == ' ' || runes[i] == '.' || runes[i] == '/' || unicode.Is(unicode.Pd, runes[i]) || runes[i] == '\u00a0'
		if !gap || !cprGaps[len(d)] || i+1 == len(runes) || digit(runes[i+1]) < 0 {
			return false
		}
	}
	if len(d) < 10 || moreDigits(runes, len(d)) {
		return false
	}
	day, month := d[0]*10+d[1], d[2]*10+d[3]
	days := []int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	return month >= 1 && month <= 12 && day >= 1 && day <= days[month-1]
}

// moreDigits tells whether another digit follows the n-th.
func moreDigits(runes []rune, n int) bool {
	for i, r := range runes {
		if digit(r) < 0 {
			continue
		}
		if n--; n == 0 {
			return i+1 < len(runes) && digit(runes[i+1]) >= 0
		}
	}
	return false
}
