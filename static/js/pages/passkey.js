// Asks the device for a passkey, and sends its answer with the form that holds the question. Without it other ways stay.
const rawOf = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.codePointAt(0));
};
const textOf = (raw) =>
  btoa(String.fromCodePoint(...new Uint8Array(raw)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const keysOf = (list) => (list ?? []).map(({ id, type, transports }) => ({ id: rawOf(id), type, transports }));

const asked = (act, question) => {
  const publicKey = { ...question, challenge: rawOf(question.challenge) };
  if (act === "create") {
    publicKey.user = { ...question.user, id: rawOf(question.user.id) };
    publicKey.excludeCredentials = keysOf(question.excludeCredentials);
    return navigator.credentials.create({ publicKey });
  }
  publicKey.allowCredentials = keysOf(question.allowCredentials);
  return navigator.credentials.get({ publicKey });
};

const written = (key) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (key.response[name]) response[name] = textOf(key.response[name]);
  }
  return JSON.stringify({ id: key.id, rawId: textOf(key.rawId), type: key.type, response, clientExtensionResults: {} });
};

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  if (!globalThis.PublicKeyCredential) return;
  const failed = form.querySelector("[data-passkey-failed]");
  form.querySelector("[data-passkey-missing]").hidden = true;
  form.querySelector("button").hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    failed.hidden = true;
    try {
      form.elements.answer.value = written(await asked(form.dataset.passkey, JSON.parse(form.dataset.question)));
    } catch {
      failed.hidden = false;
      return;
    }
    form.requestSubmit();
  });
});
