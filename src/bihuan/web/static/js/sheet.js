// Sheets are dialogs: the browser keeps the focus inside and gives it back.

addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-sheet]");
  if (opener) { open(opener.dataset.sheet); return; }
  if (event.target.closest?.("[data-close]")) { event.target.closest("dialog")?.close(); return; }
  if (event.target.matches?.("dialog.sheet") && outside(event)) event.target.close();
});

/** Open a sheet by its id. */
export function open(id) {
  const sheet = document.getElementById(id);
  if (sheet && !sheet.open) sheet.showModal();
}

function outside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientY < box.top || event.clientY > box.bottom || event.clientX < box.left || event.clientX > box.right;
}

// an answer of the server with HX-Trigger: close-sheet
addEventListener("close-sheet", () => document.querySelector("dialog.sheet[open]")?.close());
