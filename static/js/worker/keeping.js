// Keeps a presenter's own pages of today and tomorrow and her forms to fill in, lets them vanish, delivers numbers.
// What the server knows twice it stores once (docs/decisions/0025), so a delivery may always be tried again.
const PAGES = "raspored-pages";
const PARTS = "raspored-parts";
const UNTIL = "X-Kept-Until";
const NUMBERS_KEPT_MS = 30 * 24 * 3600 * 1000; // numbers without names wait longer than pages
const LOOK_AGAIN_MS = 60_000;
const READ_AGAIN_MS = 30 * 60_000;
const PATIENCE_MS = 30_000; // with a network that neither answers nor breaks: others wait in turn
const NOT_SENT_AGAIN = new Set(["csrf_token", "form_key", "turn", "begins"]);

self.keeping = {
  offline: false,
  inTurn: Promise.resolve(),

  // One after the other: what is delivered once is not delivered twice at once.
  queued(doing) {
    keeping.inTurn = keeping.inTurn.then(doing, doing);
    return keeping.inTurn;
  },

  // What time it is at the server: a phone's own clock may be wrong.
  async now() {
    return Date.now() + ((await phoneStore.fact("skew")) ?? 0);
  },

  // Whether this is the phone of a presenter who is signed in, though she may have no page to keep today.
  isHers: () => caches.has(PAGES),

  leavePages: () => caches.delete(PAGES),

  async wipe() {
    await Promise.all([caches.delete(PAGES), caches.delete(PARTS), phoneStore.forget()]);
  },

  // Pages are gone with the day after their visit; `now` is handed in.
  async expire(now) {
    const old = (await phoneStore.waiting()).filter(({ at }) => at + NUMBERS_KEPT_MS < now);
    await Promise.all(old.map(({ key }) => phoneStore.drop(key)));
    if (!(await caches.has(PAGES))) return;
    const pages = await caches.open(PAGES);
    const gone = async (asked) => {
      const page = await pages.match(asked, { ignoreVary: true });
      if (!(Number(page?.headers.get(UNTIL)) > now)) await pages.delete(asked, { ignoreVary: true });
    };
    await Promise.all((await pages.keys()).map((asked) => gone(asked)));
  },

  isKept: (page) => page.headers.has(UNTIL),

  async page(path) {
    await keeping.expire(await keeping.now());
    if (!(await caches.has(PAGES))) return;
    const pages = await caches.open(PAGES);
    return pages.match(path, { ignoreVary: true });
  },

  // Asks what this phone may keep, for whom; then reads it and delivers what waits.
  async look(now, { soon = false } = {}) {
    const waits = (await phoneStore.waiting()).some(({ state }) => state === "waiting");
    if (!soon && !waits && now - ((await phoneStore.fact("looked")) ?? 0) < LOOK_AGAIN_MS) return;
    const answer = await keeping.asked(self.KEPT.list);
    if (!answer) return;
    if (answer.type === "opaqueredirect" || answer.status === 401) return void (await keeping.leavePages()); // signed out
    if ([403, 404].includes(answer.status)) return void (await keeping.wipe()); // no longer a presenter
    if (!answer.ok) return;
    const list = await answer.json();
    const whose = await phoneStore.fact("whose");
    if (whose && whose !== list.whose) await keeping.wipe();
    await phoneStore.note("whose", list.whose);
    await phoneStore.note("skew", list.now - Date.now());
    await phoneStore.note("looked", now);
    await phoneStore.note("language", answer.headers.get("Content-Language"));
    await keeping.readPages(list, now);
    await keeping.deliverAll(list.csrf);
  },

  async asked(path, given = {}) {
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetch(path, { redirect: "manual", cache: "no-store", signal, ...given });
      keeping.offline = false;
      return answer;
    } catch {
      keeping.offline = true;
      return null;
    }
  },

  async readPages({ pages, version }, now) {
    if (pages.length > 0) await keeping.readParts();
    const kept = await caches.open(PAGES);
    const wanted = new Set(pages.map(({ path }) => path));
    const known = await kept.keys();
    const whole = known.length >= wanted.size && (await phoneStore.fact("version")) === version;
    if (whole && now - ((await phoneStore.fact("read")) ?? 0) < READ_AGAIN_MS) return;
    await keeping.leaveOnly(kept, wanted);
    await Promise.all(pages.map((page) => keeping.readPage(kept, page)));
    await phoneStore.note("version", version);
    await phoneStore.note("read", now);
  },

  async readPage(kept, { path, until }) {
    const answer = await keeping.asked(path);
    if (!answer?.ok) return;
    const headers = new Headers(answer.headers);
    headers.delete("Content-Encoding");
    headers.set(UNTIL, until);
    await kept.put(path, new Response(await answer.blob(), { headers }));
  },

  // Style, scripts and pictures of the pages, by addresses that change with what is in them.
  async readParts() {
    const parts = await caches.open(PARTS);
    await keeping.leaveOnly(parts, new Set(self.KEPT.parts));
    const known = new Set((await parts.keys()).map(({ url }) => new URL(url).pathname));
    const missing = self.KEPT.parts.filter((path) => !known.has(path));
    await Promise.all(missing.map((path) => parts.add(path).catch(() => {})));
  },

  async leaveOnly(cache, wanted) {
    const others = (await cache.keys()).filter(({ url }) => !wanted.has(new URL(url).pathname));
    await Promise.all(others.map((asked) => cache.delete(asked, { ignoreVary: true })));
  },

  async keepNumbers(form, path, now) {
    const fields = [...form].filter(([name, value]) => !NOT_SENT_AGAIN.has(name) && typeof value === "string");
    const key = form.get("sheet");
    const known = await phoneStore.waitsFor(key);
    await phoneStore.keep({ key, path, fields, turn: (known?.turn ?? 0) + 1, state: "waiting", at: now, words: "" });
    await self.registration.sync?.register("numbers").catch(() => {}); // an extra: the next opening sends them too
  },

  async deliverAll(csrf) {
    const next = async ([one, ...others]) => {
      if (!one) return;
      await keeping.deliver(one, csrf);
      await next(others);
    };
    await next((await phoneStore.waiting()).filter(({ state }) => state === "waiting"));
  },

  async deliver(one, csrf) {
    const body = new URLSearchParams([...one.fields, ["csrf_token", csrf], ["turn", one.turn]]);
    const answer = await keeping.asked(`${one.path}/deliver`, { method: "POST", body });
    if (answer) await keeping.settle(one, answer);
  },

  async settle(one, answer) {
    const known = await phoneStore.waitsFor(one.key);
    if (known?.turn !== one.turn) return; // she has typed again meanwhile
    if ([403, 404, 409].includes(answer.status)) return void (await phoneStore.keep({ ...one, state: "refused" }));
    if (![200, 422].includes(answer.status)) return; // tried again later
    const { outcome, words, total } = await answer.json();
    if (["aside", "asks", "sure"].includes(outcome)) {
      await phoneStore.keep({ ...one, state: outcome, words, total });
      return;
    }
    await phoneStore.drop(one.key);
    await phoneStore.note("done", words);
  },

  // She says that a far number is right: the same numbers once more, and that she was asked about them.
  async sure(key) {
    const one = await phoneStore.waitsFor(key);
    if (!one) return;
    const fields = one.fields.filter(([name]) => !["sure", "asked_of"].includes(name));
    fields.push(["sure", "y"], ["asked_of", String(one.total)]);
    await phoneStore.keep({ ...one, fields, turn: one.turn + 1, state: "waiting", words: "" });
  },
};
