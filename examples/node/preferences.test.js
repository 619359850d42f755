import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { savePreference } from "./preferences.js";
import { startSession } from "./stub.js";

let mock;
beforeEach(async () => { mock = await startSession(); });
afterEach(() => mock.end());

test("a saved preference arrives", async () => {
  assert.equal(await savePreference(mock, "12345", "likes_fitness_videos", true), "saved");

  const [call] = await mock.requests({ operation: "update_preference" });
  assert.equal(call.request.body.value, true);
});

test("an unknown fan is explained", async () => {
  assert.match(await savePreference(mock, "nobody", "likes_fitness_videos", true), /not found/);
});

test("a busy service is explained", async () => {
  await mock.faults({ match: {}, status: 503, times: 1 });

  assert.equal(await savePreference(mock, "12345", "likes_fitness_videos", true), "Busy, try again later");
  assert.equal(await savePreference(mock, "12345", "likes_fitness_videos", true), "saved");
});

test("a lost connection rejects", async () => {
  await mock.faults({ match: {}, fault: "CONNECTION_RESET_BY_PEER" });

  await assert.rejects(savePreference(mock, "12345", "likes_fitness_videos", true));
});
