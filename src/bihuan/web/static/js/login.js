// The demo's accounts: one tap fills the form and sends it.
for (const button of document.querySelectorAll("[data-account]")) {
  button.addEventListener("click", () => {
    const form = document.getElementById("login");
    form.elements.username.value = button.dataset.account;
    form.elements.password.value = "bihuan-demo";
    form.requestSubmit();
  });
}
