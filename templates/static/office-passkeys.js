/* Passkeys: hands the page's question to the browser and its answer to the form. Binary values travel as base64url. */

const fromText = (text) => {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (c) => c.charCodeAt(0)).buffer;
};

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const credentials = (list) => (list ?? []).map((one) => ({ ...one, id: fromText(one.id) }));

function understood(options) {
  const read = { ...options, challenge: fromText(options.challenge) };
  if (options.user) read.user = { ...options.user, id: fromText(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = credentials(options.excludeCredentials);
  if (options.allowCredentials) read.allowCredentials = credentials(options.allowCredentials);
  return read;
}

function written(credential) {
  const said = { clientDataJSON: toText(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) said[name] = toText(credential.response[name]);
  }
  if (credential.response.getTransports) said.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: said,
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment,
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    const wrong = form.querySelector("[data-passkey-error]");
    wrong.hidden = true;
    if (!window.PublicKeyCredential) {
      wrong.textContent = form.dataset.missing;
      wrong.hidden = false;
      return;
    }
    try {
      const publicKey = understood(JSON.parse(form.dataset.options));
      const credential =
        form.dataset.passkey === "make"
          ? await navigator.credentials.create({ publicKey })
          : await navigator.credentials.get({ publicKey });
      form.elements.answer.value = written(credential);
      form.requestSubmit();
    } catch {
      wrong.textContent = form.dataset.failed;
      wrong.hidden = false;
    }
  });
}
