// Faults and forced answers: what disturbs the calls on purpose, and how to end it.

import { button, count, debounce, find, label, make, options, pretty, say } from "./dom.js";
import { call, data, isLive, parseJson } from "./plane.js";

export const name = "Faults & answers";
const PRESETS = [
  ["Answer 503", { status: 503 }],
  ["Fail half of the calls with 500", { probability: 0.5, status: 500 }],
  ["Delay by 2 seconds", { latency: { fixed_ms: 2000 } }],
  ["Limit to 5 calls a minute", { quota: { limit: 5, window_s: 60 } }],
  ["Reset the connection", { fault: "CONNECTION_RESET_BY_PEER" }],
  ["Cut the body short", { fault: "TRUNCATED_BODY" }],
];
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

let faults = [];
let answers = [];
let showPanel = () => {};
const part = {};

export function build(panel) {
  part.active = make("div");
  part.which = makeMatchSelect();
  part.status = make("input", { type: "number", min: 200, max: 599, value: 503 });
  part.times = make("input", { type: "number", min: 1, max: 100000, value: 1 });
  part.answer = make("textarea", { rows: 6, spellcheck: "false", "aria-label": "Forced answer as JSON" });
  part.whichFault = makeMatchSelect();
  part.preset = options(make("select", { "aria-label": "Fault" }), PRESETS.map(([text], index) => [String(index), text]), "0");
  part.faults = make("textarea", { rows: 8, spellcheck: "false", "aria-label": "Faults as JSON" });
  part.moreAnswer = make("details", {}, make("summary", {}, "Body, headers and a finer match, as JSON"), part.answer,
    make("div", { class: "row" }, button("Force this answer", () => addAnswer(parseJson(part.answer.value, "The answer")))));
  part.moreFaults = make("details", {}, make("summary", {}, "All faults as JSON"), part.faults,
    make("div", { class: "row" }, button("Set these faults", () => setFaults(parseJson(part.faults.value, "The list of faults")))));
  for (const input of [part.which, part.status, part.times]) input.addEventListener("change", writeAnswer);
  panel.append(
    part.active,
    make("h2", {}, "Force the next answer"),
    make("div", { class: "row" }, label("The next", part.times), label("calls of", part.which), label("get", part.status),
      button("Force", () => addAnswer(readAnswer()), { class: "primary" })),
    part.moreAnswer,
    make("h2", {}, "Add a fault, which lasts until it is removed"),
    make("div", { class: "row" }, part.preset, label("for", part.whichFault), button("Add fault", addPreset, { class: "primary" })),
    part.moreFaults);
  writeAnswer();
}

function makeMatchSelect() {
  const operations = data.operations.map((one) => [JSON.stringify({ api: one.api, operation: one.operation }), `${one.method} ${one.template}`]);
  const methods = METHODS.map((method) => [JSON.stringify({ method }), `any ${method}`]);
  return options(make("select"), [["{}", "any operation"], ...methods, ...operations], "{}");
}

function readAnswer() {
  return { match: JSON.parse(part.which.value), response: { status: Number(part.status.value) }, times: Number(part.times.value) };
}

function writeAnswer() {
  part.answer.value = pretty(readAnswer());
}

async function addAnswer(document) {
  await call("POST", "overrides", document);
  await check();
  return "The answer is forced.";
}

async function setFaults(wanted) {
  await call("PUT", "faults", wanted);
  await check();
  return wanted.length ? "Faults set." : "Faults removed.";
}

function addPreset() {
  const [, effect] = PRESETS[Number(part.preset.value)];
  return setFaults([...faults, { match: JSON.parse(part.whichFault.value), ...effect }]);
}

async function removeAnswer(id) {
  try {
    await call("DELETE", `overrides/${id}`);
  } finally {
    // One that was sent meanwhile is not to be listed any longer either.
    await check();
  }
  return "The forced answer is removed.";
}

export async function removeAll() {
  await call("POST", "reset", { scope: "faults" });
  await check();
  return "Calls are answered as usual again.";
}

/** Watch for what disturbs the calls; *show* shows this panel. */
export async function watch(show) {
  showPanel = show;
  document.addEventListener("visibilitychange", () => { if (!document.hidden) checkSoon(); });
  // Tests and other pages set faults, too, and some faults end by themselves.
  setInterval(() => { if (!document.hidden && isLive()) checkSoon(); }, 3000);
  await check();
}

export const checkSoon = debounce(() => check().catch((error) => say(error.message, true)), 1000);

async function check() {
  [faults, answers] = await Promise.all([call("GET", "faults"), call("GET", "overrides")]);
  const counts = [[faults, "fault"], [answers, "forced answer"]].filter(([list]) => list.length)
    .map(([list, word]) => count(list.length, word));
  const banner = find("disturbed");
  banner.hidden = counts.length === 0;
  if (counts.length) {
    banner.replaceChildren(make("span", {}, make("b", {}, `Disturbed on purpose: ${counts.join(" and ")}`)),
      make("button", { type: "button", onclick: () => showPanel() }, "Show"), button("Remove all", removeAll));
  }
  // Only what has changed, so that a button keeps the focus, and a draft its text.
  const now = JSON.stringify([faults, answers]);
  if (part.active && part.drawn !== now) {
    part.drawn = now;
    drawActive();
  }
}

export const refresh = check;

function drawActive() {
  const rows = [
    ...answers.map(({ id, ...one }) => makeRow(`forced, ${one.times} left`, one, () => removeAnswer(id))),
    ...faults.map((one, index) => makeRow("fault", one, () => setFaults(faults.filter((_, at) => at !== index)))),
  ];
  part.active.replaceChildren(
    make("h2", {}, "Active"),
    rows.length ? make("ul", { class: "list" }, ...rows) : make("p", { class: "quiet" }, "Nothing: every call is answered as usual."));
  if (document.activeElement !== part.faults) part.faults.value = pretty(faults);
}

function makeRow(kind, document, remove) {
  return make("li", {}, make("div", { class: "row" }, make("span", { class: "badge" }, kind),
    make("code", {}, JSON.stringify(document)), button("Remove", remove)));
}

function matchOf(entry) {
  return entry.operation ? { api: entry.api, operation: entry.operation } : { method: entry.request.method, path: entry.request.path };
}

/** Offer the answer of a call for the next one like it. */
export function proposeAnswer(entry) {
  showPanel();
  const { status, body } = entry.response;
  const response = body === null ? { status } : { status, body };
  part.answer.value = pretty({ match: matchOf(entry), response, times: 1 });
  part.moreAnswer.open = true;
  part.answer.focus();
  return "Change it as you like, then force it.";
}

/** Offer a fault for calls like this one. */
export function proposeFault(entry) {
  showPanel();
  const failed = entry.response && entry.response.status >= 400;
  const effect = entry.response ? { status: failed ? entry.response.status : 503 } : { fault: "CONNECTION_RESET_BY_PEER" };
  part.faults.value = pretty([...faults, { match: matchOf(entry), ...effect }]);
  part.moreFaults.open = true;
  part.faults.focus();
  return "Change it as you like, then set it.";
}
