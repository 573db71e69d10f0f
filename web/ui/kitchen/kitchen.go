// Package kitchen shows every component of the kit on a few pages, so that the
// look can be judged and tested without the rest of the house. Only tests and
// the person drawing use it; the words on its pages are samples.
package kitchen

import (
	"time"

	"mellemrum/internal/fault"
	"mellemrum/web/ui"
)

// form is a form with values and mistakes.
type form struct {
	values map[string][]string
	faults fault.Fields
}

func (f form) Value(name string) string {
	if v := f.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (f form) Values(name string) []string { return f.values[name] }

func (f form) Fault(name string) (fault.Field, bool) { return f.faults.Get(name) }

func (f form) Faults() fault.Fields { return f.faults }

// wrongForm has been sent with two mistakes.
func wrongForm() form {
	var faults fault.Fields
	faults.Add("email", "account.email_missing")
	faults.Add("place", "account.role_partner")
	return form{
		values: map[string][]string{"name": {"Amina Holm"}, "party": {"2"}, "languages": {"da", "ar"}, "kind": {"guest"}, "agree": {"1"}},
		faults: faults,
	}
}

func day(month time.Month, d int) time.Time {
	return time.Date(2026, month, d, 16, 30, 0, 0, time.UTC)
}

// shapes is an invented town of five districts.
func shapes(s sample) []ui.Shape {
	return []ui.Shape{
		{Slug: "havnen", Name: s.districts[0], Href: "/bydele/havnen", Path: "M40 60 L210 30 L250 120 L180 190 L60 170 Z", X: 145, Y: 110},
		{Slug: "bakken", Name: s.districts[1], Href: "/bydele/bakken", Path: "M210 30 L420 50 L440 160 L330 200 L250 120 Z", X: 335, Y: 110},
		{Slug: "engen", Name: s.districts[2], Href: "/bydele/engen", Path: "M60 170 L180 190 L200 330 L70 350 L30 250 Z", X: 115, Y: 260},
		{Slug: "aen", Name: s.districts[3], Href: "/bydele/aen", Path: "M180 190 L250 120 L330 200 L350 310 L200 330 Z", X: 262, Y: 240},
		{Slug: "skoven", Name: s.districts[4], Href: "/bydele/skoven", Path: "M330 200 L440 160 L540 220 L520 340 L350 310 Z", X: 440, Y: 260},
	}
}

// sample is text of a natural length in one language.
type sample struct {
	title, lead, over, card, hosts, text, more, hint, notice, button, quiet, danger, table string
	districts                                                                              []string
	kinds                                                                                  []string
}

var samples = map[string]sample{
	"da": {
		title: "Kaffe, naboer og plads til én mere", over: "Havnekvarteret",
		lead:  "Kig forbi til en kop kaffe. Du kan komme alene eller tage nogen med, og vi finder altid en stol.",
		card:  "Fredagscafé i Beboerhuset Ankeret",
		hosts: "Boligforeningen Lærken og Somalisk Kulturforening holder den sammen",
		text:  "Vi laver maden sammen og spiser klokken seks. Børn er velkomne, og der er legehjørne ved vinduet.",
		more:  "Se alle caféer", hint: "Vi bruger den kun til at sende dig en kvittering.",
		notice: "Onsdagscaféen flytter i denne uge til kirkens sal, fordi vi maler.",
		button: "Tilmeld mig", quiet: "Tilbage til caféerne", danger: "Afmeld mig", table: "Tilmeldte",
		districts: []string{"Havnekvarteret", "Bakkegården", "Engparken", "Åbyen", "Skovlunden"},
		kinds:     []string{"Gæst", "Vært", "Tolk"},
	},
	"ar": {
		title: "قهوة وجيران ومكان لشخص آخر", over: "حيّ الميناء",
		lead:  "تفضّل إلى فنجان قهوة. يمكنك أن تأتي وحدك أو مع غيرك، وسنجد لك كرسيًا دائمًا.",
		card:  "مقهى الجمعة في بيت السكان «المرساة»",
		hosts: "تنظّمه معًا جمعية الإسكان «القبّرة» والجمعية الثقافية الصومالية",
		text:  "نطبخ معًا ونأكل في الساعة السادسة. نرحّب بالأطفال، وهناك ركن للعب قرب النافذة.",
		more:  "كل المقاهي", hint: "نستعمله فقط لإرسال تأكيد إليك.",
		notice: "ينتقل مقهى الأربعاء هذا الأسبوع إلى قاعة الكنيسة لأننا نطلي الجدران.",
		button: "سجّلني", quiet: "العودة إلى المقاهي", danger: "إلغاء التسجيل", table: "المسجّلون",
		districts: []string{"حيّ الميناء", "حيّ التلّة", "حيّ المرج", "حيّ النهر", "حيّ الغابة"},
		kinds:     []string{"ضيف", "مضيف", "مترجم"},
	},
}

func sampleOf(lang string) sample {
	if s, ok := samples[lang]; ok {
		return s
	}
	return samples["da"]
}
