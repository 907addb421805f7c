// The temperature of a sheet: by tenths, held to run, typed, or said to be not measured.

const HOLD = 400, COLDEST = 34, HOTTEST = 43;
export const UNMEASURED = "unmeasured";
const $ = (id) => document.getElementById(id);

/** The stepper of this page. line: the fever line or null; changed(value, hot) hears of every change. */
export function stepper(line, changed) {
  let value = UNMEASURED;
  const hot = () => value !== UNMEASURED && line !== null && value >= line;

  function set(next, quiet = false) {
    value = next === UNMEASURED ? next : Math.min(HOTTEST, Math.max(COLDEST, Math.round(next * 10) / 10));
    show();
    if (!quiet) changed(value, hot());
  }

  function show() {
    if (document.activeElement !== $("heat")) $("heat").value = value === UNMEASURED ? "" : value.toFixed(1);
    $("unmeasured").setAttribute("aria-pressed", String(value === UNMEASURED));
    $("heat-box").classList.toggle("hot", hot());
    $("heat-says").hidden = !hot();
  }

  const step = (by) => set(value === UNMEASURED ? (line ?? 37) + (by < 0 ? by / 10 : 0) : value + by / 10);

  function typed() {
    const number = Number($("heat").value.replace(",", "."));
    if (number >= COLDEST && number <= HOTTEST) set(number);
  }

  for (const button of document.querySelectorAll("[data-heat]")) hold(button, () => step(Number(button.dataset.heat)));
  $("heat").addEventListener("input", typed);
  $("heat").addEventListener("blur", show);
  $("unmeasured").addEventListener("click", () => set(UNMEASURED));
  return { set, hot, get value() { return value; } };
}

/** A held button runs on; a short tap is one step. */
function hold(button, deed) {
  let first = 0, run = 0;
  const stop = () => { clearTimeout(first); clearInterval(run); };
  button.addEventListener("pointerdown", () => { first = setTimeout(() => { run = setInterval(deed, 90); }, HOLD); });
  for (const kind of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(kind, stop);
  button.addEventListener("click", deed);
}
