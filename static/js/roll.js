// Keys for the attendance roll, and a word about what is not saved yet. Everything also works without it.
(() => {
  const form = document.getElementById("roll");
  const roll = form?.querySelector(".roll");
  if (!roll) return;
  const rows = [...roll.querySelectorAll("fieldset")];
  const said = document.getElementById("said");
  const name = (row) => row.querySelector("legend").textContent;
  const fields = (row) => [...row.querySelectorAll("input:not([type=hidden]), select")];
  const tell = (row, text) => { said.textContent = `${name(row)}: ${text}`; };
  const isTyped = (field) => field.matches("input:not([type=radio], [type=checkbox])");

  // what is not saved yet
  const state = (field) => {
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected && option.value);
    return field.value !== field.defaultValue;
  };
  const saved = document.querySelector(".dock [data-saved]");
  const wait = document.createElement("span");
  wait.className = "saved saved-wait";
  wait.setAttribute("role", "status");
  document.querySelector(".dock .push")?.before(wait);
  let sending = false;
  const count = () => rows.filter((row) => fields(row).some(state)).length;
  const refresh = () => {
    const changes = count();
    if (saved) saved.hidden = changes > 0;
    wait.textContent = changes ? `${changes} not saved yet` : "";
  };
  form.addEventListener("change", refresh);
  form.addEventListener("input", refresh);
  form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("pageshow", () => { sending = false; refresh(); });
  window.addEventListener("beforeunload", (event) => { if (!sending && count()) event.preventDefault(); });

  // on a phone a row that was opened stays open: closing it under a finger would move the row that is pressed
  roll.addEventListener("focusin", (event) => event.target.closest("fieldset").classList.add("open"));

  // keys, only inside the roll
  const answer = (row, ...values) => {
    const radio = values.map((value) => row.querySelector(`[type=radio][value="${value}"]`)).find(Boolean);
    if (!radio) return;
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    tell(row, radio.nextElementSibling.textContent);
  };
  const undo = (row) => {
    for (const field of fields(row)) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.defaultChecked;
      else if (field.tagName === "SELECT") for (const option of field.options) option.selected = option.defaultSelected;
      else field.value = field.defaultValue;
    }
    refresh();
    enter(row);
    tell(row, "as it was");
  };
  const enter = (row) => (row.querySelector("[type=radio]:checked") ?? row.querySelector("[type=radio]")).focus();
  const step = (row, by, field) => {
    const next = rows[rows.indexOf(row) + by];
    if (!next) return;
    const column = isTyped(field) && next.querySelector(field.closest(".in") ? ".in input" : ".out input");
    if (column && column.checkVisibility({ visibilityProperty: true })) column.focus();
    else enter(next);
  };
  const letters = {
    h: (row) => answer(row, "here", "FM"),
    x: (row) => answer(row, "EX"),
    n: (row) => answer(row, "NS"),
    c: (row) => answer(row, "CX"),
    t: (row) => { answer(row, "here"); row.querySelector(".in input").focus(); },
    u: undo,
    a: () => document.querySelector("[form=roll][value=everyone]")?.click(),
  };
  roll.addEventListener("keydown", (event) => {
    const row = event.target.closest("fieldset");
    if (!row || event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "SELECT") return;
    const arrow = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const letter = document.body.dataset.shortcuts !== "off" && !isTyped(event.target) && letters[event.key.toLowerCase()];
    if (arrow ? event.target.hasAttribute("list") : !letter) return;
    event.preventDefault();
    event.stopPropagation();
    if (arrow) step(row, arrow, event.target);
    else letter(row);
  });
})();
