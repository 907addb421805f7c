// The clocks of an incident go on while the page is open; the dock says whom one has tapped.

import { now } from "./net.js";

const MINUTE = 60_000, SOON = 0.75;
const UNITS = [[100, 1], [48 * 60, 60], [Infinity, 24 * 60]];

/** What is over, in the unit and with the words that pages.incident_board takes. */
function over(card, minutes) {
  const place = UNITS.findIndex(([most]) => minutes < most);
  return [card.dataset.over.split("|")[place], minutes / UNITS[place][1]];
}

/** Minutes of a running card: left, or over its limit. */
function show(card) {
  const limit = Number(card.dataset.limit);
  const used = (now() - Date.parse(card.dataset.from)) / MINUTE;
  const late = used > limit;
  const [said, count] = late ? over(card, used - limit) : [card.dataset.left, limit - used];
  const words = said.split("{n}");
  const [before, minutes, after] = card.querySelector(".v").children;
  before.textContent = words[0];
  minutes.textContent = String(Math.floor(count));
  after.textContent = words[1];
  const bar = card.querySelector("progress");
  if (bar) bar.value = Math.min(Math.floor(used), limit);
  if (late) dress(card, "late", "fail", "r");
}

function dress(card, kind, mark, bar) {
  card.className = kind;
  const picture = card.querySelector(".k svg"), use = picture.querySelector("use");
  picture.setAttribute("class", `m m-${mark}`);
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${mark}`);
  const shown = card.querySelector("progress");
  if (shown) shown.className = `bar ${bar}`;
}

/** Only the card that runs out first is amber. */
function warn(cards) {
  const short = cards
    .map((card) => ({ card, limit: Number(card.dataset.limit), used: (now() - Date.parse(card.dataset.from)) / MINUTE }))
    .filter(({ limit, used }) => used >= SOON * limit && used <= limit)
    .sort((one, other) => one.limit - one.used - (other.limit - other.used));
  if (short[0] && short[0].card.className !== "soon") dress(short[0].card, "soon", "stale", "a");
}

function tick() {
  const cards = [...document.querySelectorAll("[data-face]")];
  cards.forEach(show);
  warn(cards);
}

setInterval(tick, 5000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
addEventListener("htmx:load", tick);
tick();

document.querySelector("[data-picks]")?.addEventListener("change", (event) => {
  const name = event.target.dataset.name, button = document.querySelector("[data-says]");
  if (name && button) button.textContent = button.dataset.says.replace("{name}", name);
});
