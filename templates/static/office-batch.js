/* A pile typed in without a mouse: Alt+F opens the record of whoever is chosen, in a tab of its own; the line stays. */
const line = document.querySelector("[data-batch]");
const chosen = () => line.querySelector('input[name="other_id"]:checked') ?? line.querySelector('input[name="other_id"]');

document.addEventListener("keydown", (event) => {
  if (!line?.dataset.record || !event.altKey || event.code !== "KeyF" || !chosen()) return;
  event.preventDefault();
  open(line.dataset.record.replace(/\/0$/, `/${chosen().value}`), "_blank", "noopener");
});

/* Down goes from the box into the answers and takes the first, as the arrows go on from there. */
line?.querySelector("#who")?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" || !chosen()) return;
  event.preventDefault();
  chosen().checked = true;
  chosen().focus();
});

/* What is to be corrected is where one goes on typing. */
line?.querySelector(".field-wrong input, .field-wrong select")?.focus();
