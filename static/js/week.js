/* The weekly template: works out the hours while one types. Without it the page's button does the same. */
"use strict";
(() => {
  const form = document.querySelector("[data-week]");
  const place = document.getElementById("week-preview");
  if (!form || !place) return;
  let waiting = 0;
  let asked = 0;

  const ask = async () => {
    const mine = ++asked;
    const data = new FormData(form);
    data.set("step", "preview");
    try {
      const answer = await fetch(location.href, { method: "POST", body: data, headers: { "HX-Request": "true" } });
      const text = await answer.text();
      if (answer.ok && mine === asked) place.innerHTML = text;
    } catch {
      /* The network is down: what stands there stays, and saving says so. */
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 400);
  });
})();
