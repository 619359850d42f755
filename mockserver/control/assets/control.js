// The control page: a head, and tabs of which only the one that is shown fetches anything.

import { find, make, options, say } from "./dom.js";
import { address, call, data, session, showSession } from "./plane.js";
import * as choices from "./choices.js";
import * as contracts from "./contracts.js";
import * as credentials from "./credentials.js";
import * as forcing from "./forcing.js";
import * as sessions from "./sessions.js";
import * as state from "./state.js";
import * as time from "./time.js";
import * as traffic from "./traffic.js";

// Each has a name, builds its panel once, and refreshes it whenever it is shown.
const TABS = { traffic, faults: forcing, sessions, state, clock: time, tokens: credentials, choices, contracts };
const built = new Set();

export function showTab(id, hasFocus = false) {
  for (const tab of find("tabs").children) {
    const isChosen = tab.id === `tab-${id}`;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    find(tab.getAttribute("aria-controls")).hidden = !isChosen;
    if (isChosen) tab.scrollIntoView({ block: "nearest", inline: "center" });
    if (isChosen && hasFocus) tab.focus();
  }
  history.replaceState(null, "", `${location.pathname}${location.search}#${id}`);
  if (!built.has(id)) {
    TABS[id].build(find(`panel-${id}`));
    built.add(id);
  }
  Promise.resolve(TABS[id].refresh()).catch((error) => say(error.message, true));
}

function moveByKey(event) {
  const ids = Object.keys(TABS);
  const at = ids.indexOf(event.target.id.replace("tab-", ""));
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + ids.length, Home: 0, End: ids.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  showTab(ids[to % ids.length], true);
}

async function listSessions() {
  const ids = (await call("GET", "sessions")).map((one) => one.id);
  const all = [...new Set(["default", session, ...ids.reverse()])];
  options(find("choose"), all.map((id) => [id, id]), session);
  return ids;
}

async function begin() {
  document.title = `mockserver: ${session}`;
  for (const [id, { name }] of Object.entries(TABS)) {
    const attributes = { role: "tab", id: `tab-${id}`, type: "button", "aria-controls": `panel-${id}`, onkeydown: moveByKey };
    find("tabs").append(make("button", { ...attributes, onclick: () => showTab(id) }, name));
    find("panels").append(make("section", { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, hidden: true }));
  }
  options(find("choose"), [[session, session]], session);
  find("operations").href = address("operations");
  find("choose").onfocus = listSessions;
  find("choose").onchange = () => showSession(find("choose").value);
  const wanted = location.hash.slice(1);
  showTab(wanted in TABS ? wanted : "traffic");
  if (wanted && wanted !== "traffic") traffic.build(find("panel-traffic"));
  built.add("traffic");
  if (data.flaws) find("tab-contracts").append(" ", make("span", { class: "badge" }, String(data.flaws)));
  const ids = await listSessions();
  if (session !== "default" && !ids.includes(session)) traffic.offerToBegin();
  await forcing.watch(() => showTab("faults"));
  traffic.listen();
}

begin().catch((error) => {
  traffic.setLive("not connected", "off");
  say(error.message, true);
});
