// Helps the sign-up form that other sites show (see crm/web/public/embed.py): it fetches the token which spares its
// reader a second press. Everything works without it.
for (const form of document.querySelectorAll("form[data-portevoix]")) {
  form.addEventListener(
    "focusin",
    async () => {
      const answer = await fetch(form.dataset.portevoix, { credentials: "omit", referrerPolicy: "no-referrer" }).catch(() => null);
      if (answer?.ok) form.querySelector("input[name=form]").value = (await answer.json()).token;
    },
    { once: true },
  );
}
