// Tokens and API keys that carry the session, valid or with a defect.

import { button, copyButton, label, make, options, pretty } from "./dom.js";
import { call, data } from "./plane.js";

export const name = "Tokens";
const part = {};

export function build(panel) {
  part.sub = make("input", { placeholder: "the usual one", size: 14, maxlength: 200 });
  part.ttl = make("input", { type: "number", min: 0, value: 3600 });
  part.defect = options(make("select"), [["", "none"], ...data.defects.map((one) => [one, one])], "");
  part.token = make("div", { id: "token", "aria-live": "polite" });
  part.access = options(make("select"), ["write", "read", "revoked"].map((one) => [one, one]), "write");
  part.key = make("div", { id: "key", "aria-live": "polite" });
  panel.append(
    make("h2", {}, "Token"),
    make("div", { class: "row" }, label("User", part.sub), label("Valid for (s)", part.ttl), label("Defect", part.defect),
      button("Issue token", issueToken, { class: "primary" })),
    part.token,
    make("h2", {}, "API key"),
    make("div", { class: "row" }, label("Access", part.access), button("Issue key", issueKey, { class: "primary" })),
    part.key);
}

export function refresh() {}

async function issueToken() {
  const wanted = { ttl_s: Number(part.ttl.value), defect: part.defect.value || null };
  if (part.sub.value) wanted.sub = part.sub.value;
  const { token, claims } = await call("POST", "tokens", wanted);
  const until = claims.exp ? `Valid until ${new Date(claims.exp * 1000).toISOString()} of the session's clock.` : "";
  const expiry = make("span", { class: "quiet" }, wanted.defect ? `Its defect is ${wanted.defect}, so calls with it are refused.` : until);
  part.token.replaceChildren(showReady("Token", token), make("div", { class: "row" }, expiry, wanted.defect ? "" : button("Let it expire", () => letExpire(claims, expiry))),
    make("details", {}, make("summary", {}, "Claims"), make("pre", { id: "claims" }, pretty(claims))));
}

async function letExpire(claims, expiry) {
  const { now } = await call("GET", "clock");
  // A second more, since some grant a moment; the clock is turned for the whole session.
  const left = Math.max(0, claims.exp - Date.parse(now) / 1000 + 1);
  const clock = await call("PUT", "clock", { action: "advance", by_s: left });
  expiry.textContent = `Expired: it is ${clock.now} by the session's clock now.`;
  return "The session's clock is past the token's end; the tab Clock takes it back.";
}

async function issueKey() {
  const { api_key: key } = await call("POST", "keys", { access: part.access.value });
  part.key.replaceChildren(showReady("API key", key));
}

const showReady = (what, text) => make("div", { class: "ready" }, make("span", {}, what), make("code", {}, text), copyButton(text, what));
