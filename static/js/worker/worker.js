// Serves kept pages where there is no network, and keeps numbers that could not be sent. All else passes through.
const IS_NUMBERS = new RegExp(self.KEPT.numbers, "u");
const SLOW_MS = 8000; // a network that does not answer is none, if the page is here

// A store that fails, full or broken, keeps nobody from the pages of the network.
const orNothing = (asked) => asked.catch(() => {});

const whenSlow = () =>
  new Promise((done) => {
    setTimeout(done, SLOW_MS);
  });

const afterPage = async (path, answer) => {
  if (path === self.KEPT.signIn && answer.ok) await keeping.queued(keeping.leavePages); // signed out
  else if (await phoneStore.fact("whose")) await keeping.queued(() => keeping.look(Date.now()));
};

// The words of ours are the server's; such a page has no part of its own, because nothing else may be kept.
const pageOf = (words, spoken, leadsTo) => {
  const language = words[spoken] ? spoken : Object.keys(words)[0];
  const [title, first, second, link] = words[language];
  const look = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:10vh auto;padding:0 1.25rem}";
  const page = `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark}${look}</style>
<main><h1>${title}</h1><p>${first}</p><p>${second}</p><p><a href="${leadsTo}">${link}</a></p></main></html>`;
  return new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8" } });
};

const language = () => orNothing(phoneStore.fact("language"));

// Instead of the browser's error, for her alone: who has signed out finds no trace of us.
const saysNoSignal = async () =>
  (await keeping.isHers()) ? pageOf(self.KEPT.noSignalWords, await language(), "") : undefined;

const openedPage = async (event, path) => {
  const kept = orNothing(keeping.page(path));
  const fetched = fetch(event.request);
  try {
    const answer = (await Promise.race([fetched, whenSlow().then(() => kept)])) ?? (await fetched);
    keeping.offline = keeping.isKept(answer);
    if (!keeping.offline) event.waitUntil(orNothing(afterPage(path, answer)));
    return answer;
  } catch {
    keeping.offline = true;
    const home = async () => (await kept) ?? (await orNothing(keeping.page(self.KEPT.home)));
    return (await home()) ?? (await orNothing(saysNoSignal())) ?? Response.error();
  }
};

const sentNumbers = async (request, path) => {
  const copy = request.clone();
  const form = await request.clone().formData();
  try {
    const answer = await fetch(copy);
    keeping.offline = false;
    if (answer.type === "opaqueredirect" && form.get("sheet")) await orNothing(phoneStore.drop(form.get("sheet"))); // saved
    return answer;
  } catch {
    keeping.offline = true;
    if (!form.get("sheet") || !(await caches.match(self.KEPT.home, { ignoreVary: true }))) return Response.error();
    const now = await keeping.now();
    if (Number(form.get("begins")) > now) return Response.redirect(`${self.KEPT.home}#early`, 303); // nothing to count yet
    await keeping.keepNumbers(form, path, now);
    return Response.redirect(self.KEPT.home, 303);
  }
};

const signedOut = async (request) => {
  const spoken = await language();
  try {
    return await fetch(request);
  } catch {
    return pageOf(self.KEPT.signedOutWords, spoken, "/");
  } finally {
    await orNothing(keeping.queued(keeping.wipe)); // also without a network: whoever signs out leaves nothing behind
  }
};

const partOf = async (request, path) => {
  const known = await orNothing(caches.match(path, { ignoreVary: true }));
  if (known && path.startsWith("/assets/")) return known;
  return fetch(request).catch(() => known ?? Response.error());
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode !== "navigate") {
    if (self.KEPT.parts.includes(pathname)) event.respondWith(partOf(request, pathname));
  } else if (request.method === "GET") event.respondWith(openedPage(event, pathname));
  else if (pathname === self.KEPT.signOut) event.respondWith(signedOut(request));
  else if (IS_NUMBERS.test(pathname)) event.respondWith(sentNumbers(request, pathname));
});

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("sync", (event) => event.waitUntil(keeping.queued(() => keeping.look(Date.now(), { soon: true }))));

const ANSWERS = {
  look: ({ soon }) => keeping.look(Date.now(), { soon }),
  expire: ({ now }) => keeping.expire(now),
  drop: ({ key }) => phoneStore.drop(key),
  async sure({ key }) {
    await keeping.sure(key);
    await keeping.look(Date.now(), { soon: true });
  },
};

const told = async ({ data, ports }) => {
  await ANSWERS[data.act]?.(data);
  const done = (await phoneStore.fact("done")) ?? "";
  if (done) await phoneStore.note("done", "");
  ports[0]?.postMessage({ offline: keeping.offline, waiting: await phoneStore.waiting(), done });
};

// How it stands is said at once; what is read or delivered waits for its turn.
const stands = async ({ ports }) =>
  ports[0]?.postMessage({ offline: keeping.offline, waiting: await phoneStore.waiting(), done: "" });

self.addEventListener("message", (event) =>
  event.waitUntil(event.data.act === "state" ? stands(event) : keeping.queued(() => told(event))),
);
