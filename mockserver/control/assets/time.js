// The clock of the session, by which tokens expire, records are dated and faults end.

import { button, label, make, options } from "./dom.js";
import { call } from "./plane.js";

export const name = "Clock";
const UNITS = [["1", "seconds"], ["60", "minutes"], ["3600", "hours"], ["86400", "days"]];
const part = {};

export function build(panel) {
  part.now = make("code", { id: "now" });
  part.amount = make("input", { type: "number", min: 0, value: 1 });
  part.unit = options(make("select", { "aria-label": "Unit" }), UNITS, "3600");
  part.instant = make("input", { placeholder: "2030-01-02T03:04:05Z", size: 22 });
  panel.append(
    make("p", {}, "Tokens expire, records are dated and faults end by this clock, which is the session's own."),
    make("div", { class: "row" }, make("span", {}, "It is"), part.now, button("Refresh", refresh)),
    make("div", { class: "row" }, button("Freeze", () => change({ action: "freeze" })), button("Follow the system's clock", () => change({ action: "reset" }))),
    make("div", { class: "row" }, label("Advance by", part.amount), part.unit,
      button("Advance", () => change({ action: "advance", by_s: Number(part.amount.value) * Number(part.unit.value) }), { class: "primary" })),
    make("div", { class: "row" }, label("Freeze at", part.instant), button("Freeze there", () => change({ action: "freeze", instant: part.instant.value }))));
}

const show = ({ now, frozen }) => { part.now.textContent = now + (frozen ? " (frozen)" : ""); };

async function change(wanted) {
  show(await call("PUT", "clock", wanted));
  return "The clock is changed.";
}

export async function refresh() {
  show(await call("GET", "clock"));
}
