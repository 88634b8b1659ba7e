/* The care desk: Enter opens the first answer, one letter is one click, nothing typed is lost with a session. */
const writing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

/* The search: arrows walk the answers, Enter opens the one chosen, or the first. */
const search = document.querySelector("[data-desk-search]");
const answers = () => [...document.querySelectorAll("#desk-found a")];
search?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" && answers().length) {
    event.preventDefault();
    answers()[0].focus();
  }
});
search?.addEventListener("submit", (event) => {
  const first = answers()[0];
  if (!first) return;
  event.preventDefault();
  location.assign(first.href);
});
document.addEventListener("keydown", (event) => {
  const at = answers().indexOf(event.target);
  if (at < 0 || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  (event.key === "ArrowDown" ? answers()[at + 1] : answers()[at - 1] ?? search.querySelector("input"))?.focus();
});

/* One letter, one action, outside of fields; one may switch that off, and this browser remembers. */
const bar = document.querySelector("[data-keys]");
const toggle = document.querySelector("[data-keys-switch]");
const SWITCH = "portevoix-desk-keys";
const keysOn = () => localStorage.getItem(SWITCH) !== "off";
const showKeys = () => {
  if (!bar) return;
  bar.dataset.keys = keysOn() ? "on" : "off";
  toggle.setAttribute("aria-pressed", String(keysOn()));
};
toggle?.addEventListener("click", () => {
  localStorage.setItem(SWITCH, keysOn() ? "off" : "on");
  showKeys();
});
showKeys();
document.addEventListener("keydown", (event) => {
  if (!bar || !keysOn() || event.ctrlKey || event.metaKey || event.altKey || event.repeat || writing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const action = bar.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!action) return;
  event.preventDefault();
  action.click();
  if (action.hash) document.querySelector(action.hash)?.focus();
});
bar?.querySelector('[data-key="e"]')?.addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("summary")?.focus();
});

/* The tasks: arrows choose, F is done. */
const list = document.querySelector("[data-tasks]");
document.addEventListener("keydown", (event) => {
  if (!list || event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  const items = [...list.children];
  const at = items.indexOf(document.activeElement?.closest?.("li"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    items[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), items.length - 1)].focus();
  } else if (event.key.toLowerCase() === "f" && at >= 0) {
    event.preventDefault();
    items[at].querySelector(".task-done")?.click();
  }
});

/* What is typed is kept in this tab too, until it was taken: a session that ended meanwhile costs nothing. */
const taken = document.querySelector(".notice-done");
document.querySelectorAll("form[data-keeps]").forEach((form) => {
  const name = `portevoix-${form.dataset.keeps}`;
  const fields = () => [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "submit");
  if (taken) sessionStorage.removeItem(name);
  const kept = JSON.parse(sessionStorage.getItem(name) ?? "null");
  if (kept && !form.elements.summary.value) {
    for (const field of fields()) {
      if (!(field.name in kept)) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = kept[field.name].includes(field.value);
      else field.value = kept[field.name][0] ?? "";
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.addEventListener("input", () => {
    const values = {};
    for (const field of fields()) {
      values[field.name] ??= [];
      if ((field.type !== "radio" && field.type !== "checkbox") || field.checked) values[field.name].push(field.value);
    }
    sessionStorage.setItem(name, JSON.stringify(values));
  });
});
