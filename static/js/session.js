// Tells the server that somebody is really typing or clicking, and after idle time hides the page and locks it.
// Without this script the server locks the session by itself at the next request.
(() => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const places = document.currentScript.dataset;
  if (!token) return;
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
