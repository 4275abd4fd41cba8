// Hosts are found while typing. Without this script, or when the line is down, the form's own button finds them.

// What shows the hosts for what is typed, asked for when the typing pauses and told unless it is over meanwhile.
const findAfterPause = (url, isOver, tell) => {
  let waiting = 0;
  return (typed, show) => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      try {
        const answer = await fetch(`${url}?q=${encodeURIComponent(typed)}`);
        const found = await answer.json();
        if (isOver(typed)) return;
        tell(found);
        show(found.hosts);
      } catch {
        tell({ said: "", note: "" });
        show([]);
      }
    }, 150);
  };
};

// The list stands above the button: if it closed or opened under the finger, the button would move away from the press.
const keepListUnderFinger = (form, hold) => {
  form.addEventListener("mousedown", (happening) => {
    if (!happening.target.closest("button")) return;
    happening.preventDefault(); // the field keeps the focus, so its list stays open
    hold(true); // and an answer that comes now opens nothing
  });
  document.addEventListener("mouseup", () => setTimeout(() => hold(false)));
};

// Enter in the field itself finds as the button does: nobody has gone into the list.
const letEnterFind = (place, input) => {
  place.addEventListener("keydown", (happening) => {
    if (happening.key !== "Enter" || happening.target !== input) return;
    happening.preventDefault();
    happening.stopPropagation();
    input.form.requestSubmit();
  }, true);
};

document.addEventListener("DOMContentLoaded", () => {
  const field = document.querySelector("[data-host-search]");
  const choice = document.querySelector("[data-host-choice]");
  if (!field || !(choice || field.dataset.goes) || !window.accessibleAutocomplete) return;
  const plain = field.querySelector("input");
  const note = field.querySelector(".host-search__note");
  const { url, goes, short, how } = field.dataset;
  let said = "";
  let pressed = false;
  const tell = (answer) => {
    said = answer.said;
    note.textContent = answer.note;
    note.hidden = !answer.note;
  };
  const isOver = (typed) => pressed || typed !== document.getElementById(plain.id).value; // somebody presses, or types on
  const place = plain.parentElement;
  plain.remove();
  window.accessibleAutocomplete({
    element: place,
    id: plain.id,
    name: plain.name,
    source: findAfterPause(url, isOver, tell),
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
  keepListUnderFinger(input.form, (held) => {
    pressed = held;
  });
  for (const name of ["maxlength", "spellcheck", "enterkeyhint"]) input.setAttribute(name, plain.getAttribute(name));
  letEnterFind(place, input);
});
