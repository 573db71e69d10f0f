package text

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"
)

var domainShape = regexp.MustCompile(`^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$`)

// Email checks an address and returns it trimmed, its domain in the ASCII form
// that every mail server takes. Whether it exists only a mail can tell.
func Email(s string) (string, bool) {
	s = strings.TrimSpace(s)
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 1000 || !Valid(s) {
		return s, false
	}
	domain, err := idna.Lookup.ToASCII(s[at+1:])
	if err != nil || !domainShape.MatchString(domain) {
		return s, false
	}
	if isASCII(s[at+1:]) {
		domain = s[at+1:] // as it was typed
	}
	address := s[:at+1] + domain
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Name != "" || parsed.Address != address || !isASCII(address) || len(address) > 254 {
		return s, false
	}
	return address, true
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// Phone reads a number as it is written in Denmark, or one with a country
// code, and returns it as E.164.
func Phone(s string) (e164 string, ok bool) {
	s = strings.TrimSpace(s)
	// Letters would be read as the keys they stand on.
	if s == "" || len(s) > 80 || !Valid(s) || strings.IndexFunc(s, unicode.IsLetter) >= 0 {
		return "", false
	}
	number, err := phonenumbers.Parse(s, "DK")
	// Possible is enough: number plans grow, and a number refused by mistake
	// shuts somebody out.
	if err != nil || !phonenumbers.IsPossibleNumber(number) || number.GetExtension() != "" {
		return "", false
	}
	if national := number.GetNationalNumber(); number.GetCountryCode() == 45 && (national < 20_000_000 || national > 99_999_999) {
		return "", false // Danish numbers begin with 2–9
	}
	return phonenumbers.Format(number, phonenumbers.E164), true
}

// ShowPhone writes a stored number for people: "20 12 34 56" for a Danish one,
// "+46 8 123 456 78" for others.
func ShowPhone(e164 string) string {
	number, err := phonenumbers.Parse(e164, "DK")
	if err != nil {
		return e164
	}
	if number.GetCountryCode() == 45 {
		return phonenumbers.Format(number, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// URL checks the address of a website; https:// is put in front of a bare one.
// An empty one is fine.
func URL(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", true
	}
	full := s
	if !strings.Contains(full, "://") {
		full = "https://" + full
	}
	u, err := url.Parse(full)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !Valid(full) ||
		strings.ContainsAny(full, " \n\t\"<>") {
		return s, false
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil || !domainShape.MatchString(host) {
		return s, false
	}
	return full, true
}

// Languages are the languages somebody can say they would like to be met in,
// the portal's own first. A wish about contact, never a fact about a person's
// background. "dsl" is Danish sign language.
var Languages = []string{
	"da", "en", "uk", "ar",
	"bs", "de", "dsl", "es", "fa", "fr", "ku", "pl", "ps", "ro", "ru", "so", "ta", "ti", "tr", "ur", "vi",
}

// IsLanguage tells whether code is one of Languages.
func IsLanguage(code string) bool { return slices.Contains(Languages, code) }

// LanguageKey is the message key of a language's name, or of "another
// language" for a code that is not known.
func LanguageKey(code string) string {
	if !IsLanguage(code) {
		return "languages.other"
	}
	return "languages." + code
}

// LanguageList puts chosen languages in the order of Languages, each once; ok
// is false when one of them is none of ours.
func LanguageList(codes []string) (list []string, ok bool) {
	list = []string{}
	for _, code := range codes {
		if !IsLanguage(code) {
			return codes, false
		}
	}
	for _, code := range Languages {
		if slices.Contains(codes, code) {
			list = append(list, code)
		}
	}
	return list, true
}

// Locale is the interface language that letters are written in: code itself,
// or Danish when it is none of ours.
func Locale(code string) string {
	switch code {
	case "en", "uk", "ar":
		return code
	}
	return "da"
}
