// Minus and plus beside a number; without this file the number is typed.
document.querySelectorAll("[data-counter]").forEach((counter) => {
  const input = counter.querySelector("input");
  counter.querySelectorAll("[data-step]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const most = Number(input.max) || 999;
      const next = (Math.trunc(Number(input.value)) || 0) + Number(button.dataset.step);
      input.value = Math.min(Math.max(next, 0), most);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
});

// One press puts in what was announced; without this file it is typed.
document.querySelectorAll("[data-fill]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.form.querySelectorAll("[data-announced]").forEach((counter) => {
      const input = counter.querySelector("input");
      input.value = counter.dataset.announced;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
});
