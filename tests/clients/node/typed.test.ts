// Clients typed by our contracts: the types are a kit's, openapi-fetch does the calls.
import assert from "node:assert/strict";
import { test } from "node:test";

import createClient from "openapi-fetch";

import { EMPTY, FOREIGN, HTML, override } from "./overriding.mjs";
import type { paths as OnlyAutomator } from "./made/onlyautomator.js";
import type { components, paths as SuprSend } from "./made/suprsend.js";

const { MOCKSERVER_URL: baseUrl, MOCKSERVER_TOKEN: token, MOCKSERVER_API_KEY: key } = process.env;
const onlyautomator = createClient<OnlyAutomator>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
const suprsend = createClient<SuprSend>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });
const path = { object_type: "departments", id: "engineering" };

test("a preference is written, updated and read", async () => {
  const body = { fanId: "67890", category: "content", preference: "likes_yoga", value: ["mon", { at: 18.5 }] };

  const first = await onlyautomator.POST("/api/v2/update-preference", { body });
  const second = await onlyautomator.POST("/api/v2/update-preference", { body: { ...body, value: false } });
  const list = await onlyautomator.GET("/api/v2/get-preferences", { params: { query: { fanId: "67890" } } });

  assert.deepEqual(first.data?.data.value, body.value);
  assert.equal(second.data?.data.id, first.data?.data.id);
  assert.deepEqual(list.data?.data, [second.data?.data]);
});

test("an error has a code of the contract", async () => {
  const { error, response } = await onlyautomator.GET("/api/v2/get-preferences", { params: { query: { fanId: "x" } } });

  assert.equal(response.status, 404);
  assert.equal(error?.error.code satisfies string | undefined, "resource_not_found");
});

test("what the contract does not have does not compile", async () => {
  // @ts-expect-error fanId is required
  const { response } = await onlyautomator.GET("/api/v2/get-preferences", { params: { query: {} } });
  // @ts-expect-error a pigeon is no channel
  const channel: components["schemas"]["Channel"] = "pigeon";
  const body = { opt_out_channels: [channel] };
  const category = { params: { path: { ...path, category_slug: "status-update-alert" } } };
  const refused = await suprsend.PATCH("/v1/object/{object_type}/{id}/preference/category/{category_slug}", {
    ...category,
    body,
  });

  assert.equal(response.status, 400);
  assert.deepEqual(Object.keys(refused.error?.detail ?? {}), ["opt_out_channels[0]"]);
});

test("what is read may be null where nothing was chosen, and what is written may not", () => {
  type Read = components["schemas"]["CategoryPreferenceRead"]["original_preference"];
  type InFull = components["schemas"]["SubcategoryPreference"]["original_preference"];
  const words: (Read | InFull)[] = [null satisfies Read, null satisfies InFull, "cant_unsubscribe" satisfies InFull];
  // @ts-expect-error the document has no null
  words.push(null satisfies components["schemas"]["CategoryPreference"]["original_preference"]);

  assert.equal(words.length, 4);
});

test("a channel is restricted everywhere", async () => {
  const at = "/v1/object/{object_type}/{id}/preference";
  const body = { channel_preferences: [{ channel: "email" as const, is_restricted: true }] };

  const written = await suprsend.PATCH(at, { params: { path }, body });
  const page = await suprsend.GET(`${at}/category`, { params: { path, query: { limit: 1 } } });

  assert.deepEqual(written.data?.channel_preferences[0], { channel: "email", is_restricted: true });
  assert.deepEqual(page.data?.meta, { count: 5, limit: 1, offset: 0 });
  assert.deepEqual(page.data?.results[0]?.channels[0], { channel: "email", preference: "opt_out", is_editable: false });
});

test("an empty body is no data, and a foreign one passes for what the types say", async () => {
  const read = () => onlyautomator.GET("/api/v2/get-preferences", { params: { query: { fanId: "12345" } } });

  await override(EMPTY);
  const empty = await read();
  await override(FOREIGN);
  const foreign = await read();
  await override(HTML);
  const page = await read();

  assert.deepEqual([empty.response.status, empty.data, empty.error], [200, undefined, undefined]);
  assert.deepEqual(foreign.data as unknown, ["of another API"]);
  assert.deepEqual([page.response.status, page.data, page.error as unknown], [502, undefined, "<h1>Bad Gateway</h1>"]);
});
