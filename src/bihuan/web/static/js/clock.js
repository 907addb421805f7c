// Keeps the chips of time right: far, soon (under an hour, in minutes), late.

import { now, say } from "./net.js";

const HOUR = 3_600_000, MINUTE = 60_000;

/** How long something is, as pages.due.span says it: minutes, then hours, then days. */
function span(length) {
  const minutes = Math.floor(length / MINUTE), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  if (minutes <= 60) return say("minutes", { n: minutes });
  if (hours < 24) return minutes % 60 ? say("hours_minutes", { h: hours, n: minutes % 60 }) : say("hours", { n: hours });
  return hours % 24 ? say("days_hours", { d: days, n: hours % 24 }) : say("days", { n: days });
}

/** Kind and words of a chip, as pages.due says them; null: still far, the words stay. */
function stand(at, target, moment) {
  const left = at - moment;
  if (left < 0) return ["late", "fail", say("over", { t: span(Math.max(-left, MINUTE)) })];
  if (target && target < moment) return ["soon", "i-clock", say("over_target", { t: span(moment - target) })];
  if (left <= HOUR) return ["soon", "i-clock", say("left", { t: span(left) })];
  return null;
}

function tick() {
  for (const chip of document.querySelectorAll("[data-due]")) {
    const told = stand(Date.parse(chip.dateTime), Date.parse(chip.dataset.target ?? ""), now());
    if (!told) continue;
    const [kind, picture, words] = told;
    const use = chip.querySelector("use");
    if (chip.lastElementChild.textContent === words) continue;
    chip.className = `t ${kind}`;
    chip.lastElementChild.textContent = words;
    use.parentElement.setAttribute("class", kind === "late" ? "m m-fail xs" : "i xs");
    use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${picture}`);
  }
}

setInterval(tick, 5000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
addEventListener("htmx:load", tick);
tick();
