/* The office's own behaviour, small on purpose: pages work without it, and are quicker with it. */
import "./address.js";
import { openPalette } from "./office-palette.js";

const token = document.querySelector('meta[name="csrf"]')?.content ?? "";

/* htmx carries the session's form token. */
document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRF"] = token;
});

/* Questions before what cannot be undone: forms with data-confirm. */
const asked = document.getElementById("confirm");
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const yes = asked.querySelector("[data-yes]");
    asked.querySelector("h2").textContent = form.dataset.confirm;
    yes.textContent = form.dataset.confirmLabel;
    yes.className = "confirmDanger" in form.dataset ? "btn btn-danger" : "btn btn-primary";
    asked.returnValue = "";
    const button = event.submitter;
    asked.addEventListener(
      "close",
      () => {
        if (asked.returnValue === "yes") {
          form.dataset.confirmed = "yes";
          form.requestSubmit(button);
          delete form.dataset.confirmed;
        }
      },
      { once: true },
    );
    asked.showModal();
  },
  true,
);

/* Notices go by themselves, unless one is being read or can be taken back. */
const settle = (notice) => {
  notice.querySelector("[data-dismiss]")?.addEventListener("click", () => notice.remove());
  if (notice.classList.contains("notice-refused")) return;
  const wait = notice.querySelector("form") ? 20000 : 8000;
  let timer = setTimeout(() => notice.remove(), wait);
  const stay = () => clearTimeout(timer);
  const go = () => (timer = setTimeout(() => notice.remove(), wait));
  notice.addEventListener("mouseenter", stay);
  notice.addEventListener("mouseleave", go);
  notice.addEventListener("focusin", stay);
  notice.addEventListener("focusout", go);
};
document.querySelectorAll("[data-notice]").forEach(settle);
new MutationObserver((changes) =>
  changes.forEach((change) => change.addedNodes.forEach((node) => node.matches?.("[data-notice]") && settle(node))),
).observe(document.getElementById("toasts"), { childList: true });

/* A row opens whole; links, buttons and selected text keep their own way. */
document.addEventListener("click", (event) => {
  const row = event.target.closest?.("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label, select, textarea, summary") || getSelection().toString()) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
});

/* Light, dark or as the device says. */
const pressed = () =>
  document.querySelectorAll("[data-set-theme]").forEach((button) =>
    button.setAttribute("aria-pressed", String(button.dataset.setTheme === document.documentElement.dataset.theme)),
  );
document.querySelectorAll("[data-set-theme]").forEach((button) =>
  button.addEventListener("click", () => {
    const root = document.documentElement;
    root.dataset.theme = button.dataset.setTheme;
    const dark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
    document.cookie = `portevoix-theme=${root.dataset.theme}; path=/; max-age=31536000; SameSite=Lax`;
    pressed();
  }),
);
pressed();

/* Drafts keep themselves: a form with data-autosave posts there, one second after the last key. */
document.querySelectorAll("form[data-autosave]").forEach((form) => {
  const state = form.querySelector("[data-autosave-state]");
  let timer;
  const save = async () => {
    if (state) state.textContent = state.dataset.saving;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { "X-CSRF": token, "X-Autosave": "1", Accept: "application/json" },
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const kept = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      for (const [name, value] of Object.entries(kept.fields ?? {})) {
        document.querySelectorAll(`input[type="hidden"][name="${name}"]`).forEach((input) => (input.value = value));
      }
      if (state) state.textContent = state.dataset.saved;
      form.dispatchEvent(new CustomEvent("portevoix:saved", { bubbles: true, detail: kept }));
    } catch {
      if (state) state.textContent = state.dataset.failed;
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 1000);
  });
});

/* A form that was opened in its place is left again. */
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-leave-place]")) event.target.closest(".place")?.replaceChildren();
});

/* Lists one puts in order: by hand (SortableJS) or with the arrow buttons; data-order names the address to post to. */
const order = (list) => {
  const ids = [...list.querySelectorAll(":scope > [data-id]")].map((item) => item.dataset.id);
  list.dispatchEvent(new CustomEvent("portevoix:ordered", { bubbles: true, detail: { ids } }));
};
document.querySelectorAll("[data-order]").forEach((list) => {
  globalThis.Sortable?.create(list, { handle: ".handle", animation: 150, draggable: "[data-id]", onEnd: () => order(list) });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    const item = button.closest("[data-id]");
    const other = button.dataset.move === "up" ? item.previousElementSibling : item.nextElementSibling;
    if (!other?.dataset.id) return;
    if (button.dataset.move === "up") other.before(item);
    else other.after(item);
    button.focus();
    order(list);
  });
});
document.addEventListener("portevoix:ordered", async (event) => {
  const list = event.target;
  const body = new URLSearchParams(list.dataset.fields ?? "");
  event.detail.ids.forEach((id) => body.append("id", id));
  globalThis.htmx?.ajax("POST", list.dataset.order, {
    source: list,
    target: list.dataset.target ?? list,
    swap: list.dataset.swap ?? "none",
    values: Object.fromEntries([...new Set(body.keys())].map((key) => [key, body.getAll(key)])),
  });
});

/* The palette, and where the eye should be after an error. */
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
  } else if (event.altKey && event.code === "KeyK" && document.body.dataset.desk) {
    event.preventDefault();
    location.assign(document.body.dataset.desk);
  }
});
document.querySelectorAll("[data-palette]").forEach((button) => button.addEventListener("click", openPalette));
document.querySelector("[data-focus]")?.focus();
