// The form for another site, seen as one chooses. Without this script the button does the same.
const form = document.querySelector("[data-live-preview]");
const code = document.querySelector(".embed-code");
const look = document.querySelector(".embed-look");
let latest = 0;

async function refresh() {
  const asked = `?${new URLSearchParams(new FormData(form))}`;
  const mine = ++latest;
  const answer = await fetch(asked, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || mine !== latest) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  code.value = page.querySelector(".embed-code").value;
  look.src = page.querySelector(".embed-look").getAttribute("src");
  history.replaceState(null, "", asked);
}

form?.addEventListener("change", refresh);

// With the script the choices are seen at once, and one press copies.
const button = document.querySelector("[data-copy]");
if (form) document.querySelector("[data-without-script]").hidden = true;
if (button && navigator.clipboard) {
  const said = button.nextElementSibling;
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.value).catch(() => code.select());
    said.textContent = button.dataset.copy;
  });
  form.addEventListener("change", () => { said.textContent = ""; });
}
