// The board: drag a visit, press M on it, or press its "Move": each opens the same panel, and every cell answers first.
// A region's table is the same with cards, and without a panel: what is dropped, or taken up with M, is an address.
const board = document.querySelector("[data-board]");
const panel = document.getElementById("move-panel");
const direct = Object.hasOwn(board.dataset, "direct");
let taken; // the block that is being moved

const clear = () => {
  board.querySelectorAll(".board__answer").forEach((answer) => answer.remove());
  board.querySelectorAll("[data-answer]").forEach((cell) => {
    delete cell.dataset.answer;
  });
  board.querySelectorAll(".block--taken").forEach((block) => block.classList.remove("block--taken"));
};

const leave = () => {
  if (direct) return location.reload();
  clear();
  panel.replaceChildren();
  if (taken) (taken.querySelector("[data-place]") || taken).focus();
  taken = undefined;
};

const ask = async (block) => {
  clear();
  taken = block;
  block.classList.add("block--taken");
  const move = new URL(block.dataset.block, location.href);
  const number = block.dataset.number || move.pathname.split("/")[2];
  const cells = new URL(board.dataset.cells.replace("NUMBER", number), location.href);
  if (move.searchParams.has("from")) cells.searchParams.set("from", move.searchParams.get("from"));
  const answer = await fetch(cells, { headers: { Accept: "application/json" }, redirect: "error" }).catch(() => {});
  if (!answer?.ok || taken !== block) return;
  const said = await answer.json();
  board.querySelectorAll("td[data-to]").forEach((cell) => {
    const found = said[`${cell.dataset.to} ${cell.dataset.day}`];
    if (!found) return;
    const words = document.createElement("p");
    words.className = "board__answer";
    words.textContent = found[1];
    cell.dataset.answer = found[0];
    cell.append(words);
  });
};

const open = async (block, cell) => {
  const url = new URL(block.dataset.block, location.href);
  if (cell) {
    url.searchParams.set("to_day", cell.dataset.day);
    if (cell.dataset.to !== "same") url.searchParams.set("to", cell.dataset.to);
  }
  if (direct) return location.assign(url);
  if (!cell) ask(block);
  await htmx.ajax("GET", url.pathname + url.search, { target: panel, swap: "innerHTML" }).catch(() => {});
  if (!panel.querySelector(".move-panel")) location.assign(url); // signed out meanwhile: the page says so itself
  panel.scrollIntoView({ block: "nearest" });
  panel.querySelector("input:not([type=hidden]), select")?.focus();
};

document.querySelectorAll("[data-block]").forEach((block) => {
  block.draggable = true;
});
document.addEventListener("dragstart", (happening) => {
  const block = happening.target.closest?.("[data-block]");
  if (!block) return;
  happening.dataTransfer.effectAllowed = "move";
  happening.dataTransfer.setData("text/plain", block.dataset.block);
  ask(block);
});
board.addEventListener("dragover", (happening) => {
  if (taken && happening.target.closest("td[data-to]")) happening.preventDefault();
});
document.addEventListener("dragend", (happening) => {
  if (happening.dataTransfer.dropEffect === "none" && !panel?.firstElementChild) leave();
});
board.addEventListener("drop", (happening) => {
  const cell = happening.target.closest("td[data-to]");
  if (!cell || !taken) return;
  happening.preventDefault();
  happening.dataTransfer.dropEffect = "move";
  open(taken, cell);
});
board.addEventListener("click", (happening) => {
  const link = happening.target.closest("[data-place]");
  if (!link || happening.ctrlKey || happening.metaKey || happening.shiftKey) return;
  happening.preventDefault();
  open(link.closest("[data-block]"));
});
document.addEventListener("keydown", (happening) => {
  if (happening.key === "Escape" && taken) leave();
  if (!/^[mм]$/iu.test(happening.key) || happening.ctrlKey || happening.metaKey || happening.altKey) return;
  const block = document.activeElement.closest("[data-block]");
  if (!block) return;
  happening.preventDefault();
  open(block);
});
panel?.addEventListener("click", (happening) => {
  if (!happening.target.closest("[data-leave]")) return;
  happening.preventDefault();
  leave();
});
