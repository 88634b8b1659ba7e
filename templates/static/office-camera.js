/* Returns by camera: the browser's own reader of codes where it has one, else a photo whose grey dots the server reads. */
const form = document.getElementById("camera");
const code = form.querySelector("#code");
const told = form.querySelector("[data-said]");
const say = (word) => { told.textContent = form.dataset[word] ?? ""; };
const FORMATS = ["qr_code", "data_matrix", "code_128", "code_39"];
const LARGEST = 1600;

/* A code is in the field: with a reason it is noted at once. */
const take = (text) => {
  code.value = text;
  navigator.vibrate?.(60);
  if (form.querySelector("[name=reason]:checked")) form.requestSubmit();
  else say("seen");
};

const greyDots = (picture, width, height) => {
  const scale = Math.min(1, LARGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing.fillStyle = "white";
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height);
  const dots = new Uint8Array(canvas.width * canvas.height);
  for (let at = 0; at < dots.length; at += 1) {
    dots[at] = (data[at * 4] * 77 + data[at * 4 + 1] * 150 + data[at * 4 + 2] * 29) >> 8;
  }
  return { dots, width: canvas.width, height: canvas.height };
};

const ask = async (picture, width, height) => {
  const grey = greyDots(picture, width, height);
  const sent = new FormData();
  sent.append("csrf", form.querySelector("[name=csrf]").value);
  sent.append("width", grey.width);
  sent.append("height", grey.height);
  sent.append("dots", new Blob([grey.dots]), "dots");
  const answer = await fetch(form.dataset.photo, { method: "POST", body: sent });
  return answer.ok ? (await answer.json()).code : "";
};

/* A photo. */
const photograph = form.querySelector("[data-photograph]");
photograph.hidden = false;
photograph.querySelector("input").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  say("looking");
  try {
    const picture = await createImageBitmap(file);
    const text = await ask(picture, picture.width, picture.height);
    if (text) take(text);
    else say("nothing");
  } catch {
    say("nothing");
  }
  event.target.value = "";
});

/* The camera, looked through until a code is seen. A browser that reads codes does so; for another, the server looks. */
const start = form.querySelector("[data-start]");
const view = form.querySelector("[data-camera]");
const video = view.querySelector("video");
const REMEMBER = "portevoix-returns-camera";
const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const reader = async () => {
  if (!("BarcodeDetector" in window)) return null;
  const known = await BarcodeDetector.getSupportedFormats();
  const formats = FORMATS.filter((one) => known.includes(one));
  return formats.length ? new BarcodeDetector({ formats }) : null;
};
const lookThrough = async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  video.srcObject = stream;
  view.hidden = false;
  start.hidden = true;
  sessionStorage.setItem(REMEMBER, "open");
  await video.play();
  say("looking");
  const own = await reader();
  for (;;) {
    if (video.videoWidth) {
      const text = own ? (await own.detect(video))[0]?.rawValue : await ask(video, video.videoWidth, video.videoHeight);
      if (text && text !== code.value) {
        stream.getTracks().forEach((track) => track.stop());
        view.hidden = true;
        start.hidden = false;
        take(text);
        return;
      }
    }
    await wait(own ? 150 : 1200);
  }
};
const refused = () => {
  view.hidden = true;
  start.hidden = false;
  sessionStorage.removeItem(REMEMBER);
  say("");
};
if (navigator.mediaDevices?.getUserMedia) {
  start.hidden = false;
  start.addEventListener("click", () => lookThrough().catch(refused));
  if (sessionStorage.getItem(REMEMBER)) lookThrough().catch(refused);
}
