// Where a document is silent: what the stub does there, and what else it can do.

import { button, make, options } from "./dom.js";
import { call } from "./plane.js";

export const name = "Choices";
const part = {};
let known = [];
let taken = {};

export function build(panel) {
  part.search = make("input", { type: "search", "aria-label": "Search the choices", placeholder: "Search the choices", oninput: draw });
  part.list = make("ul", { class: "list" });
  panel.append(
    make("p", {}, "Where its document is silent, an API may do one thing or another. Take another alternative to see whether your application copes."),
    make("div", { class: "row" }, part.search, button("As at the start", () => take({}))),
    part.list);
}

export async function refresh() {
  if (!known.length) known = await call("GET", "choices/alternatives");
  taken = await call("GET", "choices");
  draw();
}

function draw() {
  const text = part.search.value.toLowerCase();
  const fitting = known.filter((one) => JSON.stringify(one).toLowerCase().includes(text));
  part.list.replaceChildren(...fitting.map(makeRow));
  if (!fitting.length) part.list.append(make("li", { class: "quiet" }, known.length ? "None." : "No contract here has any."));
}

function makeRow(choice) {
  const { api, id, alternatives } = choice;
  const now = taken[api]?.[id];
  const select = options(make("select", { "aria-label": `${api}/${id}` }), Object.keys(alternatives).map((one) => [one, one]), now);
  select.addEventListener("change", () => setter.click());
  const setter = button("Take", () => take({ ...taken, [api]: { ...taken[api], [id]: select.value } }), { hidden: true });
  return make("li", {}, make("div", { class: "choice" },
    make("div", { class: "row" }, make("code", {}, `${api}/${id}`), select, setter, now === choice.default ? "" : make("span", { class: "badge warn" }, "not the default")),
    make("p", {}, alternatives[now] ?? ""), make("p", { class: "quiet" }, `About ${choice.place}: ${choice.reason}`)));
}

async function take(wanted) {
  taken = await call("PUT", "choices", wanted);
  draw();
  return "The choice is taken.";
}
