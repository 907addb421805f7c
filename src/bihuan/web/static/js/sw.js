// The service worker. Its first line, written by the server, is self.SHELL = {files, static, offline, mark}.
// A page is kept only when it comes with the header X-Bihuan-Keep, and only until midnight.

const SHELL_CACHE = `shell-${SHELL.mark}`, PAGES = "pages", PATIENCE = 8000;
const today = () => new Date().toDateString();

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll([...SHELL.files, SHELL.offline])));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(clean().then(() => self.clients.claim()));
});

async function clean() {
  const old = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== SHELL_CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  if (old.length) await caches.delete(PAGES); // pages of the last version ask for its files
  else await stale();
}

/** Throw away the pages of another day. */
async function stale() {
  const cache = await caches.open(PAGES);
  for (const asked of await cache.keys()) {
    const kept = await cache.match(asked);
    if (kept?.headers.get("X-Kept-Day") !== today()) await cache.delete(asked);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith(SHELL.static)) event.respondWith(file(request, url));
});

/** A page: from the net; without it, today's copy; without that, the page that says so. */
async function page(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok && answer.headers.has("X-Bihuan-Keep")) await keep(request, answer.clone());
    return answer;
  } catch {
    return (await copy(request)) ?? (await caches.match(SHELL.offline)) ?? Response.error();
  }
}

async function keep(request, answer) {
  await stale();
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-Day", today());
  headers.set("X-Kept-At", new Date().toTimeString().slice(0, 5));
  await (await caches.open(PAGES)).put(request.url, new Response(await answer.blob(), { headers }));
}

/** Today's copy, marked so that the page can say since when. */
async function copy(request) {
  const kept = await (await caches.open(PAGES)).match(request.url);
  if (kept?.headers.get("X-Kept-Day") !== today()) return undefined;
  const text = (await kept.text()).replace("<html ", `<html data-kept="${kept.headers.get("X-Kept-At")}" `);
  return new Response(text, { headers: kept.headers });
}

/** A file: one whose name holds a hash never changes; the others come from the net first. */
async function file(request, url) {
  const hashed = /\.[0-9a-f]{12}\.[a-z0-9]+$/i.test(url.pathname);
  const held = await caches.match(request, { ignoreVary: true });
  if (hashed && held) return held;
  try {
    const answer = await fetch(request);
    if (answer.ok && (hashed || held)) await (await caches.open(SHELL_CACHE)).put(request, answer.clone());
    return answer;
  } catch {
    return held ?? Response.error();
  }
}
