// A press puts a placeholder where the cursor was last; without this file it is typed.
const placeholderForm = document.querySelector("[data-placeholders]");
let last = placeholderForm.querySelector("textarea");

placeholderForm.addEventListener("focusin", ({ target }) => {
  if (target.matches("textarea, input[type=text]")) last = target;
});
placeholderForm.querySelectorAll("[data-insert]").forEach((button) => {
  button.hidden = false;
  button.previousElementSibling.hidden = true;
  button.addEventListener("click", () => {
    last.setRangeText(button.dataset.insert, last.selectionStart, last.selectionEnd, "end");
    last.focus();
    last.dispatchEvent(new Event("change", { bubbles: true }));
  });
});
