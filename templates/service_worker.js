// Keeps what is the same for everybody, so that the app opens at once, and says so when there is no connection.
// Never a private page: whatever is not in this list goes to the server, and its answer is not kept.
"use strict";
const FILES = {{ files|tojson }}, WITHOUT = {{ without|tojson }};
const NAME = ["shell", ...FILES, WITHOUT].join(" ");

self.addEventListener("install", (event) => {
  const keep = async () => { await (await caches.open(NAME)).addAll([...FILES, new Request(WITHOUT, { credentials: "omit" })]); await self.skipWaiting(); };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const forget = async () => {
    for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(forget());
});

self.addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url), known = address.pathname + address.search;
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (FILES.includes(known)) event.respondWith(caches.match(known).then((kept) => kept ?? fetch(request)));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(WITHOUT)));
});
