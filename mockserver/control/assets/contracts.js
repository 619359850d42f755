// What is served, and what is wrong with the contracts.

import { make } from "./dom.js";
import { call, data } from "./plane.js";

export const name = "Contracts";
const part = {};

export function build(panel) {
  part.flaws = make("div");
  const rows = data.operations.map((one) => make("li", {}, make("div", { class: "row" },
    make("span", { class: `method ${one.method}` }, one.method), make("code", {}, one.template),
    make("span", { class: "quiet grow" }, one.summary), make("a", { href: `docs/${one.api}#${one.operation}` }, `${one.api}: ${one.operation}`))));
  panel.append(part.flaws, make("h2", {}, "Operations"), make("ul", { class: "list" }, ...rows));
}

export async function refresh() {
  const flaws = await call("GET", "problems");
  const rows = flaws.map((one) => make("li", {}, make("div", { class: "row" },
    make("code", {}, `${one.file} ${one.place}`), make("span", { class: "grow" }, one.message))));
  part.flaws.replaceChildren(make("h2", {}, "Problems of the contracts"),
    rows.length ? make("ul", { class: "list" }, ...rows) : make("p", { class: "quiet" }, "None."));
}
