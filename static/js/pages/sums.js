// Sums of a page of figures, checked while they are typed: without this file they are checked when they are sent.
const form = document.querySelector("[data-sums]");
const numberOf = (input) => Math.trunc(Number(input?.value.replaceAll(" ", ""))) || 0;

const check = () => {
  form.querySelectorAll("[data-sum]").forEach((line) => {
    const parts = [...form.querySelectorAll(`[data-part-of="${line.dataset.sum}"]`)];
    const made = parts.reduce((sum, part) => sum + numberOf(part), 0);
    const said = numberOf(form.querySelector(`[data-total-of="${line.dataset.total}"]`));
    const wrong = line.dataset.most ? made > said : made !== said;
    const words = line.dataset.differs.replace("{parts}", made).replace("{said}", said);
    line.textContent = wrong ? words : "";
  });
};

form.addEventListener("input", check);
check();
