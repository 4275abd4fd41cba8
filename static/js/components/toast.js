// A toast leaves after ten seconds, one that offers to undo after a minute; not while the pointer or the focus is on it.
document.querySelectorAll("[data-toasts] .done-toast").forEach((toast) => {
  const close = toast.querySelector("[data-close]");
  close.hidden = false;
  close.addEventListener("click", () => toast.remove());
  if (toast.closest(".toasts--shown")) return;
  let waiting;
  const wait = () => {
    waiting = setTimeout(() => toast.remove(), toast.querySelector("form") ? 60000 : 10000);
  };
  const stay = () => clearTimeout(waiting);
  ["pointerenter", "focusin"].forEach((happening) => toast.addEventListener(happening, stay));
  ["pointerleave", "focusout"].forEach((happening) => toast.addEventListener(happening, wait));
  wait();
});
