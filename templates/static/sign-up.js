// While too many sign-ups come at once, each does a small piece of work, bound to its form and address (see
// crm/web/public/sign_up_form.py). Without script one waits a minute instead.
const form = document.querySelector("form[data-work]");

async function work(text, bits) {
  const encoder = new TextEncoder();
  for (let number = 0; ; number += 1) {
    const digest = new DataView(await crypto.subtle.digest("SHA-256", encoder.encode(`${text}:${number}`)));
    if (digest.getUint32(0) >>> (32 - bits) === 0) return String(number);
  }
}

// The address as the server compares it, where that is simple: other spellings wait the minute.
const normal = (text) => text.trim().normalize("NFC").toLowerCase();

if (form && window.crypto?.subtle) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.work) return;
    event.preventDefault();
    form.querySelector("[data-work-status]").textContent = form.dataset.working;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "work";
    field.value = await work(`${form.elements.form.value}:${normal(form.elements.email.value)}`, Number(form.dataset.work));
    form.append(field);
    form.submit();
  });
}
