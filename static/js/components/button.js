// A form is sent once: its button says so, keeps its width and takes no second press. Back in the page, all is as before.
document.addEventListener("submit", (happening) => {
  const button = happening.submitter;
  if (!button || !button.dataset.busy) return;
  if (button.getAttribute("aria-disabled") === "true") {
    happening.preventDefault();
    return;
  }
  const words = button.querySelector("span");
  button.style.minWidth = `${button.offsetWidth}px`;
  button.dataset.before = words.textContent;
  words.textContent = button.dataset.busy;
  button.setAttribute("aria-disabled", "true");
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-busy][aria-disabled]").forEach((button) => {
    button.removeAttribute("aria-disabled");
    if (button.dataset.before) button.querySelector("span").textContent = button.dataset.before;
  });
});
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
