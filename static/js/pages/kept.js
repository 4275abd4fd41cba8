// Says what this phone keeps, and what waits for a network. Without it, and without a worker, pages are as ever.
const keptBox = document.querySelector("[data-phone]");
const workers = navigator.serviceWorker;

const askWorker = async (words) => {
  const { active } = await workers.ready;
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.addEventListener("message", ({ data }) => done(data), { once: true });
    port1.start();
    active.postMessage(words, [port2]);
  });
};

const lineOf = (one) => {
  const line = keptBox.querySelector("template").content.firstElementChild.cloneNode(true);
  const numberOf = (name) => Object.fromEntries(one.fields)[name] || "0";
  const said = keptBox.dataset.numbers.replaceAll(/\{(\w+)\}/gu, (_, name) => numberOf(name));
  const head = line.querySelector("[data-said]");
  head.textContent = `${one.path.split("/")[2]}: ${said}`;
  head.href = one.path;
  line.querySelector("[data-words]").textContent = one.words || (one.state === "refused" ? keptBox.dataset.refused : "");
  const act = (name, words) => {
    const button = line.querySelector(`[data-act=${name}]`);
    button.hidden = name === "sure" ? one.state !== "sure" : one.state === "waiting";
    button.addEventListener("click", () => askWorker(words).then(showKept).catch(() => {}));
  };
  act("sure", { act: "sure", key: one.key });
  act("drop", { act: "drop", key: one.key });
  return line;
};

let saidLast = location.hash === "#early" ? keptBox.dataset.early : ""; // what became of the last delivery stays said while this page is open

const showKept = ({ offline, waiting, done }) => {
  saidLast = done || saidLast;
  const cut = offline || !navigator.onLine;
  const many = waiting.filter(({ state }) => state === "waiting").length;
  const words = [
    cut && keptBox.dataset.cut,
    many > 0 && keptBox.dataset.waiting.replace("{n}", many),
    saidLast,
  ];
  keptBox.querySelector("[data-kept-words]").textContent = words.filter(Boolean).join(" ");
  keptBox.querySelector("[data-kept-list]").replaceChildren(...waiting.map((one) => lineOf(one)));
  keptBox.hidden = !cut && waiting.length === 0 && !saidLast;
};

const look = (soon) => askWorker({ act: "look", soon }).then(showKept).catch(() => {});

const begin = async () => {
  globalThis.addEventListener("online", () => look(true));
  globalThis.addEventListener("offline", () => askWorker({ act: "state" }).then(showKept).catch(() => {}));
  await workers.register("/worker.js").catch(() => {}); // a window that allows no worker has pages as ever
  await askWorker({ act: "state" }).then(showKept).catch(() => {});
  await look(false);
};

if (workers) globalThis.addEventListener("load", begin);
