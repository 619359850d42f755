// The records of the session: found by kind and text, a page at a time, each edited by itself; and snapshots of them.

import { button, confirmLoss, count, debounce, label, make, options, pretty, say } from "./dom.js";
import { address, call, parseJson, session } from "./plane.js";

export const name = "State";
const PAGE = 50;
const part = {};
let offset = 0;

export function build(panel) {
  part.kind = options(make("select", { onchange: search }), [["", "all kinds"]], "");
  part.text = make("input", { type: "search", placeholder: "any text in a record", oninput: debounce(search, 300), size: 20 });
  part.count = make("span", { class: "quiet" });
  part.list = make("ul", { class: "list", id: "records" });
  part.before = button("Previous page", () => turn(-PAGE));
  part.after = button("Next page", () => turn(PAGE));
  part.add = make("textarea", { rows: 5, spellcheck: "false", "aria-label": "New record as JSON" });
  part.addDetails = make("details", {}, make("summary", {}, "Add a record of the chosen kind"), part.add,
    make("div", { class: "row" }, button("Add record", addRecord)));
  part.snapshot = make("input", { size: 16, maxlength: 200, placeholder: "name" });
  part.snapshots = make("ul", { class: "list" });
  panel.append(
    make("div", { class: "row" }, label("Kind", part.kind), label("Search", part.text), button("Refresh", refresh), part.count),
    part.list,
    make("div", { class: "row" }, part.before, part.after),
    part.addDetails,
    make("h2", {}, "Snapshots"),
    make("div", { class: "row" }, label("Save the state as", part.snapshot), button("Save snapshot", saveSnapshot)),
    part.snapshots,
    make("h2", {}, "All of it"),
    make("div", { class: "row" }, make("a", { href: address("state"), download: "state.json" }, "Download as JSON"),
      button("Reset state", resetState, { class: "danger" })));
}

export async function refresh() {
  await Promise.all([load(), listSnapshots()]);
}

function search() {
  offset = 0;
  load().catch((error) => say(error.message, true));
}

async function turn(by) {
  offset = Math.max(0, offset + by);
  await load();
}

async function load() {
  const [api, kind] = part.kind.value ? JSON.parse(part.kind.value) : ["", ""];
  const found = await call("GET", "state/records", undefined, { api, kind, text: part.text.value, offset, limit: PAGE });
  const kinds = found.kinds.map((one) => [JSON.stringify([one.api, one.kind]), `${one.api}: ${one.kind} (${one.count})`]);
  options(part.kind, [["", "all kinds"], ...kinds], part.kind.value);
  const last = offset + found.records.length;
  part.count.textContent = found.found ? `${offset + 1} to ${last} of ${count(found.found, "record")}` : "no record";
  part.before.hidden = offset === 0;
  part.after.hidden = last >= found.found;
  part.addDetails.hidden = !part.kind.value;
  part.list.replaceChildren(...found.records.map(makeRow));
}

function makeRow(found) {
  const text = JSON.stringify(found.record);
  const details = make("details", {}, make("summary", {}, make("span", { class: "badge", title: `${found.api}: ${found.kind}` }, found.kind),
    make("code", {}, text.length > 300 ? `${text.slice(0, 300)}…` : text)));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length < 2) details.append(makeEditor(found));
  });
  return make("li", {}, details);
}

function makeEditor(found) {
  const { api, kind, index, record: former } = found;
  const text = JSON.stringify(former, null, 2);
  const area = make("textarea", { rows: Math.min(20, text.split("\n").length + 1), spellcheck: "false", "aria-label": `Record ${index} of ${kind}` });
  area.value = text;
  const save = async () => {
    await call("PUT", "state/records", { api, kind, index, former, record: parseJson(area.value, "The record") });
    await load();
    return "The record is changed.";
  };
  const remove = async () => {
    if (!await confirmLoss("Remove this record?", "Remove it")) return false;
    await call("PUT", "state/records", { api, kind, index, former });
    await load();
    return "The record is removed.";
  };
  return make("div", { class: "call" }, area,
    make("div", { class: "row" }, button("Save", save, { class: "primary" }), button("Remove", remove, { class: "danger" })));
}

async function addRecord() {
  const [api, kind] = JSON.parse(part.kind.value);
  await call("PUT", "state/records", { api, kind, record: parseJson(part.add.value, "The record") });
  await load();
  return "The record is added.";
}

async function listSnapshots() {
  const names = await call("GET", "snapshots");
  part.snapshots.replaceChildren(...names.map((one) => make("li", {}, make("div", { class: "row" }, make("code", {}, one),
    button("Restore", () => restore(one), { "aria-label": `Restore ${one}` }),
    button("Delete", () => remove(one), { class: "danger", "aria-label": `Delete ${one}` })))));
  part.snapshots.hidden = names.length === 0;
}

const at = (one) => `snapshots/${encodeURIComponent(one)}`;

async function saveSnapshot() {
  if (!part.snapshot.value) throw new Error("Give the snapshot a name.");
  await call("PUT", at(part.snapshot.value));
  await listSnapshots();
  return "The snapshot is saved.";
}

async function restore(one) {
  if (!await confirmLoss(`Replace the records by those of the snapshot ${one}?`, "Restore it")) return false;
  await call("POST", `${at(one)}/restore`);
  await load();
  return "The snapshot is restored.";
}

async function remove(one) {
  if (!await confirmLoss(`Delete the snapshot ${one}?`, "Delete it")) return false;
  await call("DELETE", at(one));
  await listSnapshots();
  return "The snapshot is deleted.";
}

async function resetState() {
  if (!await confirmLoss(`Go back to the records that the session ${session} began with?`, "Reset state")) return false;
  await call("POST", "reset", { scope: "state" });
  await load();
  return "The state is as at the beginning.";
}
