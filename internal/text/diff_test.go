package text

import (
	"strings"
	"testing"
)

func TestADifferenceHoldsBothTexts(t *testing.T) {
	for _, c := range [][2]string{
		{"", ""}, {"", "nyt"}, {"gammelt", ""}, {"Vi mødes om tirsdagen.", "Vi mødes om torsdagen, kl. 16."},
		{"linje et\nlinje to\n", "linje to\n\nlinje tre"}, {"نلتقي يوم الثلاثاء", "نلتقي يوم الخميس"}, {"🙂 ja", "🙃 ja"},
		{strings.Repeat("ord ", 3000), strings.Repeat("ord ", 2999) + "sidste"},
	} {
		var before, after strings.Builder
		t.Logf("%.30q", c[0])
		for _, p := range Diff(c[0], c[1]) {
			if p.Change != Added {
				before.WriteString(p.Text)
			}
			if p.Change != Removed {
				after.WriteString(p.Text)
			}
		}
		if before.String() != c[0] || after.String() != c[1] {
			t.Errorf("%.40q → %.40q: %.40q → %.40q", c[0], c[1], before.String(), after.String())
		}
	}
}

func TestADifferenceIsToldInWholeWords(t *testing.T) {
	var got []string
	for _, p := range Diff("Vi mødes om tirsdagen i huset", "Vi mødes om torsdagen i huset") {
		got = append(got, map[Change]string{Added: "+", Removed: "-", Same: "="}[p.Change]+p.Text)
	}
	if strings.Join(got, "|") != "=Vi mødes om |-tirsdagen|+torsdagen|= i huset" {
		t.Error(got)
	}
}

func TestMoreDifferentWordsThanThereAreSurrogatesBelow(t *testing.T) {
	var many strings.Builder
	for i := range 30_000 {
		many.WriteString(strings.Repeat("a", i%97+1) + string(rune('a'+i%26)) + strings.Repeat("b", i/97+1) + " ")
	}
	pieces := Diff(many.String(), many.String()+"slut")
	if len(pieces) != 2 || pieces[1].Text != "slut" || pieces[0].Text != many.String() {
		t.Error(len(pieces))
	}
}
