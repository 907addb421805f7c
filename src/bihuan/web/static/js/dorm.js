// The evening's rooms: one in hand at a time; the whole building is on the page, so no net is needed.

import { UNMEASURED, stepper } from "./heat.js";
import { account, say, toast } from "./net.js";
import { enqueue, heed } from "./queue.js";
import { open } from "./sheet.js";

const BREATH = 400, SIDE = 7;
const $ = (id) => document.getElementById(id);
const read = (id) => JSON.parse($(id)?.textContent ?? "null");
const facts = read("facts"), says = read("says");
const tell = (key, values = {}) => says[key].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const rooms = new Map((facts?.rooms ?? []).map((room) => [room.id, { ...room, marked: known(room) }]));
const order = [...rooms.keys()];
let hand = rooms.get(facts?.hand), bed = null, kind = "absent", heat = null, moved = -BREATH;

/** Who is not in order in a room, as the server knows: {kind, celsius} by person. */
function known(room) {
  return new Map(room.beds.filter((one) => one[4]).map(([person, , , , what, celsius]) => [person, { kind: what, celsius: celsius ?? UNMEASURED }]));
}

const make = (name, style = "", text = "") => Object.assign(document.createElement(name), { className: style, textContent: text });
const mark = (state) => $("marks").content.querySelector(`.m-${state}`).cloneNode(true);
const done = (room) => room.state === "pass" || room.state === "fail";
const here = (room) => room.beds.filter(([person, , , away]) => !away || room.marked.get(person)?.kind === "hot");
const counted = (room, what) => here(room).filter(([person]) => room.marked.get(person)?.kind === what).length;

/* --- the building ----------------------------------------------------------------------------------- */

function paint() {
  top();
  floors();
  plan();
  beds();
  dock();
}

function top() {
  const rows = order.map((id) => rooms.get(id));
  const unknown = rows.filter((room) => room.state === "unknown"), failed = rows.filter((room) => room.state === "fail");
  $("top").replaceChildren(...unknown.map((room) => line(room, "un", "unknown", tell("nobody_at", { room: room.name }), says.again)), ...failed.map((room) => line(room, "", "fail", tell("room", { room: room.name }), says.look)));
  const n = unknown.length;
  $("tally").textContent = tell("tally", { done: rows.filter(done).length, rooms: rows.length }) + (n ? tell("tally_unknown", { n }) : "");
}

function line(room, style, state, words, link) {
  const row = make("div", `late1 ${style}`), text = make("p", "", words), go = make("a", "", link);
  text.append(make("small", "", room.said));
  go.href = room.url;
  go.dataset.room = room.id;
  row.append(mark(state), text, go);
  return row;
}

function floors() {
  for (const tab of document.querySelectorAll("#flr [data-floor]")) {
    const mine = order.map((id) => rooms.get(id)).filter((room) => room.floor === tab.dataset.floor);
    if (tab.dataset.floor === hand.floor) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
    const all = mine.every(done), unknown = mine.some((room) => room.state === "unknown"), any = mine.some((room) => room.state !== "todo");
    const small = make("small", "", any ? `${mine.filter(done).length}/${mine.length}` : says.todo);
    if (unknown) small.prepend(mark("unknown"));
    else if (all) small.prepend(mark(mine.some((room) => room.state === "fail") ? "fail" : "pass"));
    tab.querySelector("small").replaceWith(small);
  }
}

/** Rooms along the corridor: odd numbers on one side, even ones on the other. */
function plan() {
  const mine = order.map((id) => rooms.get(id)).filter((room) => room.floor === hand.floor);
  const sides = mine.length > SIDE ? [mine.filter((_r, i) => i % 2 === 0), mine.filter((_r, i) => i % 2)] : [mine];
  const rows = sides.map((side) => { const row = make("div", "fl"); row.append(...side.map(tile)); return row; });
  $("rooms").replaceChildren(...(rows.length > 1 ? [rows[0], make("div", "cor", says.corridor), rows[1]] : rows));
}

function tile(room) {
  const link = make("a", `rm ${room.state}`, room.name);
  link.href = room.url;
  link.dataset.room = room.id;
  if (room === hand) { link.setAttribute("aria-current", "true"); link.append(make("em", "", says.hand)); }
  else link.append(room.state === "todo" ? make("em", "", says.todo) : mark(room.state));
  return link;
}

/* --- the room in hand ---------------------------------------------------------------------------------- */

function beds() {
  $("name").textContent = tell("room", { room: hand.name });
  const k = hand.beds.filter((one) => one[3]).length, m = here(hand).length;
  $("who").textContent = tell(k ? "who_away" : "who", { n: hand.beds.length, m, k });
  $("beds").replaceChildren(...hand.beds.map(bunk));
  if (!hand.beds.length) $("beds").append(make("p", "sub", says.empty));
}

function bunk([person, name, number, away]) {
  const one = hand.marked.get(person);
  const style = one ? "fail" : away ? "leave" : "";
  const heated = one?.kind === "hot" && one.celsius !== UNMEASURED ? ` ${one.celsius.toFixed(1)}` : "";
  const words = one ? `${says[one.kind]}${heated}` : away ? says[away] : tell("bed", { n: number || "—" });
  const button = make("button", `bd ${style}`, name);
  button.type = "button";
  button.dataset.person = person;
  button.append(make("small", "", words));
  return button;
}

function dock() {
  const n = here(hand).length, m = counted(hand, "absent"), k = counted(hand, "hot");
  const key = m && k ? "some_both" : m ? "some" : k ? "some_hot" : "all";
  const after = next();
  $("send").hidden = false;
  $("send").firstElementChild.textContent = hand.beds.length ? tell(key, { n: n - m, m, k }) : says.empty;
  $("send").lastElementChild.textContent = after ? tell("next", { room: after.name }) : says.last;
}

/** The next room that is not done, along the corridor, then from the beginning. */
function next() {
  const at = order.indexOf(hand.id);
  return [...order.slice(at + 1), ...order.slice(0, at)].map((id) => rooms.get(id)).find((room) => room.state === "todo");
}

function go(id, event) {
  hand = rooms.get(id);
  moved = event?.timeStamp ?? moved;
  history.replaceState(null, "", hand.url);
  paint();
}

/* --- a bed ------------------------------------------------------------------------------------------------ */

function take(person) {
  bed = hand.beds.find((one) => one[0] === person);
  const one = hand.marked.get(person);
  kind = one?.kind ?? (bed[3] ? "hot" : "absent");
  $("sheet-title").firstChild.data = bed[1];
  $("sheet-title").lastElementChild.textContent = tell("bed", { n: bed[2] || "—" });
  $("normal").hidden = !one;
  heat.set(one?.kind === "hot" ? one.celsius : UNMEASURED, true);
  sheet();
  open("sheet");
}

function sheet() {
  for (const button of document.querySelectorAll("#kinds [data-kind]")) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
  $("measured").hidden = kind !== "hot";
  const cool = kind === "hot" && heat.value !== UNMEASURED && !heat.hot();
  $("keep").textContent = cool ? says.cool : says[`save_${kind}`];
  $("keep").setAttribute("aria-disabled", String(cool));
}

function keep() {
  if ($("keep").getAttribute("aria-disabled") === "true") { $("heat").focus(); return; }
  hand.marked.set(bed[0], kind === "hot" ? { kind, celsius: heat.value } : { kind, celsius: UNMEASURED });
  $("sheet").close();
}

/* --- sending ------------------------------------------------------------------------------------------------- */

async function send(event, nobody = false) {
  if (event.timeStamp - moved < BREATH) return; // the same tap must not record the next room
  const room = hand, exceptions = nobody ? [] : [...room.marked].filter(([person]) => room.beds.some((one) => one[0] === person)).map(([person, one]) => ({ person, ...one }));
  const body = { day: facts.day, found: nobody ? "nobody" : "checked", exceptions };
  settle(room, body, says.kept);
  go((next() ?? room).id, event);
  try {
    await enqueue({ url: room.url, body, label: tell("label", { room: room.name }) });
  } catch {
    room.state = "todo";
    go(room.id);
    toast(say("failed"));
  }
}

function settle(room, body, said) {
  room.marked = new Map(body.exceptions.map(({ person, ...one }) => [person, one]));
  room.state = body.found === "nobody" ? "unknown" : body.exceptions.length ? "fail" : "pass";
  room.said = said;
}

const at = (url) => [...rooms.values()].find((room) => room.url === url);

/** What waits on the phone stands before what the server knew when the page was made. */
function wait({ standing }) {
  for (const entry of [...standing.waiting, ...standing.refused]) {
    const room = at(entry.url);
    if (room && entry.body.day === facts.day && entry.body.found) settle(room, entry.body, entry.state === "refused" ? tell("refused", { reason: entry.reason }) : says.kept);
  }
  paint();
}

function heard({ detail }) {
  const room = at(detail.url);
  if (!room) return;
  room.said = detail.said;
  paint();
}

function start() {
  heat = stepper(facts.line, sheet);
  document.querySelector("main").addEventListener("click", (event) => {
    const room = event.target.closest("[data-room]"), floor = event.target.closest("[data-floor]"), person = event.target.closest("[data-person]");
    if (person) { take(Number(person.dataset.person)); return; }
    if (!room && !floor) return;
    event.preventDefault();
    const mine = order.map((id) => rooms.get(id)).filter((one) => one.floor === floor?.dataset.floor);
    go(room ? Number(room.dataset.room) : (mine.find((one) => one.state === "todo") ?? mine[0]).id);
  });
  for (const button of document.querySelectorAll("#kinds [data-kind]")) button.addEventListener("click", () => { kind = button.dataset.kind; sheet(); });
  $("keep").addEventListener("click", keep);
  $("normal").addEventListener("click", () => { hand.marked.delete(bed[0]); $("sheet").close(); });
  $("sheet").addEventListener("close", paint);
  $("send").addEventListener("click", (event) => send(event));
  $("nobody").hidden = false;
  $("nobody").addEventListener("click", (event) => send(event, true));
  document.addEventListener("bihuan:saved", heard);
  document.addEventListener("bihuan:refused", ({ detail }) => heard({ detail: { ...detail, said: tell("refused", { reason: detail.said }) } }));
  heed(wait);
  paint();
}

if (account() && hand) start();
