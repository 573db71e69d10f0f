package initiatives

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/initiative"
	"mellemrum/web/brake"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// How often one address may speak: enough for a family, or for a café where one
// phone goes round.
const (
	tries = 12
	pause = 30 * time.Second
)

const (
	voicePath = "/stemme"
	sentPath  = "/stemme/tak"
	ideaPath  = home + "/ideer"
)

// voicesRoom is where residents speak, slowed down by address.
type voicesRoom struct {
	Room
	brake *brake.Brake
}

// mountVoices adds the pages where residents propose, say what they think and
// see what came of it, and where those who work on it read and answer.
func (r Room) mountVoices(m *route.Mux) {
	v := voicesRoom{r, brake.New(tries, pause)}
	const one = home + "/{slug}"
	m.Get(authz.Public, ideaPath, v.newIdea)
	m.Post(authz.Public, ideaPath, v.propose)
	m.Get(authz.Public, one+"/sig", v.askVoice)
	m.Post(authz.Public, one+"/sig", v.say)
	m.Get(authz.Public, sentPath, v.sent)
	m.Get(authz.Public, voicePath+"/{token}", v.receipt)
	m.Post(authz.Public, voicePath+"/{token}", v.confirm)
	m.Get(authz.Public, voicePath+"/{token}/slet", v.askWithdraw)
	m.Post(authz.Public, voicePath+"/{token}/slet", v.withdraw)

	m.Get(authz.SignedIn, one+"/stemmer", r.voiced(r.voices))
	m.Post(authz.SignedIn, one+"/stemmer", r.voiced(r.addPaper))
	m.Get(authz.SignedIn, one+"/stemmer/{id}", r.voiced(r.toVoices))
	m.Post(authz.SignedIn, one+"/stemmer/{id}", r.voiced(r.moderate))
	m.Get(authz.SignedIn, one+"/svar", r.voiced(r.newAnswer))
	m.Post(authz.SignedIn, one+"/svar", r.voiced(r.answer))
}

// speaking is what a resident says to an initiative, as it is written.
type speaking struct {
	detail
	form *form.State
}

// kinds are what can be said now.
func (v speaking) kinds() []initiative.VoiceKind {
	var list []initiative.VoiceKind
	for _, k := range append(initiative.Stances, initiative.AsComment) {
		if v.Hears(k) {
			list = append(list, k)
		}
	}
	return list
}

func (r voicesRoom) askVoice(q *route.Request) (route.Page, error) {
	v, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(voicePage(speaking{v, form.New(nil).Set("kind", q.URL.Query().Get("jeg"))})), nil
}

func (r voicesRoom) say(q *route.Request) (route.Page, error) {
	var typed struct {
		Kind  string `form:"kind"`
		Words string `form:"words"`
		Name  string `form:"name"`
		Email string `form:"email"`
	}
	state, err := form.Bind(q.Request, &typed)
	v, failed := r.read(q)
	if failed != nil {
		return route.Page{}, failed
	}
	in := initiative.Saying{Kind: initiative.VoiceKind(typed.Kind), Words: typed.Words, Name: typed.Name, Email: typed.Email, Locale: q.Locale.Code}
	if err == nil {
		err = form.InOrder(in.Validate(), "kind", "words", "name", "email").Err() // who mistypes is not slowed down
	}
	if err == nil && !r.brake.Allows(q.Address(), q.Now()) {
		err = fault.New(fault.TooMany, "voices.slow_down")
	}
	var token initiative.Token
	if err == nil {
		token, err = r.Initiatives.Say(q.Context(), v.Slug, in)
	}
	switch {
	case err != nil:
		return route.Again(err, state, func() templ.Component { return voicePage(speaking{v, state}) })
	case token == "":
		return route.SeeOther(sentPath), nil
	}
	return route.SeeOther(voicePath + "/" + url.PathEscape(string(token))).Saying("flash.voices_kept"), nil
}

func (r voicesRoom) sent(*route.Request) (route.Page, error) { return route.Show(sentPage()), nil }

// proposing is a resident's idea, as it is written.
type proposing struct {
	form      *form.State
	districts []district.Choice
}

func (r voicesRoom) newIdea(q *route.Request) (route.Page, error) {
	districts, err := r.Districts.Choices(q.Context())
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(ideaPage(proposing{form.New(nil).Set("id", newID()).Set("district", q.URL.Query().Get("bydel")), districts})), nil
}

func (r voicesRoom) propose(q *route.Request) (route.Page, error) {
	var typed struct {
		ID       string `form:"id"`
		Title    string `form:"title"`
		Purpose  string `form:"purpose"`
		District string `form:"district"`
		Name     string `form:"name"`
		Email    string `form:"email"`
	}
	state, err := form.Bind(q.Request, &typed)
	v := proposing{form: state}
	var failed error
	if v.districts, failed = r.Districts.Choices(q.Context()); failed != nil {
		return route.Page{}, failed
	}
	in := initiative.Proposal{Title: typed.Title, Purpose: typed.Purpose, Name: typed.Name, Email: typed.Email, Locale: q.Locale.Code}
	in.ID, _ = uuid.Parse(typed.ID) // none: it gets one
	for _, d := range v.districts {
		if d.Slug == typed.District {
			in.District = d.ID
		}
	}
	if err == nil {
		err = form.InOrder(in.Validate(), "title", "purpose", "name", "email").Err()
	}
	if err == nil && !r.brake.Allows(q.Address(), q.Now()) {
		err = fault.New(fault.TooMany, "voices.slow_down")
	}
	if err == nil {
		err = r.Initiatives.Propose(q.Context(), in)
	}
	if err != nil {
		return route.Again(err, state, func() templ.Component { return ideaPage(v) })
	}
	return route.SeeOther(sentPath), nil
}

// own is what somebody said, as their own link shows it.
type own struct {
	initiative.Receipt
	path string
}

func token(q *route.Request) initiative.Token { return initiative.Token(q.Param("token")) }

func (r voicesRoom) readOwn(q *route.Request) (own, error) {
	o, err := r.Initiatives.ByToken(q.Context(), token(q))
	return own{o, voicePath + "/" + url.PathEscape(string(token(q)))}, err
}

func (r voicesRoom) receipt(q *route.Request) (route.Page, error) {
	v, err := r.readOwn(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(receiptPage(v)), nil
}

func (r voicesRoom) confirm(q *route.Request) (route.Page, error) {
	if err := r.Initiatives.Confirm(q.Context(), token(q)); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(voicePath + "/" + url.PathEscape(string(token(q)))).Saying("flash.voices_counted"), nil
}

func (r voicesRoom) askWithdraw(q *route.Request) (route.Page, error) {
	v, err := r.readOwn(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(withdrawPage(v)), nil
}

func (r voicesRoom) withdraw(q *route.Request) (route.Page, error) {
	if err := r.Initiatives.Withdraw(q.Context(), token(q)); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(home).Saying("flash.voices_withdrawn"), nil
}

// voiced opens a page about what residents said to those who work on the
// initiative, also after it has ended: that is when most is answered.
func (r Room) voiced(h func(*route.Request, detail) (route.Page, error)) route.Handler {
	return func(q *route.Request) (route.Page, error) {
		v, err := r.read(q)
		if err != nil {
			return route.Page{}, err
		}
		if !v.WorkableBy(q.Actor) {
			return route.Page{}, fault.New(fault.Forbidden, "")
		}
		return h(q, v)
	}
}

// listening is what residents said, as those see it who work on it.
type listening struct {
	detail
	form   *form.State // of voices on paper
	voices []initiative.Voice
}

func (v listening) path() string { return v.detail.path() + "/stemmer" }

func (r Room) listen(q *route.Request, d detail, state *form.State) (listening, error) {
	v := listening{detail: d, form: state}
	var err error
	if v.voices, err = r.Initiatives.Voices(q.Context(), q.Actor, d.Initiative); err != nil {
		return v, err
	}
	v.heard, err = r.Initiatives.Heard(q.Context(), d.ID)
	return v, err
}

func (r Room) voices(q *route.Request, d detail) (route.Page, error) {
	v, err := r.listen(q, d, form.New(nil).Set("id", newID()))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(voicesPage(v)), nil
}

func (r Room) toVoices(_ *route.Request, d detail) (route.Page, error) {
	return route.SeeOther(d.path() + "/stemmer"), nil
}

func (r Room) addPaper(q *route.Request, d detail) (route.Page, error) {
	var typed struct {
		ID     string `form:"id"`
		Kind   string `form:"kind"`
		People string `form:"people"`
		HeldOn string `form:"held_on"`
		Note   string `form:"note"`
	}
	state, err := form.Bind(q.Request, &typed)
	in := initiative.Paper{Kind: initiative.VoiceKind(typed.Kind), Note: typed.Note}
	in.ID, _ = uuid.Parse(typed.ID)                              // none: it gets one
	in.People, _ = strconv.Atoi(strings.TrimSpace(typed.People)) // no number is nobody, which is refused
	in.HeldOn, _ = form.Date(typed.HeldOn)
	if err == nil {
		err = r.Initiatives.AddPaper(q.Context(), q.Actor, d.ID, in)
	}
	if err == nil {
		return route.SeeOther(d.path() + "/stemmer").Saying("flash.voices_counted_paper"), nil
	}
	v, failed := r.listen(q, d, state)
	if failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, state, func() templ.Component { return voicesPage(v) })
}

func (r Room) moderate(q *route.Request, d detail) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Show string `form:"show"`
	}
	if _, err := form.Bind(q.Request, &typed); err != nil {
		return route.Page{}, err
	}
	if err := r.Initiatives.Moderate(q.Context(), q.Actor, d.ID, id, typed.Show != ""); err != nil {
		return route.Page{}, err
	}
	said := "flash.voices_hidden"
	if typed.Show != "" {
		said = "flash.voices_shown"
	}
	return route.SeeOther(d.path() + "/stemmer").Saying(said), nil
}

// answering is "I sagde, vi gjorde", as it is written.
type answering struct {
	listening
	form  *form.State
	fresh bool
}

func (r Room) newAnswer(q *route.Request, d detail) (route.Page, error) {
	v, err := r.listen(q, d, nil)
	if err != nil {
		return route.Page{}, err
	}
	state := form.New(nil).Set("id", newID()).Set("voices", q.URL.Query()["stemme"]...)
	fresh := true
	for _, a := range v.heard.Answers {
		if a.ID.String() == q.URL.Query().Get("ret") {
			fresh = false
			state.Set("id", a.ID.String()).Set("said", a.Said).Set("decided", a.Decided).Set("decided_by", a.DecidedBy).Set("happened", a.Happened)
		}
	}
	return route.Show(answerPage(answering{v, state, fresh})), nil
}

func (r Room) answer(q *route.Request, d detail) (route.Page, error) {
	var typed struct {
		ID        string   `form:"id"`
		Said      string   `form:"said"`
		Decided   string   `form:"decided"`
		DecidedBy string   `form:"decided_by"`
		Happened  string   `form:"happened"`
		Voices    []string `form:"voices"`
	}
	state, err := form.Bind(q.Request, &typed)
	in := initiative.Answer{Said: typed.Said, Decided: typed.Decided, DecidedBy: typed.DecidedBy, Happened: typed.Happened}
	in.ID, _ = uuid.Parse(typed.ID) // none: it gets one
	if err == nil {
		err = r.Initiatives.Respond(q.Context(), q.Actor, d.ID, in, form.IDs(typed.Voices))
	}
	if err == nil {
		return route.SeeOther(d.path() + "/stemmer").Saying("flash.voices_answered"), nil
	}
	v, failed := r.listen(q, d, nil)
	if failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, state, func() templ.Component { return answerPage(answering{v, state, true}) })
}
