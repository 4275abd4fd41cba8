// Names on a cohort's papers. They live in this page alone: nothing here sends, stores or remembers one.
const typed = document.querySelector("[data-names]");
const leaves = document.querySelector(".leaves");
const empty = document.getElementById("leaf").content.firstElementChild;
const told = document.querySelector("[data-pages]");
const print = document.querySelector("[data-print]");
const paper = new Image(); // asked for at once: a name is not printed on a sheet that is still empty
paper.src = empty.querySelector("image").getAttribute("href");

const namesOf = (text) =>
  text
    .normalize("NFC")
    .split("\n")
    .map((line) => line.replaceAll(/\s+/gu, " ").trim())
    .filter(Boolean);

const leafOf = (name) => {
  const leaf = empty.cloneNode(true);
  const text = leaf.querySelector("text");
  text.textContent = name;
  leaves.append(leaf);
  const wide = text.getComputedTextLength();
  const most = Number(text.dataset.wide);
  if (wide > most) text.setAttribute("font-size", (Number(text.getAttribute("font-size")) * most) / wide);
};

const lay = () => {
  const names = namesOf(typed.value);
  const most = Number(leaves.dataset.most);
  leaves.replaceChildren();
  names.slice(0, most).forEach((name) => leafOf(name));
  const words = names.length > most ? told.dataset.tooMany : told.dataset.pages;
  told.textContent = words.replace("{pages}", Math.min(names.length, most));
  print.disabled = names.length === 0 || !paper.naturalWidth;
};

const forget = () => {
  typed.value = "";
  lay();
};

typed.addEventListener("input", lay);
print.addEventListener("click", () => window.print());
window.addEventListener("pagehide", forget); // also before the browser keeps the page for its way back
window.addEventListener("pageshow", forget); // and after it filled in by itself what stood here
paper.addEventListener("load", lay);
document.fonts.addEventListener("loadingdone", lay); // a name is measured in the letters in which it is printed
lay();
