// Everything works without this file. It makes filters answer at once, keeps a
// double press from sending twice, and shows which name belongs to which shape.
import "htmx.org";
import { dropOld, pagesUnsent } from "./door-kept.js";
import "./live.js";
import "./rows.js";

// The server takes a form once anyhow; this saves the reader a puzzling answer.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});

// A page brought back by the back button may send its forms again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});

// What must be mended is read first.
const mend = () => document.querySelector(".error-summary")?.focus();
mend();
document.addEventListener("htmx:after:swap", mend);

// Printing needs a script, so its button shows only where there is one.
const printable = () => {
  for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
};
printable();
document.addEventListener("htmx:after:swap", printable);
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) print();
});

// The map and the list beside it point at each other.
const point = (event, on) => {
  const slug = event.target.closest?.("[data-district]")?.dataset.district;
  if (!slug) return;
  for (const twin of document.querySelectorAll(`[data-district="${CSS.escape(slug)}"]`)) {
    twin.classList.toggle("twin", on);
  }
};
for (const name of ["pointerover", "focusin"]) document.addEventListener(name, (event) => point(event, true));
for (const name of ["pointerout", "focusout"]) document.addEventListener(name, (event) => point(event, false));

// A phone that was at a café's door forgets its list after a day. Signing out
// forgets everything: what is not sent yet is sent first, from its own page.
dropOld().catch(() => {}); // where a browser keeps nothing
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[action^='/log-ud']")) return;
  try {
    const pages = pagesUnsent();
    if (!pages.length || pages.includes(location.pathname)) return;
    event.preventDefault();
    location.assign(pages[0]);
  } catch {
    // Nothing is kept, so nothing is lost.
  }
});
