// Check-in at the door (web/doorlist/checkin.templ), which works without this
// file too. Here a press shows at once and stays on the phone until the server
// has answered it: what one sees is what the server knows, with one's own
// unanswered presses on top.
import { forget, forgetState, keepPress, keepState, pressesOf, refuse, stateOf } from "./door-kept.js";

const root = document.querySelector("[data-door]");
const page = location.pathname;
const $ = (selector, within = root) => within.querySelector(selector);
const $$ = (selector, within = root) => [...within.querySelectorAll(selector)];

const pollEvery = 4000;
const most = 100; // presses in one go
let state, trouble, timer, busy, again, tag;
let pause = 0;
let guessed = "";

// Numbers in words. Each message comes in all its plural forms, by a number
// that takes the form.
const words = root && JSON.parse(root.dataset.words);
const plural = new Intl.PluralRules(document.documentElement.lang);
const say = (name, n) => {
  const sample = Object.keys(words[name]).find((s) => plural.select(+s) === plural.select(n));
  return words[name][sample].replace(sample, n);
};
const fold = (s) => s.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
const unsent = () => pressesOf(page).filter((press) => !press.why);

// How it stands, own presses included.
function view() {
  const v = structuredClone(state);
  for (const press of unsent()) {
    const { kind, sign_up, came, place, people, name, of, id } = press;
    if (kind === "came") {
      const party = v.parties.find((p) => p.id === sign_up);
      if (party) Object.assign(party, { came: came < 0 ? null : came, unsent: true });
    } else if (kind === "walk_in") {
      if (!v.walk_ins.some((w) => w.id === id)) v.walk_ins.push({ id, place, name, people, unsent: true });
    } else if (of) {
      v.walk_ins = v.walk_ins.filter((w) => w.id !== of);
    } else {
      const w = v.walk_ins.findLast((w) => w.place === place && !w.name);
      if (w) Object.assign(w, { people: w.people - 1, unsent: true });
    }
  }
  return v;
}

// Names one by one, those without a name together by place.
function uninvited(v) {
  const together = new Map();
  for (const w of v.walk_ins.filter((w) => !w.name)) {
    const row = together.get(w.place) ?? { id: w.place, place: w.place, name: "", people: 0 };
    together.set(w.place, { ...row, people: row.people + w.people, unsent: row.unsent || w.unsent });
  }
  return [...together.values()].filter((w) => w.people > 0).concat(v.walk_ins.filter((w) => w.name));
}

const show = (within, selector, on) => $(selector, within)?.toggleAttribute("hidden", !on);

// rows makes the list show the items, keeping the rows that are there: a finger
// may be on its way to one.
function rows(list, template, items, paint) {
  const old = new Map($$(":scope > li", list).map((li) => [li.dataset.id, li]));
  items.forEach((item, i) => {
    let li = old.get(item.id);
    old.delete(item.id);
    if (!li) {
      li = template.content.firstElementChild.cloneNode(true);
      li.dataset.id = item.id;
      li.id = "r" + item.id;
      $("[data-name]", li).id = "n" + item.id;
      $("[role=group]", li).setAttribute("aria-labelledby", "n" + item.id);
    }
    if (item.name) $("[data-name]", li).textContent = item.name;
    $("[data-people]", li).textContent = say("people", item.party ?? item.people);
    $("[data-place]", li).textContent = state.places[item.place]?.label ?? "";
    show(li, "[data-if=helps]", state.places[item.place]?.helps);
    li.classList.toggle("door-unsent", !!item.unsent);
    paint(li, item, $("form", li));
    if (list.children[i] !== li) list.insertBefore(li, list.children[i] ?? null);
  });
  for (const li of old.values()) li.remove();
}

function paintParty(li, p, form) {
  const held = li.contains(document.activeElement) && document.activeElement;
  const seen = p.came !== null;
  form.elements.sign_up.value = p.id;
  for (const status of ["waiting", "cancelled"]) show(li, `[data-if=${status}]`, p.status === status);
  show(li, "[data-if=first_time]", p.first_time);
  form.hidden = p.status === "cancelled";
  li.classList.toggle("door-here", p.came > 0);
  const step = (name, value, on) => {
    const button = $(`[data-do=${name}]`, form);
    button.value = value;
    button.hidden = !on;
  };
  step("here", p.party, !seen);
  step("absent", 0, !seen);
  step("less", p.came - 1, p.came > 0);
  step("more", p.came + 1, seen && p.came < 10);
  step("undo", -1, seen);
  const came = $("[data-do=came]", form);
  came.hidden = !seen;
  came.textContent = p.came > 0 ? say("here", p.came) : came.dataset.absent;
  if (held?.hidden) $("button:not([hidden])", form)?.focus();
}

function paintWalkIn(li, w, form) {
  form.elements.place.value = w.place;
  form.elements.of.value = w.name ? w.id : "";
  show(li, "[data-if=named]", w.name);
  show(li, "[data-if=unnamed]", !w.name);
}

function render() {
  const v = view();
  rows($("[data-parties]"), $("template[data-party]"), v.parties, paintParty);
  const walkIns = uninvited(v);
  rows($("[data-walk-ins]"), $("template[data-walk-in]"), walkIns, paintWalkIn);
  show(root, "[data-no-walk-ins]", !walkIns.length);
  for (const dd of $$("[data-count]")) {
    const helps = String(dd.dataset.count) === "true";
    const ours = (x) => (state.places[x.place]?.helps ?? false) === helps;
    const parties = v.parties.filter((p) => ours(p) && p.status !== "cancelled");
    const here = parties.reduce((n, p) => n + (p.came ?? 0), 0) + v.walk_ins.filter(ours).reduce((n, w) => n + w.people, 0);
    const all = parties.filter((p) => p.status === "placed").reduce((n, p) => n + p.party, 0);
    dd.textContent = dd.dataset.text.replace("{here}", here).replace("{all}", all);
  }
  search();
  tell(v);
}

function search() {
  const wanted = fold($("#f-q").value.trim());
  let found = 0;
  for (const li of $$("[data-parties] > li")) {
    li.hidden = !fold($("[data-name]", li).textContent).includes(wanted);
    if (!li.hidden) found++;
  }
  show(root, "[data-nobody]", !found);
  const name = $("#f-name"); // whoever is not found has most likely just come
  if (name.value === guessed) name.value = guessed = found ? "" : $("#f-q").value.trim();
}

// The strip tells what is on the phone only, and what was refused.
function tell(v) {
  const strip = $("[data-strip]");
  const n = unsent().length;
  strip.hidden = false;
  strip.dataset.state = trouble || (n ? "unsent" : "saved");
  const line = (name, on) => show(strip, `[data-says=${name}]`, on);
  const says = n ? say("unsent", n) : "";
  const unsentLine = $("[data-says=unsent]", strip);
  if (unsentLine.textContent !== says) unsentLine.textContent = says; // or it would be read out again
  line("unsent", n);
  line("saved", !n && !trouble);
  line("offline", trouble === "offline");
  line("signin", trouble === "signin");
  line("stuck", trouble === "stuck");
  const refused = pressesOf(page).find((press) => press.why);
  show(strip, "[data-refused]", refused);
  if (!refused) return;
  const whose = v.parties.find((p) => p.id === refused.sign_up)?.name ?? refused.name ?? "";
  $("[data-whose]", strip).textContent = whose;
  $("[data-why]", strip).textContent = refused.why;
}

function press(form, button) {
  const data = new FormData(form);
  if (button?.name) data.set(button.name, button.value);
  const one = { id: crypto.randomUUID() };
  for (const name of ["kind", "sign_up", "place", "name", "of"]) if (data.get(name)) one[name] = data.get(name);
  for (const name of ["came", "people"]) if (data.has(name)) one[name] = +data.get(name);
  if (one.kind === "walk_in") one.name = (one.name ?? "").trim();
  keepPress(page, one);
  if (form.closest("details")?.toggleAttribute("open", false) === false) $("#f-q").value = guessed = "";
  form.reset();
  render();
  sync();
}

// sync sends what waits, or asks how it stands. One at a time: an answer that
// left before a press must not come after it.
async function sync() {
  clearTimeout(timer);
  if (busy) {
    again = true;
    return busy;
  }
  again = false;
  busy = navigator.locks ? navigator.locks.request("door", exchange).catch(exchange) : exchange();
  await busy;
  busy = undefined;
  render();
  if (again || (!trouble && unsent().length)) return sync();
  pause = trouble ? Math.min(Math.max(pause * 2, 1000), trouble === "signin" ? 15000 : 30000) : 0;
  if (!document.hidden || unsent().length) timer = setTimeout(sync, pause || pollEvery);
}

// troubleOf tells what an answer means for what is on the phone: only signing
// in, or a person, helps where the server has understood and says no.
function troubleOf({ ok, status, type }) {
  if (ok || status === 304) return "";
  if (type === "opaqueredirect" || status === 401 || status === 403) return "signin";
  return status < 500 && status !== 408 && status !== 429 ? "stuck" : "offline";
}

async function exchange() {
  const sending = unsent().slice(0, most);
  const presses = sending.map(({ key, kept, ...press }) => ({ ...press, age: Date.now() - kept }));
  const ask = sending.length ? { method: "POST", body: JSON.stringify({ presses }) } : { headers: tag ? { "If-None-Match": tag } : {} };
  try {
    const lang = new URLSearchParams(location.search).get("lang");
    const answer = await fetch(`${page}.json${lang ? "?lang=" + lang : ""}`, {
      ...ask, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(15000),
    });
    if (answer.ok) {
      const { results = [], ...now } = await answer.json();
      tag = answer.headers.get("ETag");
      keepState(page, (state = now));
      for (const { id, why } of results) {
        const sent = sending.find((press) => press.id === id);
        if (sent) why ? refuse(sent, why) : forget(sent);
      }
    } else if (answer.status === 404) {
      forgetState(page);
    }
    trouble = troubleOf(answer);
  } catch {
    trouble = "offline";
  }
}

// What signing out would lose is sent first, or asked about.
async function leave(form) {
  pause = 0;
  do await sync();
  while (!trouble && unsent().length);
  if (!unsent().length || confirm($("[data-leave]").textContent)) form.submit();
  else delete form.dataset.sent;
}

// The worker keeps the page from its second visit on; the first time it came too late.
async function keepPage() {
  await navigator.serviceWorker.register(root.dataset.worker);
  const cache = await caches.open("door");
  const files = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => new URL(name).pathname.startsWith("/static/"));
  for (const request of await cache.keys()) {
    if (request.url.includes("/static/") && !files.includes(request.url)) await cache.delete(request);
  }
  await cache.addAll((await cache.match(page)) ? files : [page, ...files]);
}

function start() {
  state = JSON.parse(root.dataset.door);
  const kept = stateOf(page);
  if (kept && kept.at > state.at) state = kept;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-press]")) {
      event.preventDefault();
      press(form, event.submitter);
    } else if (form.matches("[data-search]")) {
      event.preventDefault();
      document.activeElement?.blur(); // the keyboard goes, the list shows
    } else if (form.matches("[action^='/log-ud']") && unsent().length) {
      event.preventDefault();
      leave(form);
    }
  });
  $("#f-q").addEventListener("input", search);
  $("[data-seen]").addEventListener("click", () => {
    forget(pressesOf(page).find((press) => press.why));
    render();
  });
  const now = () => {
    pause = 0;
    sync();
  };
  addEventListener("online", now);
  addEventListener("offline", now);
  addEventListener("pageshow", now);
  document.addEventListener("visibilitychange", () => document.hidden || now());
  // Another tab has pressed, or has had an answer.
  addEventListener("storage", () => {
    state = stateOf(page) ?? state;
    render();
  });
  $("[data-scriptless]").hidden = true;
  $("[data-kept-here]").hidden = false;
  $("[data-sign-in-link]").href = root.dataset.signIn;
  render();
  keepPage().catch(() => {}); // without signal, or where a browser keeps nothing
}

// Where nothing can be kept, or ids cannot be made, the forms do.
const able = () => {
  try {
    localStorage.setItem("door-able", "");
    localStorage.removeItem("door-able");
    return !!crypto.randomUUID && !!AbortSignal.timeout;
  } catch {
    return false;
  }
};
if (root && able()) start();
