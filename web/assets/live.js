// What an ask lacks moves by itself while people look at it. The server says
// only that something changed; the page then fetches itself anew.
const renew = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  const shown = document.querySelector("[data-live]");
  if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...fresh.childNodes);
};

const follow = () => {
  const live = document.querySelector("[data-live]");
  if (!live || !window.EventSource) return;
  const changes = new EventSource(live.dataset.live);
  let asking = false;
  let again = false;
  changes.addEventListener("changed", async () => {
    again = true;
    if (asking) return;
    asking = true;
    while (again) {
      again = false;
      await renew().catch(() => {}); // no network: the next change, or a reload, shows it
    }
    asking = false;
  });
  window.addEventListener("pagehide", () => changes.close(), { once: true });
};
follow();
window.addEventListener("pageshow", (event) => {
  if (event.persisted) follow();
});
