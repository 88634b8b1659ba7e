/* Postcode and locality complete each other while one types; without this file the fields are plain fields. */
const WAIT = 120;
const part = (box, name) => box.querySelector(`input[name$="${name}"]`);
const partOf = (input) => ["postcode", "locality"].find((name) => input.name?.endsWith(name));
const inBelgium = (box) => (box.querySelector('select[name$="country"]')?.value ?? "BE") === "BE";
let open = null;

function close() {
  if (!open) return;
  open.list.remove();
  open.input.setAttribute("aria-expanded", "false");
  open.input.removeAttribute("aria-activedescendant");
  open.input.removeAttribute("aria-controls");
  open = null;
}

function choose(index) {
  const { list, input } = open;
  [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
  open.at = index;
  const chosen = list.children[index];
  chosen?.scrollIntoView({ block: "nearest" });
  if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
  else input.removeAttribute("aria-activedescendant");
}

function take(place) {
  const { box, input } = open;
  close();
  for (const [name, value] of [["postcode", place.postcode], ["locality", place.locality]]) {
    const field = part(box, name);
    if (field.value === value) continue;
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  input.focus();
}

function offer(box, input, places) {
  close();
  if (!places.length || document.activeElement !== input) return;
  const list = document.createElement("ul");
  list.className = "address-options";
  list.id = `${input.id}-options`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.localitiesLabel);
  places.forEach((place, at) => {
    const item = document.createElement("li");
    const code = document.createElement("b");
    code.textContent = place.postcode;
    item.append(code, ` ${place.locality}`);
    if (place.also) {
      const also = document.createElement("small");
      also.textContent = ` ${place.also}`;
      item.append(also);
    }
    item.id = `${list.id}-${at}`;
    item.setAttribute("role", "option");
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      take(place);
    });
    list.append(item);
  });
  input.after(list);
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-controls", list.id);
  open = { box, input, list, places, at: -1 };
  choose(-1);
}

let timer = 0;
let asked = null;
async function ask(box, input) {
  const text = input.value.trim();
  asked?.abort();
  if (text.length < 2) return close();
  asked = new AbortController();
  const address = new URL(box.dataset.localities, location.href);
  address.searchParams.set("q", text);
  try {
    const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return close();
    offer(box, input, (await answer.json()).localities);
  } catch {
    close();
  }
}

document.addEventListener("focusin", (event) => {
  const box = event.target.closest?.("[data-localities]");
  if (open && open.input !== event.target) close();
  if (!box || !partOf(event.target) || event.target.getAttribute("role")) return;
  event.target.setAttribute("role", "combobox");
  event.target.setAttribute("aria-autocomplete", "list");
  event.target.setAttribute("aria-expanded", "false");
});

document.addEventListener("input", (event) => {
  const box = event.target.closest?.("[data-localities]");
  if (!box || !partOf(event.target) || !inBelgium(box)) return;
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT, box, event.target);
});

document.addEventListener(
  "keydown",
  (event) => {
    if (!open || event.target !== open.input) return;
    const last = open.places.length - 1;
    if (event.key === "ArrowDown") choose(open.at < last ? open.at + 1 : 0);
    else if (event.key === "ArrowUp") choose(open.at > 0 ? open.at - 1 : last);
    else if (event.key === "Enter" && open.at >= 0) take(open.places[open.at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
document.addEventListener("focusout", () => setTimeout(() => open && document.activeElement !== open.input && close(), 0));
