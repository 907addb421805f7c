// Entries leave the phone in order, each under a UUID: sent twice, it counts once.
// What is refused stays with the reason; an expired log-in waits for the same account.

import { account, now, say, token, uuid } from "./net.js";
import { add, change, entries, remove } from "./store.js";

const FIRST = 2_000, LONGEST = 300_000, PATIENCE = 20_000;
const news = new EventTarget();
const others = "BroadcastChannel" in globalThis ? new BroadcastChannel("bihuan-queue") : null;
let pause = FIRST, timer = 0, busy = false, again = false;

/** How things stand: what waits, what was refused, whether the net or the log-in is missing. */
export const standing = { waiting: [], refused: [], offline: !navigator.onLine, relog: false };

/** Hear of every change: {standing, sent}. */
export const heed = (hear) => news.addEventListener("change", (event) => hear(event.detail));

/** Put an entry into the queue and try to send it; resolves when it is safe on the device. */
export async function enqueue({ url, body, label, entry = uuid() }) {
  const made = new Date(now()).toISOString(); // the clock of the site, since a phone may be a day off
  await add({ id: entry, account: account(), url, label, made, state: "waiting", reason: "", body: { ...body, entry, made_at: made } });
  await look();
  flush();
  return entry;
}

/** Try a refused entry once more. */
export async function retry(entry) {
  await change({ ...entry, state: "waiting", reason: "" });
  flush();
}

/** Take an entry out of the queue. */
export async function drop(entry) {
  await remove(entry.seq);
  await look();
}

/** Send what waits, one after the other; only one tab at a time. */
export async function flush() {
  if (busy) { again = true; return; }
  busy = true;
  clearTimeout(timer);
  try {
    if (navigator.locks) await navigator.locks.request("bihuan-queue", sendAll);
    else await sendAll();
  } finally {
    busy = false;
  }
  if (again) { again = false; flush(); }
}

async function sendAll() {
  let sent = 0;
  for (const entry of (await look()).waiting) {
    const answer = strange() ? { verdict: "relog" } : await send(entry);
    standing.relog = answer.verdict === "relog";
    standing.offline = answer.verdict === "offline";
    if (answer.verdict === "saved") {
      await remove(entry.seq);
      sent += 1;
      pause = FIRST;
      document.dispatchEvent(new CustomEvent("bihuan:saved", { detail: { entry: entry.id, url: entry.url, said: answer.said } }));
    } else if (answer.verdict === "refused") {
      await change({ ...entry, state: "refused", reason: answer.said });
      document.dispatchEvent(new CustomEvent("bihuan:refused", { detail: { entry: entry.id, url: entry.url, said: answer.said } }));
    } else {
      if (answer.verdict !== "relog") wait();
      break;
    }
  }
  await look(sent);
  others?.postMessage("changed");
}

/** Send one entry; what became of it: saved, refused, relog, offline or later. */
async function send(entry) {
  let response;
  try {
    response = await fetch(entry.url, {
      method: "POST",
      body: JSON.stringify(entry.body),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token(), "X-Bihuan-Queue": "1", "X-Bihuan-Account": entry.account },
    });
  } catch {
    return { verdict: "offline" };
  }
  return judge(response, await response.json().catch(() => ({})));
}

function judge(response, told) {
  const sign = response.headers.get("X-Bihuan-Refused");
  if (response.type === "opaqueredirect" || response.status === 401 || sign) return { verdict: "relog" };
  if (response.ok) return told.saved === true ? { verdict: "saved", said: told.said ?? "" } : { verdict: "later" }; // a hotspot's own page is no receipt
  if (response.status >= 500 || response.status === 429 || response.status === 408) return { verdict: "later" };
  return { verdict: "refused", said: told.said ?? say("no_reason") };
}

/** Whether somebody else has logged in since this page was opened. */
const strange = () => localStorage.getItem("account") !== account();

function wait() {
  timer = setTimeout(flush, pause);
  pause = Math.min(pause * 2, LONGEST);
}

async function look(sent = 0) {
  const mine = await entries(account());
  standing.waiting = mine.filter((entry) => entry.state === "waiting");
  standing.refused = mine.filter((entry) => entry.state === "refused");
  news.dispatchEvent(new CustomEvent("change", { detail: { standing, sent } }));
  return standing;
}

/** Start: send what is left from before, and again whenever there is hope. */
export function start() {
  if (others) others.onmessage = () => look();
  addEventListener("online", () => { pause = FIRST; flush(); });
  addEventListener("offline", () => { standing.offline = true; look(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  flush();
}
