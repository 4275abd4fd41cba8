// Name and size of the chosen file, so that a wrong photo is seen before it is sent.
document.querySelectorAll("[data-file]").forEach((field) => {
  const input = field.querySelector("input[type=file]");
  const chosen = field.querySelector(".file__chosen");
  input.addEventListener("change", () => {
    chosen.textContent = Array.from(input.files)
      .map((file) => `${file.name} (${(file.size / 1048576).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} MB)`)
      .join(", ");
  });
});
