// A toast leaves after ten seconds, but not while the pointer or the focus is on it, and not when it offers to undo.
document.querySelectorAll("[data-toasts] .done-toast").forEach((toast) => {
  const close = toast.querySelector("[data-close]");
  close.hidden = false;
  close.addEventListener("click", () => toast.remove());
  if (toast.querySelector("form") || toast.closest(".toasts--shown")) return;
  let waiting;
  const wait = () => {
    waiting = setTimeout(() => toast.remove(), 10000);
  };
  const stay = () => clearTimeout(waiting);
  ["pointerenter", "focusin"].forEach((happening) => toast.addEventListener(happening, stay));
  ["pointerleave", "focusout"].forEach((happening) => toast.addEventListener(happening, wait));
  wait();
});
