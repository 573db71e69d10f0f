package signin

import "testing"

func TestLocalLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/stab", "/partner/tilbud/ny?lang=ar", "/stab/cafeer?vis=tidligere#x"} {
		if got := local(path); got != path {
			t.Errorf("%q: %q", path, got)
		}
	}
	for _, path := range []string{"", "stab", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/a\\..\\b",
		"https://evil.example", "https:/evil.example", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", " //evil.example",
		"/log-ind", "/log-ind?videre=/log-ind", "/log-ud", "/%zz"} {
		if got := local(path); got != "" {
			t.Errorf("%q leads to %q", path, got)
		}
	}
}
