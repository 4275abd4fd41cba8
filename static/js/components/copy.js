// A button that copies the text of the field beside it.
document.querySelectorAll("[data-copy]").forEach((copy) => {
  const input = copy.querySelector("input, textarea");
  const button = copy.querySelector("button");
  input.addEventListener("focus", () => input.select());
  if (!navigator.clipboard) return;
  button.hidden = false;
  const words = button.querySelector("span");
  const before = words.textContent;
  words.setAttribute("aria-live", "polite");
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(input.value).then(() => {
      words.textContent = button.dataset.copied;
      setTimeout(() => {
        words.textContent = before;
      }, 4000);
    });
  });
});
