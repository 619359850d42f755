// One call in full, and what can be made of it: a command, the same call again, a forced answer, a fault.

import { button, copy, make, pretty, say } from "./dom.js";
import * as forcing from "./forcing.js";
import { baseUrl, call, data } from "./plane.js";
import { listReasons } from "./traffic.js";

const HIDDEN = "[redacted]";
const LONGEST = 20_000;
// What the program that sends a call writes itself.
const OF_THE_SENDER = new Set(["host", "content-length", "connection", "accept-encoding", "transfer-encoding", "origin", "referer"]);

/** Show a call, of which *brief* has only what its row shows. */
export function showCall(brief) {
  const place = make("div", { class: "call" }, make("p", { class: "quiet" }, "…"));
  call("GET", `requests/${brief.id}`)
    .then((entry) => fill(place, entry))
    .catch((error) => place.replaceChildren(make("p", { class: "bad" }, error.message)));
  return place;
}

function fill(place, entry) {
  const { request, response } = entry;
  const isRefused = !response || response.status >= 400;
  const reasons = listReasons(entry);
  place.replaceChildren(
    reasons.length ? make("div", { class: "reasons" }, make("b", {}, isRefused ? "Why it was refused" : "To note"),
      make("ul", {}, ...reasons.map((reason) => make("li", {}, reason)))) : "",
    make("div", { class: "row" },
      button("Copy as curl", async () => `${await copy(await writeCurl(entry))}${noteAbsence(request)}`),
      button("Replay", () => replay(entry)),
      response ? button("Answer the next like this", () => forcing.proposeAnswer(entry)) : "",
      button("Make a fault of this", () => forcing.proposeFault(entry))),
    make("div", { class: "sides" },
      showMessage("Request", `${request.method} ${request.path}${request.query ? `?${request.query}` : ""}`, request),
      response ? showMessage("Response", `${response.status}`, response) : make("section", {}, make("h2", {}, "Response"), "none: the connection was broken")));
}

function showMessage(title, line, { method, headers, body }) {
  const entries = Object.entries(headers).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  return make("section", {}, make("h2", {}, title), make("code", {}, line),
    make("dl", {}, ...entries), make("h2", {}, "Body"),
    body === null ? make("span", { class: "quiet" }, describeAbsence({ method, headers, body })) : showText(pretty(body)));
}

/** Tell whether a request had a body that the stub did not read, such as one that is too long. */
const isUnread = ({ method, headers, body }) => method && body === null && Number(headers["content-length"] || 0) > 0;

const noteAbsence = (request) => (isUnread(request) ? " It has no body, since that of this call was not read." : "");
const describeAbsence = (message) => (isUnread(message) ? `not read (${message.headers["content-length"]} bytes)` : "none");

function showText(text) {
  // A long one scrolls by itself, with the keyboard as well.
  const pre = make("pre", { tabindex: 0 }, text.slice(0, LONGEST));
  if (text.length <= LONGEST) return pre;
  const more = make("button", { type: "button", onclick: () => { pre.textContent = text; more.remove(); } }, `Show all ${text.length} characters`);
  return make("div", {}, pre, more);
}

/** Fill in what the journal hides: credentials of the session that is shown. */
async function complete(entry) {
  const { request } = entry;
  const schemes = data.schemes[entry.api] || [];
  const headers = {};
  const issued = {};
  const issue = async (kind) => {
    issued[kind] ??= kind === "jwt" ? (await call("POST", "tokens", {})).token : (await call("POST", "keys", {})).api_key;
    return issued[kind];
  };
  const find = (place, name) => schemes.find((one) => one.place === place && one.name.toLowerCase() === name.toLowerCase());
  for (const [name, value] of Object.entries(request.headers)) {
    if (OF_THE_SENDER.has(name)) continue;
    const scheme = value.includes(HIDDEN) && find("header", name);
    headers[name] = scheme ? `${scheme.word}${await issue(scheme.kind)}` : value;
  }
  const pairs = [];
  for (const pair of request.query ? request.query.split("&") : []) {
    const [name] = pair.split("=");
    const scheme = decodeURIComponent(pair).includes(HIDDEN) && find("query", name);
    pairs.push(scheme ? `${name}=${encodeURIComponent(await issue(scheme.kind))}` : pair);
  }
  const body = request.body === null ? null : typeof request.body === "string" ? request.body : JSON.stringify(request.body);
  return { url: `${baseUrl}${encodeURI(request.path)}${pairs.length ? `?${pairs.join("&")}` : ""}`, method: request.method, headers, body };
}

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

async function writeCurl(entry) {
  const { url, method, headers, body } = await complete(entry);
  const words = ["curl", "-X", method, quote(url)];
  for (const [name, value] of Object.entries(headers)) words.push("-H", quote(`${name}: ${value}`));
  if (body !== null) words.push("--data-raw", quote(body));
  return words.join(" ");
}

async function replay(entry) {
  const { url, method, headers, body } = await complete(entry);
  const hasBody = body !== null && !["GET", "HEAD"].includes(method);
  delete headers.cookie;  // no page may send one
  say("Sent.");
  const answer = await fetch(url, { method, headers, redirect: "manual", credentials: "omit", ...(hasBody ? { body } : {}) });
  return `Answered ${answer.status || "with a redirect"}: the newest call.${noteAbsence(entry.request)}`;
}
