// Sessions: a new one with all that a test needs, and those that there are.

import { button, confirmLoss, copyButton, count, label, make } from "./dom.js";
import { baseUrl, call, data, session, showSession } from "./plane.js";

export const name = "Sessions";
const part = {};

export function build(panel) {
  part.id = make("input", { placeholder: "chosen by the server", maxlength: 64, autocomplete: "off" });
  part.ready = make("div", { "aria-live": "polite" });
  part.list = make("ul", { class: "list" });
  panel.append(
    make("h2", {}, "New session"),
    make("p", { class: "quiet" }, "Records, faults, clock and journal of its own, for one test or one person."),
    make("div", { class: "row" }, label("Name", part.id), button("New session", begin, { class: "primary" }),
      button("Credentials for this session", showOwn)),
    part.ready,
    make("h2", {}, "Sessions"), part.list,
    make("h2", {}, "This session"),
    make("div", { class: "row" }, button("Reset all", resetAll, { class: "danger" }),
      make("span", { class: "quiet" }, "state, journal, faults, choices and clock; snapshots and credentials stay")));
}

async function begin() {
  const made = await call("POST", "sessions", part.id.value ? { id: part.id.value } : {});
  showReady(made.id, made.base_url, made.token, made.api_key);
  part.id.value = "";
  await refresh();
  return `Session ${made.id} is there.`;
}

async function showOwn() {
  const kinds = Object.values(data.schemes).flat().map((one) => one.kind);
  const token = kinds.includes("jwt") && (await call("POST", "tokens", {})).token;
  const key = kinds.includes("api_key") && (await call("POST", "keys", {})).api_key;
  showReady(session, baseUrl, token, key);
}

function showReady(id, url, token, key) {
  const lines = [["Base URL", url], ["Token", token], ["API key", key]].filter(([, text]) => text);
  part.ready.replaceChildren(
    make("h2", {}, "Ready to paste: ", make("b", {}, id)),
    make("div", { class: "ready" }, ...lines.flatMap(([what, text]) => [make("span", {}, what), make("code", {}, text), copyButton(text, what)])),
    id === session ? "" : make("div", { class: "row" }, button("Show its traffic", () => showSession(id))));
}

export async function refresh() {
  const all = (await call("GET", "sessions")).reverse();
  const shown = all.slice(0, 100);
  part.list.replaceChildren(...shown.map((one) => make("li", {}, make("div", { class: "row" },
    make("code", {}, one.id), make("span", { class: "quiet" }, `${count(one.requests, "call")}, idle for ${formatIdle(one.idle_s)}`),
    makeShowButton(one.id), button("End", () => end(one.id), { class: "danger", "aria-label": `End ${one.id}` })))));
  part.list.prepend(make("li", {}, make("div", { class: "row" },
    make("code", {}, "default"), make("span", { class: "quiet" }, "the calls that name no session; it never ends"), makeShowButton("default"))));
  if (all.length > shown.length) part.list.append(make("li", { class: "quiet" }, `and ${all.length - shown.length} more`));
}

function makeShowButton(id) {
  return id === session ? make("span", { class: "badge" }, "shown") : button("Show", () => showSession(id), { "aria-label": `Show ${id}` });
}

function formatIdle(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

async function end(id) {
  if (!await confirmLoss(`End the session ${id}, with its records and calls?`, "End it")) return false;
  await call("DELETE", `sessions/${encodeURIComponent(id)}`);
  if (id === session) showSession("default");
  await refresh();
  return `${id} has ended.`;
}

async function resetAll() {
  if (!await confirmLoss(`Reset the session ${session}? Its records, calls, faults and choices are lost.`, "Reset all")) return false;
  await call("POST", "reset", { scope: "all" });
  location.reload();
  return false;
}
