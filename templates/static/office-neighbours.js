/* Letter boxes with several names: arrows walk them, one letter decides; only while the focus is on a letter box. */
const list = document.querySelector("[data-neighbours]");

const next = (box) => {
  let after = box.nextElementSibling;
  while (after && after.querySelector(".neighbour-said")) after = after.nextElementSibling;
  return after ?? document.querySelector(".pages a[rel=next]");
};

list?.addEventListener("keydown", (event) => {
  const box = event.target.closest(".neighbour");
  if (!box || event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const other = event.key === "ArrowDown" ? box.nextElementSibling : box.previousElementSibling;
    if (!other) return;
    event.preventDefault();
    other.focus();
    return;
  }
  const button = box.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

/* What was decided stands in the place of the question; the next one is ready. */
list?.addEventListener("htmx:afterSwap", (event) => {
  const box = event.target.closest(".neighbour");
  if (!box) return;
  const refused = box.querySelector(".badge-stop");
  (refused ? box : (next(box) ?? box)).focus();
});
