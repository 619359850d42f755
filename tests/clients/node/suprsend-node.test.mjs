// SuprSend's Node client has no method for preferences; its users call the endpoint with its URLs and its signature.
import assert from "node:assert/strict";
import { test } from "node:test";

import sdk from "@suprsend/node-sdk";
import signature from "@suprsend/node-sdk/dist/signature.js";

import { EMPTY, FOREIGN, HTML, override } from "./made/overriding.mjs";

const { MOCKSERVER_URL: base_url, MOCKSERVER_API_KEY: key } = process.env;
const { Suprsend } = sdk;
const sign = signature.default ?? signature;

function client(secret = "local-workspace-secret") {
  return new Suprsend("local-workspace-key", secret, { base_url });
}

async function send(client, method, path, body, object = ["departments", "sales"]) {
  const url = client.objects.detail_url(...object) + path;
  const headers = client.default_headers();
  const content = body === undefined ? "" : JSON.stringify(body);
  headers.Authorization = `${client.workspace_key}:${sign(url, method, content, headers, client.workspace_secret)}`;
  const answer = await fetch(url, { method, headers, body: content || undefined });
  return [answer.status, await answer.json()];
}

test("signed calls write and read", async () => {
  const body = { preference: "opt_in", opt_out_channels: ["email", "slack"] };

  const [status, written] = await send(client(), "PATCH", "preference/category/status-update-alert/", body);
  const [, read] = await send(client(), "GET", "preference/category/status-update-alert/?locale=en");

  assert.equal(status, 202);
  assert.deepEqual(read, written);
  assert.deepEqual(
    written.channels.map(({ channel, preference }) => [channel, preference]),
    [["email", "opt_out"], ["ms_teams", "opt_in"], ["slack", "opt_out"]],
  );
});

test("odd names are signed as they are sent", async () => {
  const [status, { message }] = await send(client(), "GET", "preference/?tenant_id=acme", undefined, ["a b/ü", "it's (1)"]);

  assert.deepEqual([status, message], [404, "object 'a b/ü/it's (1)' not found"]);
});

test("a wrong secret is refused, and the body is signed", async () => {
  const [status, { code, message }] = await send(client("another"), "PATCH", "preference/category/status-update-alert/", {});

  assert.deepEqual([status, code], [401, 401]);
  assert.match(message, /^The signature is not that of this request/);
});

test("a key needs no signature", async () => {
  const url = `${client().objects.detail_url("departments", "sales")}preference/channel_preference/`;
  const answer = await fetch(url, {
    method: "PATCH",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ channel_preferences: [{ channel: "sms", is_restricted: true }] }),
  });

  assert.equal(answer.status, 202);
});

test("its own calls meet an error in words", async () => {
  // What else the client does is no operation here; it reads the stub's message all the same.
  await assert.rejects(client().objects.get("departments", "sales"), { message: /^404: No operation at GET / });
});

test("its own calls pass on an empty and a foreign body, and have no words for one without a message", async () => {
  const object = () => client().objects.get("departments", "sales");

  await override(EMPTY);
  assert.equal(await object(), "");
  await override(FOREIGN);
  assert.deepEqual(await object(), ["of another API"]);
  await override(HTML);
  await assert.rejects(object(), { message: "502: undefined" });
});
