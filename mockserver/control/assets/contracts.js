// What is served, and what is wrong with the contracts.

import { make } from "./dom.js";
import { address, call, data } from "./plane.js";

export const name = "Contracts";
const part = {};

export function build(panel) {
  part.flaws = make("div");
  const apis = [...new Set(data.operations.map((one) => one.api))];
  panel.append(part.flaws, ...apis.flatMap((api) => [
    make("h2", {}, api), make("div", { class: "row" }, make("a", { href: address(`docs/${api}`) }, "Reference"), make("a", { href: address(`openapi/${api}.yaml`) }, "Contract")),
    make("ul", { class: "list operations" }, ...data.operations.filter((one) => one.api === api).map(makeRow))]));
}

function makeRow({ api, operation, method, template, summary }) {
  const href = `${address(`docs/${api}`)}#${encodeURIComponent(operation)}`;
  return make("li", {}, make("span", { class: `method ${method}` }, method), make("code", {}, template),
    make("span", { class: "quiet" }, summary), make("a", { href }, operation));
}

export async function refresh() {
  const flaws = await call("GET", "problems");
  const rows = flaws.map((one) => make("li", {}, make("div", { class: "row" },
    make("code", {}, `${one.file} ${one.place}`), make("span", { class: "grow" }, one.message))));
  part.flaws.replaceChildren(make("h2", {}, "Problems of the contracts"),
    rows.length ? make("ul", { class: "list" }, ...rows) : make("p", { class: "quiet" }, "None."));
}
