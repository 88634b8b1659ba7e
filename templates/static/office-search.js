/* The search of supporters without a mouse: Down goes into the answers, Up comes back, Enter opens the first or the chosen one. */
const finder = document.querySelector("[data-finder]");
const box = finder?.querySelector('input[type="search"]');
const links = () => [...document.querySelectorAll("#people tr[data-href] td:first-child > a")];

if (box && !matchMedia("(pointer: coarse)").matches) {
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

/* Enter before the answers are there waits for them. */
let waiting = false;
box?.addEventListener("htmx:beforeRequest", () => (waiting = true));
box?.addEventListener("htmx:afterRequest", () => (waiting = false));
finder?.addEventListener("submit", (event) => {
  const [first] = links();
  if (event.submitter?.matches(":focus") || waiting || !box.value.trim() || !first) return;
  event.preventDefault();
  location.assign(first.href);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
    event.preventDefault();
    box?.focus();
    return;
  }
  const all = links();
  const at = all.indexOf(document.activeElement);
  if (at < 0 && event.target !== box) return;
  if (event.key === "ArrowDown" && all.length > at + 1) {
    event.preventDefault();
    all[at + 1].focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    event.preventDefault();
    (all[at - 1] ?? box).focus();
  } else if (event.key === "Escape" && at >= 0) {
    box.focus();
  }
});

/* Answers that come while one stands on an older answer take it away: back to the box. */
document.getElementById("people")?.addEventListener("htmx:afterSwap", () => document.activeElement === document.body && box?.focus());
