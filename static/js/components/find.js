// The key / goes to the search, unless somebody is typing.
document.addEventListener("keydown", (happening) => {
  const search = Array.from(document.querySelectorAll("[data-find] input")).find((one) => one.offsetParent);
  if (happening.key !== "/" || !search || happening.target.closest("input, textarea, select, [contenteditable]")) return;
  happening.preventDefault();
  search.focus();
});

// While somebody types, what is found stands under the field: links, walked through with the arrow keys, left by Escape.
// Without this script, or when the line is down, Enter finds as ever.
document.querySelectorAll("[data-suggest]").forEach((form) => {
  const field = form.querySelector("input");
  const list = Object.assign(document.createElement("div"), { className: "find__list", hidden: true });
  list.setAttribute("role", "region");
  list.setAttribute("aria-label", form.dataset.how);
  list.setAttribute("aria-live", "polite");
  form.append(list);
  let waiting = 0;
  const close = () => {
    clearTimeout(waiting);
    list.hidden = true;
  };
  const ask = async (typed) => {
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(typed)}`);
      const html = answer.ok ? await answer.text() : "";
      if (typed !== field.value.trim()) return;
      list.innerHTML = html;
      list.hidden = !list.querySelector("a");
    } catch {
      close();
    }
  };
  field.addEventListener("input", () => {
    close();
    const typed = field.value.trim();
    if (typed.length > 1) waiting = setTimeout(ask, 200, typed);
  });
  form.addEventListener("keydown", (happening) => {
    const stops = [field, ...list.querySelectorAll("a")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[happening.key];
    if (happening.key === "Escape" && !list.hidden) {
      happening.preventDefault();
      close();
      field.focus();
    } else if (step && !list.hidden) {
      happening.preventDefault();
      stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
    }
  });
  form.addEventListener("focusout", (happening) => {
    if (!form.contains(happening.relatedTarget)) close();
  });
});
