// Passkeys need a script: their buttons show only where it runs, and a passkey that fails says so in words.
(() => {
  if (window.PublicKeyCredential) document.querySelectorAll("[data-needs-passkeys]").forEach((part) => { part.hidden = false; });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const said = document.getElementById("passkey-said");
    if (said) said.textContent = "The passkey was not used. Try again, or take another way.";
  });
})();
