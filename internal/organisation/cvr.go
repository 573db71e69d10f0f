package organisation

import "strings"

var cvrNoise = strings.NewReplacer(" ", "", "\u00a0", "", "-", "", ".", "")

// tidyCVR takes a number as people write it: "12 34 56 78", "DK12345678".
func tidyCVR(s string) string {
	s = cvrNoise.Replace(strings.TrimSpace(s))
	if len(s) > 2 && strings.EqualFold(s[:2], "DK") {
		s = s[2:]
	}
	return s
}

func cvrShape(s string) bool {
	return len(s) == 8 && s != "00000000" && strings.Trim(s, "0123456789") == ""
}

// CVRAddsUp tells whether the number's check digit is right. Not every number
// in use passes, so a wrong one is worth a second look and nothing more.
func CVRAddsUp(s string) bool {
	if !cvrShape(s) {
		return false
	}
	sum := 0
	for i, weight := range [8]int{2, 7, 6, 5, 4, 3, 2, 1} {
		sum += weight * int(s[i]-'0')
	}
	return sum%11 == 0
}
