// The key / goes to the search, unless somebody is typing.
document.addEventListener("keydown", (happening) => {
  const search = document.querySelector("[data-find] input");
  if (happening.key !== "/" || !search || happening.target.closest("input, textarea, select, [contenteditable]")) return;
  happening.preventDefault();
  search.focus();
});
