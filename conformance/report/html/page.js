// The page is whole without this: it adds the filter, the buttons that copy, and unfolds what a link leads to.
"use strict";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const filter = document.querySelector(".filter");
const search = filter.querySelector("input");
const chips = all("button", filter);
const items = all("[data-status]");
const texts = new Map();

const textOf = (item) => {
  if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
  return texts.get(item);
};

const applyFilter = () => {
  const chosen = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.value);
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const item of items) {
    const matches = (!chosen.length || chosen.includes(item.dataset.status)) && words.every((word) => textOf(item).includes(word));
    item.toggleAttribute("data-hidden", !matches);
    if (matches && item.id) shown += 1;
  }
  // From the innermost group outwards: one without anything left has no heading either.
  for (const group of all("[data-group]").reverse())
    group.toggleAttribute("data-hidden", !group.querySelector("[data-status]:not([data-hidden])"));
  filter.querySelector("output").value = chosen.length || words.length ? `${shown} shown` : "";
};

const unfoldTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.closest("[data-hidden]")) {
    search.value = "";
    for (const chip of chips) chip.setAttribute("aria-pressed", "false");
    applyFilter();
  }
  for (let outer = target; outer; outer = outer.parentElement) if (outer.localName === "details") outer.open = true;
  const fold = target.querySelector(":scope > .folded");
  if (fold) fold.open = true;
  target.scrollIntoView();
};

const copyText = async (button, box, text) => {
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
  } catch {
    getSelection().selectAllChildren(box);
    button.textContent = "selected";
  }
  setTimeout(() => { button.textContent = said; }, 1500);
};

const addButton = (box) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = `copy ${box.dataset.copy}`;
  const text = box.textContent;
  button.addEventListener("click", () => copyText(button, box, text));
  box.prepend(button);
};

// Most exchanges are never opened, so a button is made when one is.
document.addEventListener("toggle", ({ target }) => {
  if (target.open) for (const box of all("[data-copy]:not([data-ready])", target)) {
    if (box.closest("details") !== target) continue;
    box.dataset.ready = "";
    addButton(box);
  }
}, true);
for (const chip of chips) chip.addEventListener("click", () => {
  chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
  applyFilter();
});
search.addEventListener("input", applyFilter);
addEventListener("hashchange", unfoldTarget);
// A second click on a link changes no hash.
document.addEventListener("click", ({ target }) => {
  if (target.closest("a")?.hash && target.closest("a").hash === location.hash) unfoldTarget();
});
filter.hidden = false;
for (const box of all("[data-copy]")) if (!box.closest("details:not([open])")) { box.dataset.ready = ""; addButton(box); }
unfoldTarget();
