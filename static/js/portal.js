// Comforts of every page; each act also works without them.
(() => {
  const shown = (selector) => [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());
  const toErrors = (part) => part.querySelector(".errors")?.focus();
  toErrors(document);
  document.addEventListener("htmx:afterSwap", (event) => toErrors(event.target));

  // Signed out meanwhile: a fragment answers 401, and asking for the whole page again leads to the sign-in page.
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) location.assign(location.pathname + location.search);
    else document.getElementById("said").textContent = "That did not work, and nothing was saved. Try again, or reload the page.";
  });

  // An open menu closes with Escape and gives the focus back.
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  if (document.body.dataset.shortcuts === "off") return;
  const keys = {
    "/": () => shown(".find input, #searchbar")?.focus(),
    "gt": () => shown(".brand, .to-portal")?.click(),
    "?": () => {
      if (!document.querySelector(".keys")) return;
      if (!shown(".keys")) document.querySelector(".menu").open = true;
      shown(".keys").open = true;
      shown(".keys > summary").focus();
    },
  };
  let before = "";
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[before + event.key] ?? keys[event.key];
    before = act ? "" : event.key;
    if (!act) return;
    event.preventDefault();
    act();
  });
})();

// Tells the server that somebody is really typing or clicking, and after idle time hides the page and locks it.
// Without this script the server locks the session by itself at the next request.
(() => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const places = document.currentScript.dataset;
  if (!token || !places.lock) return;
  const idle = Number(places.idle) * 1000;
  let used = Date.now();
  let told = Date.now();
  let touched = null;
  let leaving = false;

  const post = (address, fields) => fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body: fields, keepalive: true });
  const toUnlock = () => location.replace(`${places.unlock}?next=${encodeURIComponent(location.pathname + location.search)}`);

  const lock = async () => {
    if (leaving) return;
    leaving = true;
    document.body.hidden = true;
    const form = touched?.isConnected && touched.method === "post" ? touched : null;
    const fields = new URLSearchParams();
    if (form) {
      for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
      const address = new URL(form.getAttribute("action") || location.href, location.href);
      fields.append("lock_address", address.pathname + address.search);
    }
    try { await post(places.lock, fields); } finally { toUnlock(); }
  };

  const active = (event) => {
    if (leaving || !event.isTrusted) return;
    if (Date.now() - used >= idle) { lock(); return; }
    used = Date.now();
    if (event.type === "input" || event.type === "change") touched = event.target.form ?? touched;
    if (used - told < 60000) return;
    told = used;
    post(places.alive).then((answer) => { if (answer.status === 401) lock(); }, () => {});
  };
  for (const kind of ["keydown", "pointerdown", "input", "change"]) document.addEventListener(kind, active, { passive: true });

  setInterval(() => { if (Date.now() - used >= idle) lock(); }, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() - used >= idle) lock(); });
})();

// Passkeys need a script: their buttons show only where it runs, and a passkey that fails says so in words.
(() => {
  if (window.PublicKeyCredential) document.querySelectorAll("[data-needs-passkeys]").forEach((part) => { part.hidden = false; });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const said = document.getElementById("passkey-said");
    if (said) said.textContent = "The passkey was not used. Try again, or take another way.";
  });
})();
