// The strip that says what is not sent yet, and the list behind it.

import { say } from "./net.js";
import { drop, heed, retry } from "./queue.js";

const strip = document.getElementById("queue");
const list = document.querySelector("#queue-list .queue");
const kept = document.documentElement.dataset.kept ?? "";
let thanks = 0;

/** What to say, from the most pressing; null when there is nothing. */
function words({ waiting, refused, offline, relog }, sent) {
  const n = waiting.length;
  if (refused.length) return ["bad", say("refused", { n: refused.length }), say("refused_why")];
  if (relog && n) return ["", say("relog", { n }), say("relog_why")];
  const why = kept ? say("copy", { t: kept }) : say("kept");
  if (n) return ["", say(offline ? "offline" : "waiting", { n }), why];
  if (sent) return ["sent", say("synced", { n: sent }), ""];
  if (offline || kept) return ["", say("offline_none"), kept ? why : ""];
  return null;
}

function show({ standing, sent }) {
  const told = words(standing, sent);
  if (!told && Date.now() < thanks) return; // the thanks stand their four seconds
  paint(told, standing);
  if (told?.[0] === "sent") {
    thanks = Date.now() + 4000;
    setTimeout(() => show({ standing, sent: 0 }), 4050);
  }
}

function paint(told, { waiting, refused, relog }) {
  strip.hidden = !told;
  if (told) {
    strip.className = `off no-print ${told[0]}`;
    strip.querySelector("[data-say]").textContent = told[1];
    strip.querySelector("[data-why]").textContent = told[2];
  }
  const any = waiting.length + refused.length > 0;
  strip.querySelector("[data-sheet]").hidden = !any || relog;
  strip.querySelector("[data-login]").hidden = !(any && relog);
  list.replaceChildren(...[...refused, ...waiting].map(line));
}

function line(entry) {
  const row = document.createElement("li");
  const text = document.createElement("div");
  const small = document.createElement("small");
  const t = new Date(entry.made).toTimeString().slice(0, 5);
  const state = entry.state === "refused" ? say("state_refused", { reason: entry.reason }) : say("state_wait");
  text.className = "x";
  small.textContent = `${say("made", { t })} · ${state}`;
  text.append(entry.label ?? entry.url, small);
  row.append(text);
  if (entry.state === "refused") row.append(act(say("again"), () => retry(entry)), surely(entry));
  return row;
}

function act(name, deed) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn sm";
  button.textContent = name;
  button.addEventListener("click", deed);
  return button;
}

/** Taking an entry out asks once more. */
function surely(entry) {
  const button = act(say("drop"), () => drop(entry));
  button.dataset.sure = say("drop_sure");
  return button;
}

if (strip) heed(show);
