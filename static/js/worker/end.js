// Where an operator lets no phone keep anything (KEEP_ON_PHONES): takes the worker's place, drops its stores, and goes.
self.addEventListener("install", () => self.skipWaiting());

const ended = async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("raspored-"));
  await Promise.all(names.map((name) => caches.delete(name)));
  await new Promise((done) => {
    const asked = indexedDB.deleteDatabase("raspored");
    for (const end of ["success", "error", "blocked"]) asked.addEventListener(end, done);
  });
  await self.registration.unregister();
};

self.addEventListener("activate", (event) => event.waitUntil(ended()));
