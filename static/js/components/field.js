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
