// What a phone holds of its own: numbers that wait for a network, and whose they are. No name stands in it.
self.phoneStore = {
  name: "raspored",

  opened() {
    return new Promise((done, failed) => {
      const asked = indexedDB.open(phoneStore.name, 1);
      asked.addEventListener("upgradeneeded", () => {
        asked.result.createObjectStore("waiting", { keyPath: "key" });
        asked.result.createObjectStore("facts", { keyPath: "name" });
      });
      asked.addEventListener("success", () => done(asked.result));
      asked.addEventListener("error", () => failed(asked.error));
    });
  },

  // Reading makes nothing: after signing out there is no store, not even an empty one.
  async isThere() {
    const known = (await indexedDB.databases?.()) ?? [{ name: phoneStore.name }];
    return known.some(({ name }) => name === phoneStore.name);
  },

  async act(part, mode, doing) {
    if (mode === "readonly" && !(await phoneStore.isThere())) return;
    const base = await phoneStore.opened();
    try {
      return await new Promise((done, failed) => {
        const held = base.transaction(part, mode);
        const asked = doing(held.objectStore(part));
        held.addEventListener("complete", () => done(asked.result));
        held.addEventListener("abort", () => failed(held.error));
      });
    } finally {
      base.close();
    }
  },

  waitsFor: (key) => phoneStore.act("waiting", "readonly", (part) => part.get(key)),
  keep: (one) => phoneStore.act("waiting", "readwrite", (part) => part.put(one)),
  drop: (key) => phoneStore.act("waiting", "readwrite", (part) => part.delete(key)),
  note: (name, value) => phoneStore.act("facts", "readwrite", (part) => part.put({ name, value })),

  async waiting() {
    return (await phoneStore.act("waiting", "readonly", (part) => part.getAll())) ?? [];
  },

  async fact(name) {
    const known = await phoneStore.act("facts", "readonly", (part) => part.get(name));
    return known?.value;
  },

  forget() {
    return new Promise((done) => {
      const asked = indexedDB.deleteDatabase(phoneStore.name);
      for (const end of ["success", "error", "blocked"]) asked.addEventListener(end, done);
    });
  },
};
