package demopost

import (
	"reflect"
	"testing"
)

func TestAddressesInAText(t *testing.T) {
	for text, want := range map[string][]part{
		"":     nil,
		"Hej.": {{"Hej.", false}},
		"Se https://a.example/x?lang=ar&y=1. Farvel":  {{"Se ", false}, {"https://a.example/x?lang=ar&y=1", true}, {". Farvel", false}},
		"http://a.example":                            {{"http://a.example", true}},
		"<https://a.example/b> og https://c.example،": {{"<", false}, {"https://a.example/b", true}, {"> og ", false}, {"https://c.example", true}, {"،", false}},
		"javascript:alert(1) https://":                {{"javascript:alert(1) https://", false}},
	} {
		if got := parts(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
