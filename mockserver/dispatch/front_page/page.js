"use strict";
for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    const shown = button.closest("details").querySelector("pre");
    try {
      await navigator.clipboard.writeText(shown.textContent);
      button.textContent = "Copied";
    } catch {
      // Only a secure page may write to the clipboard; one by the name of another machine is none.
      getSelection().selectAllChildren(shown);
      button.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}
const search = document.querySelector("#search");
const rows = [...document.querySelectorAll(".row")].map((row) => [row, row.textContent.toLowerCase()]);
search?.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const [row, text] of rows) {
    row.hidden = !words.every((word) => text.includes(word));
    found += row.hidden ? 0 : 1;
  }
  for (const section of document.querySelectorAll("section")) {
    section.hidden = !section.querySelector(".row:not([hidden])");
    const all = section.querySelector(".all");
    if (all && words.length) all.open = true;
  }
  document.querySelector("#found").textContent = words.length ? `${found} found` : "";
});
