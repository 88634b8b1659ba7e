/* The editor of an edition: words that keep themselves, blocks one drags, a preview that follows. */
const edition = document.getElementById("edition");
const preview = document.getElementById("preview");
const frame = preview?.querySelector("iframe");
const saying = document.querySelector("[data-autosave-state]");

/* The preview: one frame, four ways to look at it; it is asked for again a moment after the last change. */
let view = preview?.querySelector("[aria-current]")?.dataset.view ?? "html";
let timer;
const look = () => {
  const part = view === "mobile" ? "html" : view;
  frame.src = `${edition.dataset.preview}?part=${part}&at=${Date.now()}`;
};
const follow = () => {
  clearTimeout(timer);
  timer = setTimeout(look, 400);
};
/* A mail is 640 pixels wide on a computer: where there is less room, it is shown smaller, not as a telephone would. */
const fit = () => preview.style.setProperty("--scale", Math.min(1, preview.clientWidth / 640));
if (preview) new ResizeObserver(fit).observe(preview);
preview?.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-view]");
  if (!tab) return;
  event.preventDefault();
  view = tab.dataset.view;
  preview.querySelectorAll("[data-view]").forEach((other) => other.removeAttribute("aria-current"));
  tab.setAttribute("aria-current", "true");
  preview.className = `preview preview-${view}`;
  look();
});

/* Each change says the revision it was made on; the answer says the new one. */
const revise = (revision) =>
  document.querySelectorAll('input[type="hidden"][name="revision"]').forEach((input) => (input.value = revision));
let running = 0;
const dirty = new Set();
const waiting = [];
const settled = () => {
  if (running === 0 && dirty.size === 0) waiting.splice(0).forEach((go) => go());
};
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb !== "post") return;
  running += 1;
  if (saying) saying.textContent = saying.dataset.saving;
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.requestConfig.verb !== "post") return;
  running -= 1;
  const { xhr, elt } = event.detail;
  const kept = xhr.status >= 200 && xhr.status < 300;
  const revision = xhr.getResponseHeader("X-Revision");
  if (revision) {
    revise(revision);
    follow();
  }
  const unheard = xhr.status === 0 || xhr.status >= 500;
  if (saying) saying.textContent = kept ? saying.dataset.saved : unheard ? saying.dataset.failed : "";
  if (kept && elt.matches("[data-empties]")) elt.reset();
  if (kept && elt.matches("[data-leaves]")) elt.closest("li")?.remove();
  if (kept && elt.matches("[data-dismisses]")) elt.closest("[data-notice]")?.remove();
  settled();
});
const writing = (event) => event.target.closest?.("form[data-draft]");
document.addEventListener("input", (event) => writing(event) && dirty.add(writing(event)));
document.body.addEventListener("htmx:configRequest", (event) => {
  const form = event.detail.elt.closest("form[data-draft]");
  if (form) dirty.delete(form);
});
document.body.addEventListener("htmx:confirm", (event) => {
  const form = event.detail.elt;
  if (form.matches("form[data-draft]") && event.detail.triggeringEvent?.type === "change" && !dirty.has(form)) event.preventDefault();
});
addEventListener("beforeunload", (event) => {
  if (dirty.size > 0 || running > 0) event.preventDefault();
});

/* A link that must not leave half a word behind waits until all is kept. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-after-saving]");
  if (!link || (dirty.size === 0 && running === 0)) return;
  event.preventDefault();
  waiting.push(() => location.assign(link.href));
  dirty.forEach((form) => globalThis.htmx.trigger(form, "keep"));
});

/* After a conflict: mine is written over theirs, because I said so. */
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-keep-mine]");
  if (!button) return;
  revise(button.dataset.keepMine);
  document.querySelectorAll("form[data-draft]").forEach((form) => {
    if (form.id === "words" || form.closest("details[open]")) globalThis.htmx.trigger(form, "keep");
  });
});

/* Cards one was writing on stay open when the others move. */
let open = [];
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const closes = event.detail.requestConfig?.elt?.dataset?.closes;
  open = [...document.querySelectorAll("#blocks details[open][id]")].map((card) => card.id).filter((id) => id !== closes);
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  const closes = event.detail.requestConfig?.elt?.dataset?.closes;
  if (closes === "new-block" && event.detail.xhr.status < 300) document.getElementById("new-block").open = false;
  if (document.getElementById("blocks")) sortable();
});

/* How long a line is, beside its name; and the inbox line above the preview. */
const count = (input) => {
  const counter = document.querySelector(`[data-counts="${input.name}"]`);
  if (counter) {
    const length = [...input.value].length;
    counter.textContent = `${length} / ${counter.dataset.best}`;
    counter.classList.toggle("counter-over", length > Number(counter.dataset.best));
  }
  const echo = document.querySelector(`[data-echo="${input.name}"]`);
  if (echo) echo.textContent = input.value;
};
document.querySelectorAll("#words input").forEach(count);
document.getElementById("words")?.addEventListener("input", (event) => count(event.target));

/* Dragging: within a section and between them; where a block does not fit, the server says so and all goes back. */
const sortable = () => {
  document.querySelectorAll("#blocks .cards").forEach((list) => {
    if (!globalThis.Sortable || globalThis.Sortable.get(list)) return;
    globalThis.Sortable.create(list, { group: "blocks", handle: ".handle", draggable: ".card-block", animation: 150, onEnd: arrange });
  });
};
const arrange = (moved) => {
  if (moved.from === moved.to && moved.oldIndex === moved.newIndex) return;
  const blocks = document.getElementById("blocks");
  const place = [...blocks.querySelectorAll(".cards")].flatMap((list) =>
    [...list.children].map((card) => `${list.dataset.section}:${card.dataset.id}`),
  );
  const revision = document.querySelector('input[type="hidden"][name="revision"]').value;
  globalThis.htmx
    .ajax("POST", blocks.dataset.arrange, { source: blocks, target: blocks, swap: "outerHTML", values: { place, revision } })
    .catch(() => undefined);
};
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.id === "blocks" && event.detail.xhr.status >= 400) location.reload();
});
sortable();
