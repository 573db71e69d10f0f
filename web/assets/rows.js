// A list is typed off paper with the keyboard alone: Enter goes to the next row,
// and behind the last one it makes another.
const numbered = (text, from, to) =>
  text?.replaceAll(`rows[${from}]`, `rows[${to}]`).replaceAll(`-rows-${from}-`, `-rows-${to}-`).replaceAll(`row-${from}`, `row-${to}`);

const addRow = (table) => {
  const body = table.tBodies[0];
  const count = body.rows.length;
  if (count >= Number(table.dataset.most)) return null;
  const row = body.rows[count - 1].cloneNode(true);
  for (const wrong of row.querySelectorAll(".wrong")) wrong.remove();
  for (const part of row.querySelectorAll("[id], [name]")) {
    for (const name of ["id", "name", "aria-labelledby"]) {
      if (part.hasAttribute(name)) part.setAttribute(name, numbered(part.getAttribute(name), count - 1, count));
    }
    part.removeAttribute("aria-invalid");
    part.removeAttribute("aria-describedby");
    if (part.matches("input")) part.value = part.dataset.fresh ?? "";
  }
  row.cells[0].textContent = count + 1;
  body.append(row);
  return row;
};

const enterIn = (event) => {
  if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return null;
  return event.target.matches?.("[data-rows] :is(input, select)") ? event.target.closest("tr") : null;
};

document.addEventListener("keydown", (event) => {
  const row = enterIn(event);
  if (!row) return;
  event.preventDefault();
  const next = row.nextElementSibling ?? addRow(row.closest("table"));
  next?.querySelector("input")?.focus();
});

// Where the key is told of twice, it must not press the form's first button.
document.addEventListener("keypress", (event) => {
  if (enterIn(event)) event.preventDefault();
});

// The button for more rows need not ask the server.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-more-rows]");
  const table = button?.form?.querySelector("[data-rows]");
  if (!table) return;
  event.preventDefault();
  const rows = Array.from({ length: Number(button.dataset.moreRows) }, () => addRow(table));
  rows[0]?.querySelector("input")?.focus();
});

for (const hint of document.querySelectorAll("[data-scripted]")) hint.hidden = false;
