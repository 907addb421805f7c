// Against the hand that is too quick: a second tap counts after 400 ms, a form is sent once.

const BREATH = 400, PATIENCE = 6000;
const asked = new WeakMap(), sent = new WeakSet();

/** [data-sure="text"]: the first tap asks, the second does it. */
function sure(event) {
  const button = event.target.closest?.("[data-sure]");
  if (!button) return;
  const since = asked.get(button);
  const age = since ? event.timeStamp - since.at : Infinity;
  if (age >= BREATH && age < PATIENCE) { calm(button, since); return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (age < BREATH) return;
  const said = button.textContent;
  asked.set(button, { at: event.timeStamp, said });
  button.textContent = button.dataset.sure;
  setTimeout(() => calm(button, { said }), PATIENCE);
}

function calm(button, { said }) {
  if (!asked.delete(button)) return;
  button.textContent = said;
}

/** [data-ask="ID"]: the dock asks; [data-back] inside the question goes back. */
function ask(event) {
  const back = event.target.closest?.("[data-back]");
  if (back) { swap(back.closest("[data-asks]"), false); event.preventDefault(); return; }
  const panel = event.target.closest?.("[data-asks]");
  if (panel && event.timeStamp - Number(panel.dataset.since ?? 0) < BREATH) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  const button = event.target.closest?.("[data-ask]");
  if (!button) return;
  event.preventDefault();
  const question = document.getElementById(button.dataset.ask);
  question.dataset.since = String(event.timeStamp);
  swap(question, true);
}

function swap(panel, open) {
  panel.hidden = !open;
  for (const other of panel.parentElement.children) if (other !== panel) other.hidden = open;
  const next = open ? panel.querySelector(".btn.p, .btn.ink, .btn.r") : panel.parentElement.querySelector("[data-ask]");
  next?.focus();
}

/** A form is sent once; coming back to the page frees it. */
function once(event) {
  const form = event.target;
  if (form.matches("[hx-post],[hx-get],[data-hx-post]") || event.defaultPrevented || form.method === "dialog") return;
  if (sent.has(form)) { event.preventDefault(); return; }
  sent.add(form);
  setTimeout(() => sent.delete(form), PATIENCE);
}

addEventListener("click", sure, true);
addEventListener("click", ask, true);
addEventListener("submit", once);
addEventListener("click", (event) => { if (event.target.closest?.("[data-print]")) print(); });
addEventListener("change", (event) => { if (event.target.matches?.("[data-send]")) event.target.form.requestSubmit(); });
