// The calls as they come: a bounded number of rows, the newest first, and of each call only what its row shows.

import { showCall } from "./call.js";
import { button, confirmLoss, copyButton, count, debounce, find, make, options } from "./dom.js";
import * as forcing from "./forcing.js";
import { address, call, data, session } from "./plane.js";

export const name = "Traffic";
const KEPT = 1000;
const SHOWN = 200;
const STATUSES = ["2xx", "3xx", "4xx", "5xx", "broken"];

let calls = [];  // the newest first
let arrived = [];
let shown = SHOWN;
let isPaused = false;
const known = new Set();
const rows = new Map();
const part = {};

export function build(panel) {
  part.text = make("input", { type: "search", "aria-label": "Filter", placeholder: "Path, reason, fault", oninput: filterSoon, size: 22 });
  part.status = options(make("select", { "aria-label": "Status", onchange: filter }), [["", "any status"], ["refused", "refused"], ...STATUSES.map((one) => [one, one])], "");
  const operations = [...new Set(data.operations.map((one) => one.operation))];
  part.operation = options(make("select", { "aria-label": "Operation", onchange: filter }), [["", "any operation"], ["none", "none matched"], ...operations.map((one) => [one, one])], "");
  part.fault = make("input", { type: "checkbox", onchange: filter });
  part.pause = make("button", { type: "button", "aria-pressed": "false", onclick: pause }, "Pause");
  part.count = make("span", { class: "quiet" });
  part.list = make("ul", { class: "list calls", id: "calls" });
  part.more = make("button", { type: "button", hidden: true, onclick: showMore }, "Show more");
  part.nothing = make("div", { class: "nothing", hidden: true }, make("p", {}, "No call fits the filter."),
    make("button", { type: "button", onclick: showAll }, "Show all calls"));
  part.empty = make("div", { class: "empty", hidden: true });
  panel.append(
    make("div", { class: "row" },
      part.text, part.status, part.operation,
      make("label", {}, part.fault, " disturbed only"), part.pause, part.count,
      make("span", { class: "end" }, make("a", { href: address("requests.har"), download: true, "aria-label": "Download as HAR", title: "Download as HAR" }, "HAR"),
        button("Clear", clear, { class: "danger", "aria-label": "Clear the journal", title: "Clear the journal" }))),
    part.empty, part.nothing, part.list, make("div", { class: "row" }, part.more));
}

export function refresh() {}

/** Listen first and list the earlier calls then, so that no call is missed in between. */
export function listen() {
  const events = new EventSource(address("events", { brief: "true" }));
  events.addEventListener("call", (event) => {
    arrived.push(event.data);
    takeSoon();
  });
  events.onopen = async () => {
    setLive("live", "on");
    await reload();
  };
  events.onerror = () => {
    // The browser gives up once it is refused, such as where the session has ended or the stub was started anew.
    const isOver = events.readyState === EventSource.CLOSED;
    setLive(isOver ? "not connected; reload the page" : "reconnecting", "off");
  };
}

export function setLive(text, state) {
  find("live").textContent = text;
  find("live").className = `quiet ${state}`;
}

async function reload() {
  const listed = await call("GET", "requests", undefined, { limit: KEPT, brief: "true" });
  known.clear();  // after a restart the calls are numbered anew
  rows.clear();
  calls = [];
  for (const entry of listed) keep(entry);
  filter();
}

function keep(entry) {
  if (known.has(entry.id)) return false;
  known.add(entry.id);
  calls.unshift(entry);
  return true;
}

const takeSoon = debounce(take, 150);

function take() {
  if (isPaused) {
    part.pause.textContent = `Go on (${arrived.length} new)`;
    arrived = arrived.slice(-KEPT);
    return;
  }
  const entries = arrived.map((text) => JSON.parse(text)).filter(keep);
  arrived = [];
  for (const gone of calls.splice(KEPT)) {
    known.delete(gone.id);
    rows.delete(gone.id);
  }
  if (entries.some((entry) => entry.fault)) forcing.checkSoon();
  draw();
}

function pause() {
  isPaused = !isPaused;
  part.pause.setAttribute("aria-pressed", String(isPaused));
  part.pause.textContent = isPaused ? "Go on" : "Pause";
  if (!isPaused) take();
}

const filterSoon = debounce(filter, 150);

function filter() {
  shown = SHOWN;
  draw();
}

function showAll() {
  for (const input of [part.text, part.status, part.operation]) input.value = "";
  part.fault.checked = false;
  filter();
  part.text.focus();
}

function showMore() {
  shown += SHOWN;
  draw();
}

function draw() {
  const fitting = calls.filter(fits);
  const wanted = fitting.slice(0, shown).map(makeRow);
  // Those that stay are not touched, so that what is open or has the focus stays so.
  const kept = new Set(wanted);
  for (const row of [...part.list.children]) if (!kept.has(row)) row.remove();
  let before = part.list.firstChild;
  for (const row of wanted) {
    if (row === before) before = before.nextSibling;
    else part.list.insertBefore(row, before);
  }
  for (const [id, row] of rows) if (!kept.has(row) && !row.querySelector("details[open]")) rows.delete(id);
  const fit = fitting.length === calls.length ? count(calls.length, "call") : `${fitting.length} of ${count(calls.length, "call")}`;
  part.count.textContent = fitting.length > shown ? `the newest ${shown} of ${fit}` : fit;
  part.nothing.hidden = fitting.length > 0 || calls.length === 0;
  part.list.hidden = wanted.length === 0;
  part.more.hidden = fitting.length <= shown;
  showEmpty();
}

function fits(entry) {
  const status = entry.response ? `${Math.floor(entry.response.status / 100)}xx` : "broken";
  const { value } = part.status;
  if (value && value !== status && !(value === "refused" && entry.violations.length)) return false;
  if (part.operation.value === "none" ? entry.operation : part.operation.value && part.operation.value !== entry.operation) return false;
  if (part.fault.checked && !entry.fault) return false;
  const text = part.text.value.toLowerCase();
  return !text || describe(entry).toLowerCase().includes(text);
}

function describe(entry) {
  const { method, path, query } = entry.request;
  return [method, path, query, entry.response?.status, entry.operation, listReasons(entry).join(" ")].join(" ");
}

export function listReasons(entry) {
  const wrong = entry.violations.join("; ");
  const problem = entry.problem === wrong || entry.violations.includes(entry.problem) ? null : entry.problem;
  const heard = [...entry.violations, entry.near_miss, problem].filter(Boolean);
  // What was forced says nothing about the call.
  const { message } = entry;
  const isNews = message && !entry.fault && !heard.some((one) => one.includes(message) || message.includes(one));
  return [isNews && message, ...entry.violations, entry.near_miss && `nearest: ${entry.near_miss}`, problem,
    entry.fault && `disturbed on purpose: ${entry.fault === "override" ? "a forced answer" : entry.fault}`].filter(Boolean);
}

function makeRow(entry) {
  if (rows.has(entry.id)) return rows.get(entry.id);
  const { request, response } = entry;
  const status = response ? response.status : "cut";
  const reasons = listReasons(entry);
  const summary = make("summary", {},
    make("span", { class: "time", title: entry.at }, entry.at.slice(11, 23)),
    make("span", { class: `method ${request.method}` }, request.method),
    make("span", { class: `status ${response && response.status < 400 ? "good" : "bad"}` }, String(status)),
    make("span", { class: "path" }, request.path + (request.query ? `?${request.query}` : "")),
    make("span", { class: "operation" }, entry.operation || "no operation"),
    make("span", { class: "took" }, `${entry.duration_ms.toFixed(1)} ms`),
    reasons.length ? make("span", { class: `why ${response && response.status < 400 ? "warn" : "bad"}` }, reasons.join("; ")) : null);
  const details = make("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length < 2) details.append(showCall(entry));
  });
  const row = make("li", {}, details);
  rows.set(entry.id, row);
  return row;
}

async function showEmpty() {
  const isEmpty = calls.length === 0;
  if (isEmpty === !part.empty.hidden) return;
  part.empty.hidden = !isEmpty;
  if (!isEmpty) return;
  part.empty.replaceChildren(
    make("p", {}, "No call has come to the session ", make("b", {}, session), " yet. Send one:"),
    make("pre", {}, data.curl), make("div", { class: "row" }, copyButton(data.curl, "the command")));
  const others = (await call("GET", "sessions")).filter((one) => one.requests && one.id !== session);
  if (others.length) {
    const links = others.slice(-8).reverse().flatMap((one) => [make("a", { href: `?session=${encodeURIComponent(one.id)}` }, one.id), ` (${one.requests}) `]);
    part.empty.append(make("p", {}, "Calls have come to other sessions: ", ...links));
  }
}

/** Say that there is no such session, which may have ended, and offer to begin it. */
export function offerToBegin() {
  const begin = async () => {
    await call("POST", "sessions", { id: session });
    location.reload();
    return false;
  };
  part.empty.hidden = false;
  part.empty.replaceChildren(make("p", {}, "There is no session ", make("b", {}, session), " now. Choose another one above, or"),
    button("Begin it", begin, { class: "primary" }));
}

async function clear() {
  if (!await confirmLoss(`Forget all calls of the session ${session}?`, "Clear the journal")) return false;
  await call("DELETE", "requests");
  await reload();
  return "The journal is empty.";
}
