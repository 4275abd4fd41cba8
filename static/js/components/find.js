// The key / goes to the search, unless somebody is typing.
document.addEventListener("keydown", (happening) => {
  const search = Array.from(document.querySelectorAll("[data-find] input")).find((one) => one.offsetParent);
  if (happening.key !== "/" || !search || happening.target.closest("input, textarea, select, [contenteditable]")) return;
  happening.preventDefault();
  search.focus();
});
