// How many rows are ticked is told; a tick on the head ticks all. Without this file the acts work on what is ticked.
document.querySelectorAll("[data-bulk]").forEach((bar) => {
  const form = bar.closest("form");
  const told = bar.querySelector("[data-counted]");
  const before = told.textContent;
  const ticks = () => Array.from(form.querySelectorAll("[data-tick]"));
  const heads = form.querySelectorAll("[data-tick-all]");
  const count = () => {
    const chosen = ticks().filter((tick) => tick.checked).length;
    told.textContent = chosen ? told.dataset.counted.replace("{n}", chosen) : before;
    ticks().forEach((tick) => tick.closest("tr").classList.toggle("chosen", tick.checked));
    heads.forEach((head) => {
      const own = Array.from(head.closest("table").querySelectorAll("[data-tick]"));
      head.checked = own.length > 0 && own.every((tick) => tick.checked);
      head.indeterminate = !head.checked && own.some((tick) => tick.checked);
    });
  };
  heads.forEach((head) => {
    head.hidden = false;
    head.addEventListener("change", () => {
      head.closest("table").querySelectorAll("[data-tick]").forEach((tick) => {
        tick.checked = head.checked;
      });
      count();
    });
  });
  form.addEventListener("change", count);
  form.addEventListener("reset", () => {
    ticks().forEach((tick) => tick.removeAttribute("checked"));
    setTimeout(count);
  });
  count();
});
