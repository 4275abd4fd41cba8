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
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      input.focus(); // not allowed here: the text is selected, so that the keys copy it
      return;
    }
    words.textContent = button.dataset.copied;
    setTimeout(() => {
      words.textContent = before;
    }, 4000);
  });
});
