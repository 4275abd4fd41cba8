// Hosts are found while typing. Without this script, or when the line is down, the form's own button finds them.
document.addEventListener("DOMContentLoaded", () => {
  const field = document.querySelector("[data-host-search]");
  const choice = document.querySelector("[data-host-choice]");
  if (!field || !(choice || field.dataset.goes) || !window.accessibleAutocomplete) return;
  const plain = field.querySelector("input");
  const note = field.querySelector(".host-search__note");
  const { url, goes, short, how } = field.dataset;
  let said = "";
  let waiting = 0;
  let pressed = false;
  const tell = (answer) => {
    said = answer.said;
    note.textContent = answer.note;
    note.hidden = !answer.note;
  };
  const find = (typed, show) => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      try {
        const answer = await fetch(`${url}?q=${encodeURIComponent(typed)}`);
        const found = await answer.json();
        if (pressed || typed !== document.getElementById(plain.id).value) return; // somebody presses, or types on
        tell(found);
        show(found.hosts);
      } catch {
        tell({ said: "", note: "" });
        show([]);
      }
    }, 150);
  };
  const place = plain.parentElement;
  plain.remove();
  window.accessibleAutocomplete({
    element: place,
    id: plain.id,
    name: plain.name,
    source: find,
    minLength: 2,
    required: true,
    confirmOnBlur: false,
    showNoOptionsFound: false,
    inputClasses: plain.className,
    templates: { inputValue: (host) => host?.name ?? "", suggestion: (host) => host.html },
    onConfirm: (host) => {
      if (!host) return;
      if (goes) {
        location.assign(goes + host.id);
        return;
      }
      choice.elements.host_id.value = host.id;
      choice.requestSubmit();
    },
    tStatusQueryTooShort: () => short,
    tStatusNoResults: () => said,
    tStatusSelectedOption: (name, length, index) => `${name}, ${index + 1}/${length}`,
    tStatusResults: (_length, chosen) => `${said} ${chosen ?? ""}`,
    tAssistiveHint: () => how,
  });
  const input = document.getElementById(plain.id);
  // The list stands above the button: if it closed or opened under the finger, the button would move away from the press.
  input.form.addEventListener("mousedown", (happening) => {
    if (!happening.target.closest("button")) return;
    happening.preventDefault(); // the field keeps the focus, so its list stays open
    pressed = true; // and an answer that comes now opens nothing
  });
  document.addEventListener("mouseup", () => setTimeout(() => { pressed = false; }));
  for (const name of ["maxlength", "spellcheck", "enterkeyhint"]) input.setAttribute(name, plain.getAttribute(name));
  // Enter in the field itself finds as the button does: nobody has gone into the list.
  place.addEventListener("keydown", (happening) => {
    if (happening.key !== "Enter" || happening.target !== input) return;
    happening.preventDefault();
    happening.stopPropagation();
    input.form.requestSubmit();
  }, true);
});
