// A day may be chosen from the browser's own calendar; typing it stays possible.
document.querySelectorAll("input[data-picker=date]").forEach((input) => {
  if (!("showPicker" in HTMLInputElement.prototype)) return;
  const label = input.labels[0].textContent.trim();
  const place = document.createElement("div");
  place.className = "field__with-picker";
  input.before(place); // not replaceWith: an input outside the page has no label
  const picker = document.createElement("input");
  picker.type = "date";
  picker.className = "field__picker";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  const open = document.createElement("button");
  open.type = "button";
  open.className = "field__open";
  open.setAttribute("aria-label", label);
  const icons = document.querySelector(".icon use").getAttribute("href").split("#")[0];
  open.innerHTML = `<svg class="icon" width="20" height="20" aria-hidden="true"><use href="${icons}#calendar"></use></svg>`;
  place.append(input, open, picker);
  open.addEventListener("click", () => {
    const typed = input.value.match(/^(\d{1,2})\D+(\d{1,2})\D+(\d{4})/u);
    if (typed) picker.value = `${typed[3]}-${typed[2].padStart(2, "0")}-${typed[1].padStart(2, "0")}`;
    picker.showPicker();
  });
  picker.addEventListener("change", () => {
    const [year, month, day] = picker.value.split("-").map(Number);
    if (year) input.value = `${day}.${month}.${year}.`;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
});
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
