// The class check: who is not marked is well, so all that is kept here is who is not.

import { UNMEASURED, stepper } from "./heat.js";
import { account, now, say, toast, token } from "./net.js";
import { enqueue, heed } from "./queue.js";
import { open } from "./sheet.js";

const BREATH = 400;
const $ = (id) => document.getElementById(id);
const read = (id) => JSON.parse($(id)?.textContent ?? "null");
const facts = read("facts"), says = read("says");
const tell = (key, values = {}) => says[key].replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const total = Object.keys(facts.people).length;
const carry = new Map(Object.entries(facts.carry).map(([id, one]) => [Number(id), one]));

/** Exceptions by person: {kind, symptoms, celsius}; answers about those who were missed before. */
const marked = new Map(), answers = new Map();
let hand = 0, draft = null, asked = -BREATH, sent = -BREATH, waits = "", done = Boolean(facts.sent), room = [], heat = null;

/* --- what is known when the page opens --------------------------------------------------------- */

function restore(exceptions, back = null) {
  marked.clear();
  answers.clear();
  for (const [id, one] of exceptions) {
    if (carry.has(id)) answers.set(id, one.kind === "unwell" ? "back" : "still");
    marked.set(id, one);
  }
  for (const id of carry.keys()) if (back ? back.includes(id) : !answers.has(id)) answers.set(id, "back");
}

/** An entry of this page that is still on the phone, or was refused, stands before what the server knows. */
function wait({ standing }) {
  const mine = [...standing.waiting, ...standing.refused].filter((one) => one.url === facts.url && one.body.day === facts.day);
  const last = mine.at(-1);
  if (!last || last.id === waits) return;
  waits = last.id;
  restore(last.body.exceptions.map((one) => [one.person, one]), last.body.back);
  finish(last.state === "refused" ? tell("refused", { reason: last.reason }) : local(), last.state !== "refused");
}

/* --- counts and labels ------------------------------------------------------------------------- */

const counted = (kind) => [...marked.values()].filter((one) => one.kind === kind).length;
const away = () => [...marked.values()].filter((one) => one.kind !== "unwell").length;
const unanswered = () => [...carry.keys()].filter((id) => !answers.has(id));
const late = () => facts.due !== null && now() > Date.parse(facts.due);

function sums() {
  const parts = ["sick", "leave", "late", "unknown", "unwell"].filter(counted).map((kind) => tell(kind, { n: counted(kind) }));
  return [tell("sums", { n: total, here: total - away() }), ...parts].join(says.dot);
}

/** What was kept, said before the server has heard of it. */
function local() {
  const counts = marked.size ? tell("there", { n: total - away() }) : tell("full", { n: total });
  return `${tell("kept")}${says.comma}${counts}`;
}

function label() {
  const left = unanswered().length;
  if (left) return [tell("open", { n: left }), ""];
  const n = marked.size ? total - marked.size : total;
  const key = `${late() ? "late_" : ""}${marked.size ? "rest" : "all"}`;
  return [tell(key, { n }), marked.size ? sums() : ""];
}

function paint() {
  for (const seat of document.querySelectorAll("#seats .s[data-id]")) dress(seat);
  for (const row of document.querySelectorAll("[data-carry]")) answerRow(row);
  const button = $("send");
  if (!button) return;
  const [words, small] = label();
  button.firstElementChild.textContent = words;
  button.lastElementChild.textContent = small;
  button.lastElementChild.hidden = !small;
}

function dress(seat) {
  const id = Number(seat.dataset.id), one = marked.get(id);
  const [style, words] = one ? chip(id, one) : answers.get(id) === "back" ? ["back", says.back] : ["", ""];
  seat.className = `s ${style}${id === hand ? " sel" : ""}`;
  seat.querySelector("small")?.remove();
  if (!words) return;
  const small = document.createElement("small");
  small.textContent = words;
  seat.append(small);
}

function chip(id, one) {
  const heat = typeof one.celsius === "number" ? ` ${one.celsius.toFixed(1)}` : "";
  if (one.kind === "leave") return ["leave", says.on_leave];
  if (one.kind === "late") return ["late", says.tardy];
  if (one.kind === "unknown") return ["sick", says.missing];
  if (one.kind === "unwell") return ["sick", heat.trim() || says.not_well];
  return ["sick", heat || !carry.has(id) ? `${says.ill}${heat}` : carry.get(id).chip];
}

function answerRow(row) {
  const id = Number(row.dataset.carry), answer = answers.get(id);
  for (const button of row.querySelectorAll("[data-answer]")) button.setAttribute("aria-pressed", String(button.dataset.answer === answer));
  const second = row.querySelector("[data-second]");
  second.textContent = answer === "back" && !carry.get(id).signed ? says.unsigned : second.dataset.second;
}

/* --- those who were missed before --------------------------------------------------------------- */

function answer(id, what) {
  const one = carry.get(id);
  answers.set(id, what);
  if (what === "back") { if (marked.get(id)?.kind !== "unwell") marked.delete(id); }
  else if (one.kind === "sick") marked.set(id, { kind: "sick", symptoms: one.symptoms.length ? [...one.symptoms] : ["unknown"], celsius: UNMEASURED });
  else marked.set(id, { kind: one.kind });
  paint();
}

/* --- the sheet of one person --------------------------------------------------------------------- */

function take(id) {
  hand = id;
  const known = marked.get(id), [name, where, phone] = facts.people[id];
  draft = { kind: known?.kind ?? "sick", symptoms: new Set(known?.symptoms ?? []), celsius: known?.celsius ?? UNMEASURED };
  const second = carry.has(id) ? "" : says.well_before;
  $("sheet-title").firstChild.data = name;
  $("sheet-title").lastElementChild.textContent = [where, second].filter(Boolean).join(says.dot);
  $("call").hidden = !phone && !facts.call;
  $("call-says").textContent = phone ? tell("ends", { t: phone }) : says.no_phone;
  $("ring").hidden = !phone;
  $("normal").hidden = !known;
  wanting(false);
  heat.set(draft.celsius, true);
  sheet();
  dress(document.querySelector(`#seats [data-id="${id}"]`));
  open("sheet");
}

function sheet() {
  const ill = draft.kind === "sick" || draft.kind === "unwell";
  for (const button of document.querySelectorAll("#kinds [data-kind]")) button.setAttribute("aria-pressed", String(button.dataset.kind === draft.kind));
  for (const button of document.querySelectorAll("#sheet [data-symptom]")) button.setAttribute("aria-pressed", String(draft.symptoms.has(button.dataset.symptom)));
  $("ill").hidden = !ill;
  $("heat-name").textContent = draft.kind === "unwell" ? says.heat_here : says.heat_home;
  $("keep").textContent = draft.kind === "unwell" && heat.hot() ? says.save_doctor : says[`save_${draft.kind}`];
}

/** A temperature at the line says fever by itself. */
function heated(value, hot) {
  draft.celsius = value;
  if (hot) { draft.symptoms.add("fever"); draft.symptoms.delete("unknown"); }
  sheet();
}

function symptom(code) {
  const had = draft.symptoms.has(code);
  if (code === "unknown") draft.symptoms.clear();
  else draft.symptoms.delete("unknown");
  if (had) draft.symptoms.delete(code);
  else draft.symptoms.add(code);
  wanting(false);
  sheet();
}

function wanting(yes) {
  const place = $("symptoms-say");
  place.textContent = yes ? place.dataset.wanting : place.dataset.usual;
  place.classList.toggle("hot", yes);
}

/** Nothing that was left out is guessed: symptoms are chosen, or said to be not known. */
function keep() {
  const ill = draft.kind === "sick" || draft.kind === "unwell";
  if (ill && !draft.symptoms.size && (draft.kind === "sick" || draft.celsius === UNMEASURED)) {
    wanting(true);
    document.querySelector("#symptoms button").focus();
    return;
  }
  marked.set(hand, ill ? { kind: draft.kind, symptoms: [...draft.symptoms], celsius: draft.celsius } : { kind: draft.kind });
  if (carry.has(hand)) answers.set(hand, draft.kind === "unwell" ? "back" : "still");
  $("sheet").close();
}

function well() {
  marked.delete(hand);
  if (carry.has(hand)) answers.set(hand, "back");
  $("sheet").close();
}

async function ring() {
  try {
    const body = new URLSearchParams({ person: hand });
    const response = await fetch(facts.call, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json" } });
    const told = await response.json();
    if (response.ok) location.href = `tel:${told.number}`;
    else toast(told.said ?? say("failed"));
  } catch {
    $("call-says").textContent = says.no_net;
  }
}

/* --- sending ---------------------------------------------------------------------------------------- */

function press(event) {
  const left = unanswered();
  if (left.length) {
    document.querySelector(`[data-carry="${left[0]}"]`).scrollIntoView({ block: "center" });
    document.querySelector(`[data-carry="${left[0]}"] button`).focus({ preventScroll: true });
    return;
  }
  if (marked.size) { send(event); return; }
  asked = event.timeStamp;
  dock("dock-ask");
  $("sure").focus();
}

async function send(event) {
  if (event.timeStamp - asked < BREATH || event.timeStamp - sent < BREATH) return;
  sent = event.timeStamp;
  const body = {
    slot: facts.slot, day: facts.day, expected: total,
    exceptions: [...marked].map(([person, one]) => ({ person, ...one })),
    back: [...answers].filter(([id, what]) => what === "back" && carry.has(id)).map(([id]) => id),
  };
  finish(local(), true);
  try {
    waits = await enqueue({ url: facts.url, body, label: facts.label });
  } catch {
    done = false;
    dock("dock-fill");
    toast(say("failed"));
  }
}

function dock(id) {
  for (const part of ["dock-fill", "dock-ask", "dock-sent"]) $(part).hidden = part !== id;
}

function finish(words, well_done) {
  done = true;
  $("sent-says").textContent = words;
  $("dock-sent").classList.toggle("bad", !well_done);
  const chip = document.querySelector("#chip [data-due]");
  if (well_done && chip) told(chip);
  dock("dock-sent");
  paint();
}

/** The clock stops: it is handed in. */
function told(chip) {
  const use = chip.querySelector("use");
  chip.removeAttribute("data-due");
  chip.className = "t done";
  chip.lastElementChild.textContent = says.sent;
  use.parentElement.setAttribute("class", "m m-pass xs");
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#pass`);
}

function order(button) {
  const by_code = button.getAttribute("aria-pressed") !== "true", seats = $("seats");
  const people = [...seats.querySelectorAll("[data-id]")];
  button.setAttribute("aria-pressed", String(by_code));
  button.textContent = by_code ? button.dataset.bySeat : button.dataset.byCode;
  seats.classList.toggle("even", by_code);
  $("front").hidden = by_code;
  for (const gap of seats.querySelectorAll("i")) gap.hidden = by_code;
  if (by_code) {
    room = [...seats.children];
    seats.append(...people.sort((a, b) => a.dataset.code.localeCompare(b.dataset.code, undefined, { numeric: true })));
  } else seats.replaceChildren(...room);
}

/* --- hands ------------------------------------------------------------------------------------------- */

function start() {
  heat = stepper(facts.line, heated);
  if (facts.sent) restore(Object.entries(facts.sent.exceptions).map(([id, one]) => [Number(id), one]));
  $("seats").addEventListener("click", (event) => {
    const seat = event.target.closest("[data-id]");
    if (seat && !done) take(Number(seat.dataset.id));
  });
  for (const row of document.querySelectorAll("[data-carry]")) row.addEventListener("click", (event) => {
    const button = event.target.closest("[data-answer]");
    if (button && !done) answer(Number(row.dataset.carry), button.dataset.answer);
  });
  for (const button of document.querySelectorAll("#kinds [data-kind]")) button.addEventListener("click", () => { draft.kind = button.dataset.kind; sheet(); });
  for (const button of document.querySelectorAll("#sheet [data-symptom]")) button.addEventListener("click", () => symptom(button.dataset.symptom));
  $("sheet").addEventListener("close", () => { hand = 0; paint(); });
  $("keep").addEventListener("click", keep);
  $("normal").addEventListener("click", well);
  $("ring").addEventListener("click", ring);
  $("send").addEventListener("click", press);
  $("sure").addEventListener("click", send);
  $("review").addEventListener("click", () => { dock("dock-fill"); $("send").focus(); });
  $("mend").addEventListener("click", () => { done = false; dock("dock-fill"); paint(); });
  $("order")?.addEventListener("click", (event) => order(event.target));
  document.addEventListener("bihuan:saved", ({ detail }) => { if (detail.entry === waits) finish(detail.said, true); });
  document.addEventListener("bihuan:refused", ({ detail }) => { if (detail.entry === waits) finish(tell("refused", { reason: detail.said }), false); });
  heed(({ standing }) => wait({ standing }));
  setInterval(() => { if (!done) paint(); }, 20_000);
  if (done) finish(facts.sent.said, true);
  else paint();
}

if (account() && $("seats")) start();
