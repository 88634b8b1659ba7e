/* The builder of segments: parts one drags, and keys that move the one at hand. The server does the rest. */
const builder = () => document.getElementById("builder");
const rebuild = () => builder().dispatchEvent(new Event("change", { bubbles: true }));

/* A part that was dropped says its new group; the order of the form is the order of the page. */
const liven = () => {
  builder()?.querySelectorAll("[data-seek]").forEach((box) => (box.hidden = false));
  builder()?.querySelectorAll("[data-parts]").forEach((parts) => {
    window.Sortable?.create(parts, {
      group: "parts",
      handle: ".grip",
      animation: 120,
      onEnd: ({ item, to }) => {
        item.querySelector('input[name$="-parent"]').value = to.dataset.parts;
        rebuild();
      },
    });
  });
};

document.addEventListener("keydown", (event) => {
  const way = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" }[event.key];
  if (!event.altKey || !way) return;
  const node = event.target.closest?.("[data-node]");
  const button = node && document.getElementById(`${way}-${node.dataset.node}`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

/* Words of the name and the folder change no figure, nor does whom one asks about: they need no answer. */
document.body.addEventListener("htmx:confirm", (event) => {
  const from = event.detail.triggeringEvent?.target;
  if (event.detail.elt === builder() && from?.closest?.(".keep, .trial")) event.preventDefault();
});
/* An answer that comes while a part is in the hand would put it there twice; the drop asks anew. */
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (window.Sortable?.active && event.detail.target.id === "builder") event.detail.shouldSwap = false;
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "builder" && event.detail.elt.id !== "builder") return;
  folds().filter((fold) => unfolded.has(nameOf(fold))).forEach((fold) => (fold.open = true));
  liven();
});
/* A picker is searched as one types, among all there is; what is chosen stays. */
const seeking = new Map();
const seek = async (box) => {
  const list = document.getElementById(box.dataset.for);
  const turn = (seeking.get(box.dataset.for) ?? 0) + 1;
  seeking.set(box.dataset.for, turn);
  const answer = await fetch(`${box.dataset.seek}?q=${encodeURIComponent(box.value)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || seeking.get(box.dataset.for) !== turn || !list.isConnected) return;
  const { options } = await answer.json();
  const kept = [...list.options].filter((option) => option.selected || option.value === "");
  const known = new Set(kept.map((option) => option.value));
  const found = options.filter((option) => !known.has(option.value)).map(({ value, label }) => new Option(label, value));
  list.replaceChildren(...kept, ...found);
};
document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-seek]")) return;
  clearTimeout(event.target.pause);
  event.target.pause = setTimeout(seek, 150, event.target);
});
/* What is typed to search is no answer: the builder is not asked for it, and Enter goes into the list. */
document.addEventListener("change", (event) => event.target.matches?.("[data-seek]") && event.stopPropagation(), true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("[data-seek]")) return;
  event.preventDefault();
  document.getElementById(event.target.dataset.for)?.focus();
});
/* A new condition is where one goes on; a fold that was open stays so. */
const folds = () => [...(builder()?.querySelectorAll("[data-node] .precise") ?? [])];
const nameOf = (fold) => `${fold.closest("[data-node]").dataset.node} ${fold.dataset.side}`;
let before = new Set();
let unfolded = new Set();
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target.id !== "builder") return;
  unfolded = new Set(folds().filter((fold) => fold.open).map(nameOf));
  before = new Set([...(builder()?.querySelectorAll("[data-node]") ?? [])].map((node) => node.dataset.node));
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "builder" && event.detail.elt.id !== "builder") return;
  const fresh = [...builder().querySelectorAll("[data-node]")].find((node) => !before.has(node.dataset.node));
  fresh?.querySelector("select")?.focus();
  before = new Set([...builder().querySelectorAll("[data-node]")].map((node) => node.dataset.node));
});
liven();
