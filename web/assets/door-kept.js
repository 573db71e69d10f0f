// What check-in keeps on a phone, in localStorage: "door|<page>|state" is how it
// stood when the server last answered, "door|<page>|press|<order>" a press that
// has not been answered, or that was refused and not read yet. Each press is an
// item of its own, so that two tabs never write over each other's.
const day = 24 * 3600e3;
const prefix = "door|";
const pressed = "|press|";

const read = (key) => JSON.parse(localStorage.getItem(key));
const write = (key, value) => localStorage.setItem(key, JSON.stringify(value));

export const stateOf = (page) => read(`${prefix}${page}|state`);
export const keepState = (page, state) => write(`${prefix}${page}|state`, { ...state, kept: Date.now() });
export const forgetState = (page) => localStorage.removeItem(`${prefix}${page}|state`);

export const pressesOf = (page) =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(prefix + page + pressed))
    .sort()
    .map((key) => ({ ...read(key), key }));

let last = 0;
export const keepPress = (page, press) => {
  last = Math.max(Date.now(), last + 1);
  write(`${prefix}${page}${pressed}${last}-${press.id}`, { ...press, kept: Date.now() });
};
export const refuse = ({ key, ...press }, why) => write(key, { ...press, why });
export const forget = ({ key }) => localStorage.removeItem(key);

// Pages with presses that wait to be sent.
export const pagesUnsent = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(prefix) && key.includes(pressed) && !read(key).why)
    .map((key) => key.split("|")[1]);

// Names leave the phone after a day, wherever in the portal one is then.
// Presses wait as long as the server would take them: a week.
export const dropOld = async () => {
  const now = Date.now();
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(prefix) && now - read(key).kept > (key.includes(pressed) ? 7 * day : day)) localStorage.removeItem(key);
  }
  if (!globalThis.caches || !(await caches.has("door"))) return;
  const cache = await caches.open("door");
  for (const request of await cache.keys()) {
    const copy = await cache.match(request);
    if (request.url.endsWith("/indtjekning") && now - Date.parse(copy.headers.get("date")) > day) await cache.delete(request);
  }
};
