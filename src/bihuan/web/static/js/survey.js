// Details are asked only of a yes: [data-if="a b"] shows while one of these questions is answered yes.

const form = document.getElementById("answer");

function look() {
  for (const part of form.querySelectorAll("[data-if]")) {
    part.hidden = !part.dataset.if.split(" ").some((name) => form.elements[name]?.value === "yes");
  }
}

form.addEventListener("change", look);
look();
