// The page is whole without this: it adds the filters.
"use strict";
for (const section of document.querySelectorAll(".api")) {
  const filter = section.querySelector(".filter");
  const search = filter.querySelector("input");
  const chips = [...filter.querySelectorAll("button")];
  const rows = [...section.querySelectorAll("[data-row]")].map((row) => ({ row, text: row.textContent.toLowerCase(), kinds: row.dataset.row.split(" ") }));
  const groups = [...section.querySelectorAll("[data-group]")];

  const applyFilter = () => {
    const chosen = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.value);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text, kinds } of rows) {
      const matches = chosen.every((kind) => kinds.includes(kind)) && words.every((word) => text.includes(word));
      row.toggleAttribute("data-hidden", !matches);
      if (matches && row.id) shown += 1;
    }
    for (const group of groups) group.toggleAttribute("data-hidden", !group.querySelector("[data-row]:not([data-hidden])"));
    filter.querySelector("output").value = chosen.length || words.length ? `${shown} shown` : "";
  };

  for (const chip of chips) chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    applyFilter();
  });
  search.addEventListener("input", applyFilter);
  filter.hidden = false;
}
