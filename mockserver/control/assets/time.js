// The clock of the session, by which tokens expire, records are dated and faults end.

import { button, count, label, make, options } from "./dom.js";
import { call, isLive } from "./plane.js";

export const name = "Clock";
const UNITS = [["1", "seconds"], ["60", "minutes"], ["3600", "hours"], ["86400", "days"]];
const ASK_EVERY_S = 5;
const part = {};
let shown = null;  // what the stub said, and when
let asked = 0;

export function build(panel) {
  part.now = make("code", { id: "now" });
  part.amount = make("input", { type: "number", min: 0, value: 1 });
  part.unit = options(make("select", { "aria-label": "Unit" }), UNITS, "3600");
  part.difference = make("span", { class: "quiet" });
  part.instant = make("input", { placeholder: "2030-01-02T03:04:05Z", size: 22 });
  panel.append(
    make("p", {}, "Tokens expire, records are dated and faults end by this clock, which is the session's own."),
    make("div", { class: "row" }, make("span", {}, "It is"), part.now, part.difference),
    make("div", { class: "row" }, button("Freeze", () => change({ action: "freeze" })), button("Follow the system's clock", () => change({ action: "reset" }))),
    make("div", { class: "row" }, label("Advance by", part.amount), part.unit,
      button("Advance", () => change({ action: "advance", by_s: Number(part.amount.value) * Number(part.unit.value) }), { class: "primary" })),
    make("div", { class: "row" }, label("Freeze at", part.instant), button("Freeze there", () => change({ action: "freeze", instant: part.instant.value }))));
  setInterval(() => {
    if (panel.hidden || document.hidden || shown === null) return;
    draw();
    asked += 1;
    // A test may have changed it.
    if (asked % ASK_EVERY_S === 0 && isLive()) refresh().catch(() => {});
  }, 1000);
}

function show({ now, frozen }) {
  shown = { now_ms: Date.parse(now), said_ms: performance.now(), frozen };
  draw();
}

function draw() {
  const passed_ms = shown.frozen ? 0 : performance.now() - shown.said_ms;
  const now = new Date(shown.now_ms + passed_ms);
  part.now.textContent = now.toISOString().replace(/\.\d+Z$/, "Z");
  const ahead_s = Math.round((now - Date.now()) / 1000);
  const difference = Math.abs(ahead_s) < 5 ? "" : `${measure(Math.abs(ahead_s))} ${ahead_s > 0 ? "ahead of" : "behind"} this computer's clock`;
  part.difference.textContent = [shown.frozen && "frozen", difference].filter(Boolean).join(", ");
}

/** Write a time in the largest of the units that it has one of. */
function measure(seconds) {
  const [size, unit] = UNITS.findLast(([one]) => seconds >= Number(one));
  return count(Math.round(seconds / Number(size)), unit.slice(0, -1));
}

async function change(wanted) {
  show(await call("PUT", "clock", wanted));
  return "The clock is changed.";
}

export async function refresh() {
  show(await call("GET", "clock"));
}
