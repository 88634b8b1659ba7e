// A file can be dropped where it can be chosen; without this script the button does the same.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const said = zone.querySelector("[data-drop-name]");
  const tell = () => {
    const file = input.files[0];
    if (file) said.textContent = `${said.dataset.chosen} ${file.name}`;
  };
  const over = (event, is) => {
    event.preventDefault();
    zone.classList.toggle("drop-over", is);
  };
  zone.addEventListener("dragover", (event) => over(event, true));
  zone.addEventListener("dragleave", (event) => over(event, false));
  zone.addEventListener("drop", (event) => {
    over(event, false);
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      tell();
    }
  });
  input.addEventListener("change", tell);
}
