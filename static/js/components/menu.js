// A menu closes by Escape (the focus goes back to what opened it) and by a press elsewhere.
const menus = document.querySelectorAll("[data-menu]");
document.addEventListener("click", (happening) => {
  menus.forEach((menu) => {
    if (menu.open && !menu.contains(happening.target)) menu.open = false;
  });
});
menus.forEach((menu) =>
  menu.addEventListener("keydown", (happening) => {
    if (happening.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  }),
);
