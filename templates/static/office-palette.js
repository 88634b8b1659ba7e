/* Ctrl-K: every page, action and person, narrowed as one types; the arrows choose, Enter goes. */
const palette = document.getElementById("palette");
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const search = () => palette.querySelector("input");
const visible = () => [...palette.querySelectorAll('[role="option"]')].filter((item) => !item.hidden);

function choose(items, index) {
  palette.querySelectorAll('[aria-selected="true"]').forEach((item) => item.setAttribute("aria-selected", "false"));
  const chosen = items[index];
  chosen?.setAttribute("aria-selected", "true");
  chosen?.scrollIntoView({ block: "nearest" });
  if (chosen) search().setAttribute("aria-activedescendant", chosen.id);
  else search().removeAttribute("aria-activedescendant");
}

function narrow() {
  const words = folded(search().value).split(/\s+/).filter(Boolean);
  palette.querySelectorAll("#palette-list > ul:first-child > li").forEach((item) => {
    const name = folded(item.textContent);
    item.hidden = !words.every((word) => name.includes(word));
  });
  const items = visible();
  palette.querySelector(".palette-empty").hidden = items.length > 0;
  choose(items, 0);
}

function keys(event) {
  const items = visible();
  const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    choose(items, (at + step + items.length) % items.length);
  } else if (event.key === "Enter") {
    event.preventDefault();
    go(items[Math.max(at, 0)]);
  }
}

const go = (item) => item && location.assign(item.dataset.href);

export async function openPalette() {
  if (palette.open) {
    palette.close();
    return;
  }
  if (!palette.firstElementChild) {
    const answer = await fetch(palette.dataset.source, { headers: { "HX-Request": "true" } });
    if (!answer.ok) {
      location.reload();
      return;
    }
    palette.innerHTML = await answer.text();
    globalThis.htmx?.process(palette);
    search().addEventListener("input", narrow);
    search().addEventListener("keydown", keys);
    palette.addEventListener("htmx:afterSwap", narrow);
    palette.addEventListener("click", (event) => go(event.target.closest('[role="option"]')));
  }
  search().value = "";
  palette.querySelector("#palette-people").replaceChildren();
  narrow();
  palette.showModal();
  search().focus();
}
palette?.addEventListener("click", (event) => event.target === palette && palette.close());
