// The summary of errors takes the focus; a link in it goes to the field itself, not only to its place.
const summary = document.querySelector("[data-error-summary]");
if (summary) {
  summary.focus();
  summary.addEventListener("click", (happening) => {
    const link = happening.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    happening.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus();
  });
}
