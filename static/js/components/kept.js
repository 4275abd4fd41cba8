// What was typed when a form could not be taken waits in this tab, for an hour, until its page is open again.
const KEPT_MS = 3600000;
const kept = document.querySelector("[data-kept]");
if (kept) {
  const { kept: page, sentTo } = kept.dataset;
  sessionStorage.setItem("kept", JSON.stringify({ page, sentTo, at: Date.now(), fields: [...new FormData(kept)] }));
} else if (sessionStorage.getItem("kept")) {
  const { page, sentTo, at, fields } = JSON.parse(sessionStorage.getItem("kept"));
  const form =
    page === location.pathname + location.search &&
    [...document.querySelectorAll("form[method=post]")].find((one) => new URL(one.action).pathname === sentTo);
  if (form || Date.now() - at > KEPT_MS) sessionStorage.removeItem("kept");
  if (form && Date.now() - at < KEPT_MS) fillIn(form, fields);
}

function fillIn(form, fields) {
  const filled = [];
  new Set(fields.map(([name]) => name)).forEach((name) => {
    const values = fields.filter(([other]) => other === name).map(([, value]) => value);
    const inputs = [...form.elements].filter(
      (input) => input.name === name && !["hidden", "file", "password", "submit"].includes(input.type),
    );
    inputs.forEach((input, place) => {
      if (["checkbox", "radio"].includes(input.type)) input.checked = values.includes(input.value);
      else input.value = values[place] ?? input.value;
      filled.push(input);
    });
  });
  filled.forEach((input) => input.closest("details")?.setAttribute("open", ""));
  filled[0]?.focus();
}
