// What every page loads: the queue, sheets, guards, clocks, and the worker that keeps pages.

import "./clock.js";
import "./guard.js";
import "./sheet.js";
import "./strip.js";
import { account, say, toast, token, worker } from "./net.js";
import { start } from "./queue.js";
import { forgetRosters } from "./store.js";

/** Throw away what was kept to read offline; the queue stays. */
async function forget() {
  await forgetRosters();
  await globalThis.caches?.delete("pages");
}

const kept = document.documentElement.dataset.kept;
const before = localStorage.getItem("account");
if (!kept && before !== account()) {
  localStorage.setItem("account", account());
  if (before) forget();
}
forgetRosters((roster) => roster.until <= Date.now());

addEventListener("submit", (event) => { if (event.target.matches("[data-logout]")) forget(); });

// On a narrow page the navigation scrolls sideways: the page in hand is not left outside.
const here = document.querySelector(".top nav [aria-current]");
const chosen = document.querySelector(".pb[aria-current]");
if (chosen) chosen.parentElement.scrollTop = chosen.offsetTop - 80;
if (here) here.parentElement.scrollLeft = here.offsetLeft - (innerWidth - here.offsetWidth) / 2;

addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = token(); });
addEventListener("htmx:sendError", () => toast(say("failed")));
addEventListener("htmx:responseError", (event) => toast(say(event.detail.xhr.status === 409 ? "moved" : "failed")));

if (account()) start();
if (worker() && navigator.serviceWorker) navigator.serviceWorker.register(worker(), { scope: "/" });
