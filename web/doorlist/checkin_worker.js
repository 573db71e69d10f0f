// Keeps the check-in page where there is no signal. Nothing else under its
// address is kept: names do not belong on a phone longer than an evening.
const day = 24 * 3600e3;
const patience = 6000; // a weak signal that says nothing for so long is none

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname.endsWith("/indtjekning")) event.respondWith(page(request, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function page(request, path) {
  const cache = await caches.open("door");
  let copy = await cache.match(path);
  if (copy && Date.now() - Date.parse(copy.headers.get("date")) > day) {
    await cache.delete(path);
    copy = undefined;
  }
  const asked = fetch(request).then(async (fresh) => {
    if (fresh.ok) await cache.put(path, fresh.clone());
    // Not one's café any more, or signed out: then it is not for reading either.
    else if (fresh.status < 500) await cache.delete(path);
    return fresh;
  });
  if (!copy) return asked;
  const waited = new Promise((done) => setTimeout(done, patience, copy));
  return Promise.race([asked.then((fresh) => (fresh.status < 500 ? fresh : copy)), waited]).catch(() => copy);
}

// Files have their content in their names, so a copy is never old.
async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}
