// Keeps the board fresh without taking the page out of somebody's hands.

const board = document.getElementById("board");
let shown = "";

/** Whether somebody reads or types in the part just now, or nobody looks at the page. */
const busy = () => document.hidden || (board.contains(document.activeElement) && document.activeElement !== document.body);

board.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target === board && busy()) event.preventDefault();
});

// an answer from the browser's own store (304) is the page that stands there already
board.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== board) return;
  const tag = event.detail.xhr.getResponseHeader("ETag") ?? "";
  if (tag && tag === shown) event.detail.shouldSwap = false;
  shown = tag;
});
