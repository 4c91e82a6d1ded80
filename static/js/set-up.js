// Fields of the set-up that look for rows: name each for who hears the page instead of seeing it.
(() => {
  const name = () => {
    for (const part of document.querySelectorAll(".select2-selection__rendered")) {
      const select = part.closest(".select2").previousElementSibling;
      const label = select?.labels?.[0]?.textContent.trim().replace(/:$/, "") || select?.getAttribute("aria-label") || "";
      const said = `${label}: ${part.textContent.replace("×", "").trim()}`;
      if (part.getAttribute("aria-label") !== said) part.setAttribute("aria-label", said);
    }
  };
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
})();
