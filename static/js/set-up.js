// After a submit: to what is to be put right, or to the preview that came, also past the page's own first field.
(() => {
  const told = document.querySelector(".put-right, .setup .errors, #h-preview");
  if (!told) return;
  told.tabIndex = -1;
  told.focus();
  addEventListener("load", () => told.focus());
})();

// Fields of the set-up that look for rows: name each for who hears the page instead of seeing it.
(() => {
  const name = () => {
    for (const part of document.querySelectorAll(".select2-selection__rendered")) {
      const select = part.closest(".select2").previousElementSibling;
      const label = select?.labels?.[0]?.textContent.trim().replace(/:$/, "") || select?.getAttribute("aria-label") || "";
      const said = `${label}: ${part.textContent.replace("×", "").trim()}`;
      const box = part.closest("[role=combobox]");
      if (part.getAttribute("aria-label") === said || !box) continue;
      box.removeAttribute("aria-labelledby");
      for (const one of [part, box]) one.setAttribute("aria-label", said);
    }
  };
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
})();
