// The gate: a code is read, the answer stands there, the camera goes on. Online the server answers;
// without it the list of the day, whose answers it worked out. Each entry has a UUID and is sent once.

import "./camera.js";
import { account, now, token, uuid } from "./net.js";
import { enqueue, heed } from "./queue.js";
import { open } from "./sheet.js";
import { keepRoster, roster } from "./store.js";

const facts = JSON.parse(document.getElementById("gate").textContent);
const reasons = new Map(JSON.parse(document.getElementById("reasons").textContent).map(([code, title, hint]) => [code, { title, hint }]));
const by = (id) => document.getElementById(id);
const PATIENCE = 1500, EVERY = 60_000, MOST = 30;
const state = { list: null, at: null, busy: false, held: false, last: null, offline: false };
const words = facts.words;

/** Fill the {places} of a text of the page. */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

// ---- the list of the day

/** Fetch the list; without a network take the one kept today. */
async function renew() {
  try {
    const answer = await fetch(`${facts.list}?lane=${lane()}`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20_000) });
    if (!answer.ok || answer.redirected) throw new Error("no list");
    const list = await answer.json();
    use(list);
    figures(list.figures);
    await keepRoster(account(), facts.key, list);
    online(true);
  } catch {
    const kept = state.list ?? (await roster(account(), facts.key).catch(() => null))?.data;
    if (kept) use(kept);
    online(false);
  }
}

function use(list) {
  state.list = list;
  state.at = new Date(list.made);
  if (by("find").value) find(); // somebody was quicker than the list
}

/** A list that is older than a day, or of another day, says nothing any more. */
export function fresh(list, at) {
  return Boolean(list) && at - Date.parse(list.made) < facts.fresh * 60_000 && list.day === here(at);
}

/** The day at the bureau, which the list's own time zone tells. */
function here(at) {
  const zone = /([+-])(\d\d):(\d\d)$/.exec(state.list?.made ?? "");
  const minutes = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
  return new Date(at + minutes * 60_000).toISOString().slice(0, 10);
}

/** Minute of the day at the bureau. */
function minute(at) {
  const zone = /([+-])(\d\d):(\d\d)$/.exec(state.list.made);
  const off = (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
  const day = Math.floor(at / 60_000) + off;
  return ((day % 1440) + 1440) % 1440;
}

/** What the list says of a row now: "" pass, else a reason. */
export function answer(list, row, way, at) {
  const line = list.lines[row[way === "out" ? 5 : 4]];
  let told = "";
  for (const [from, code] of line) if (from <= at) told = code;
  return told;
}

async function digest(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(hash).slice(0, 12))).replace(/\+/g, "-").replace(/\//g, "_");
}

// ---- an answer

/** Somebody stands at the gate: a code as read, or a row that was picked. */
async function come({ code = "", row = null }) {
  if (state.busy || state.held) return;
  state.busy = true;
  try {
    const at = now();
    const mine = row ?? (code && await byCode(code));
    const local = judge(code, mine, at);
    const body = { ...(code ? { code } : whose(row)), direction: way(), lane: lane(), entry: uuid(), made_at: new Date(at).toISOString() };
    const told = local.code === "unread" ? null : await ask(body);
    await settle(told, local, body, mine);
  } finally {
    state.busy = false;
  }
}

async function settle(told, local, body, mine) {
  if (told) {
    online(true);
    return show(told.verdict === "pass" ? "" : told.verdict === "retake" ? "unread" : told.reason, told.name, told.place, { counted: told.count, waits: told.waits, row: mine ?? (told.who && [...told.who, told.name, told.place]) });
  }
  if (local.code === "unread") return show("unread", "", "", {});
  online(false);
  if (local.code === "old") return show("old", "", "", {});
  const label = fill(words.label, { word: local.code ? words.hold : words.pass, name: local.name, place: local.place });
  await enqueue({ url: facts.scan, body: { ...body, shown: local.code }, label, entry: body.entry });
  show(local.code, local.name, local.place, { counted: local.code ? 0 : 1, waits: local.code && way() === "in", row: mine });
}

const whose = (row) => (row[0] === "v" ? { visit: row[1] } : { person: row[1] });

async function byCode(code) {
  if (!state.list || !crypto.subtle) return null;
  const place = state.list.codes[await digest(code.trim().toUpperCase())];
  return place === undefined ? null : state.list.rows[place];
}

/** What the phone says by itself; "" pass, a reason, "unread" or "old". */
function judge(code, row, at) {
  const none = { name: "", place: "" };
  if (code && !/^BH1:[PV]:/i.test(code)) return { code: "unread", ...none };
  if (!fresh(state.list, at)) return { code: "old", ...none };
  if (row) return { code: answer(state.list, row, way(), minute(at)), name: row[2], place: row[3] };
  const until = code.split(":")[5] ?? "";
  return { code: until < state.list.day.replace(/-/g, "") ? "expired" : "not_listed", ...none };
}

/** Ask the server; null when it does not answer in time, and the list has to do. */
async function ask(body) {
  if (!navigator.onLine) return null;
  try {
    const said = await fetch(facts.scan, {
      method: "POST", body: JSON.stringify(body), redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token(), "X-Bihuan-Queue": "1", "X-Bihuan-Account": account() },
    });
    const told = said.ok ? await said.json() : null;
    return told?.saved === true ? told : null;
  } catch {
    return null;
  }
}

// ---- the page

const LOOK = { "": ["pass", "pass"], unread: ["unread", "unread"], old: ["old", "old"] };

function show(code, name, place, { counted = 0, waits = false, row = null }) {
  const [look, word] = LOOK[code] ?? ["hold", "hold"];
  const reason = reasons.get(code);
  const box = by("res");
  box.hidden = false;
  box.className = `res ${look}`;
  const mark = box.querySelector("use");
  mark.setAttribute("href", mark.dataset[look]);
  box.querySelector(".big").textContent = words[word];
  box.querySelector(".nm").textContent = name;
  box.querySelector(".cl").textContent = place || (look === "unread" ? words.unread_hint : look === "old" ? words.old_hint : "");
  by("heard").textContent = [words[word], name, place, reason?.title].filter(Boolean).join(" ");
  why(reason);
  state.held = look === "hold";
  state.last = look === "pass" || look === "hold" ? row : null;
  by("hot").disabled = !state.last;
  by("dock-scan").hidden = state.held;
  by("dock-hold").hidden = !state.held;
  by("cam").hidden = state.held;
  if (state.held) { navigator.vibrate?.([120, 80, 120]); by("led").focus(); }
  if (way() === "in") more("passed", counted);
  if (counted && way() === "in") more("missing", -1);
  if (waits) more("waiting", 1);
}

function why(reason) {
  by("why").hidden = !reason;
  by("ring").hidden = !state.offline;
  if (!reason) return;
  by("why").querySelector("h2").textContent = reason.title;
  by("why").querySelector("p").textContent = reason.hint;
}

function figures(told) {
  for (const [name, value] of Object.entries(told)) document.querySelector(`[data-fig="${name}"]`).textContent = value ?? "–";
}

function more(name, by_) {
  const place = document.querySelector(`[data-fig="${name}"]`);
  const value = Number(place.textContent);
  if (!Number.isNaN(value)) place.textContent = Math.max(0, value + by_);
}

function online(yes) {
  state.offline = !yes;
  const strip = by("by-list");
  strip.hidden = yes;
  const t = state.at ? state.at.toTimeString().slice(0, 5) : "";
  strip.querySelector("p").textContent = fresh(state.list, now()) ? fill(words.offline, { t }) : words.old;
}

by("led").addEventListener("click", () => {
  state.held = false;
  by("res").hidden = true;
  by("dock-scan").hidden = false;
  by("dock-hold").hidden = true;
  by("cam").hidden = false;
  why(null);
});

// ---- by hand

function find() {
  const asked = by("find").value.trim().toUpperCase();
  const rows = (fresh(state.list, now()) ? state.list.rows : []).filter((row) => asked && `${row[2]} ${row[3]} ${row[6]}`.toUpperCase().includes(asked));
  by("found").replaceChildren(...rows.slice(0, MOST).map(line));
  const none = asked && !rows.length;
  by("none").hidden = !none;
  by("none").textContent = none ? fill(words.none, { words: by("find").value.trim() }) : "";
  by("typed").hidden = !none || fresh(state.list, now());
  by("typed").textContent = fill(words.typed, { words: by("find").value.trim() });
}

function line(row) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "li";
  const text = document.createElement("span");
  text.className = "x";
  const small = document.createElement("small");
  small.textContent = [row[3], row[6]].filter(Boolean).join(" ");
  text.append(row[2], small);
  button.append(text);
  button.addEventListener("click", () => { by("pick").close(); by("led").click(); come({ row }); });
  return button;
}

/** Without a list a name is written down; who it is, is found when there is a network. */
by("typed").addEventListener("click", async () => {
  const typed = by("find").value.trim();
  await enqueue({ url: facts.scan, label: typed, body: { typed, direction: way(), lane: lane(), shown: "" } });
  by("pick").close();
  by("find").value = "";
  find();
});
by("find").addEventListener("input", find);

// ---- temperature

/** What the day's line says: cool, measure again, isolate. */
export function course(first, again, { line: limit, remeasure }) {
  const last = again ?? first;
  if (limit === null || last < limit) return "cool";
  return again === null && remeasure ? "remeasure" : "isolate";
}

const heat = (text) => {
  const value = Number(text.trim().replace("，", ".").replace(",", ".").replace("。", "."));
  return text.trim() === "" ? null : value >= 34 && value <= 43 ? Math.round(value * 10) / 10 : NaN;
};

by("hot").addEventListener("click", () => {
  by("heat").querySelector("h2 small").textContent = state.last ? `${state.last[2]} ${state.last[3]}` : "";
  by("heat-said").textContent = "";
  open("heat");
});

by("heat-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const first = heat(by("celsius").value), again = heat(by("again").value);
  if (first === null || Number.isNaN(first) || Number.isNaN(again)) { by("heat-said").textContent = words.bad_heat; return; }
  const told = course(first, again, facts);
  await enqueue({ url: facts.scan, label: by("heat").querySelector("h2").textContent, body: { ...whose(state.last), celsius: first, again, direction: way(), lane: lane() } });
  by("heat-said").textContent = told === "cool" ? words.cool : words[told];
  if (told === "remeasure") { by("again").focus(); more("waiting", 1); } else finish();
});

function finish() {
  by("celsius").value = by("again").value = "";
}

// ---- lane and direction

const lane = () => Number(localStorage.getItem(`lane ${facts.key}`) ?? 1);
const way = () => sessionStorage.getItem("way") ?? "in";

function place() {
  const head = by("place");
  head.textContent = fill(head.dataset.way, { gate: head.dataset.gate, lane: lane(), way: way() === "in" ? words.way_in : words.way_out });
  by("lane").value = String(lane());
  for (const button of document.querySelectorAll("[data-way][aria-pressed]")) button.setAttribute("aria-pressed", String(button.dataset.way === way()));
}

by("lane").addEventListener("change", () => { localStorage.setItem(`lane ${facts.key}`, by("lane").value); place(); renew(); });
addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-way][aria-pressed]");
  if (button) { sessionStorage.setItem("way", button.dataset.way); place(); }
});

addEventListener("code", (event) => come({ code: event.detail }));
addEventListener("online", renew);
addEventListener("offline", () => online(false));
heed(({ sent }) => { if (sent) renew(); });
place();
renew();
setInterval(renew, EVERY);
