// Says beside each lever where it stands, while it is being pulled; the answer comes by htmx.

const form = document.getElementById("levers");

/** A number as the page writes it: without needless digits. */
const plain = (value) => String(Number(Number(value).toFixed(2)));

function tell(input) {
  const lever = input.closest(".lever");
  const told = lever.querySelector("output");
  const moved = plain(input.value) !== plain(told.dataset.now);
  lever.classList.toggle("on", moved);
  told.querySelector(".old").hidden = !moved;
  told.querySelector("b").textContent = plain(input.value);
}

form?.addEventListener("input", (event) => {
  if (event.target.matches("input[type=range]")) tell(event.target);
});
