import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { answering, handlers } from "./kit/msw/onlyautomator.js";
import { savePreference } from "./preferences.js";

// Nothing listens there: MSW answers in this process, with the contract's examples.
const service = { baseUrl: "https://preferences.example.com", token: "any" };
const server = setupServer(...handlers);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("a preference is saved", async () => {
  expect(await savePreference(service, "12345", "likes_fitness_videos", true)).toBe("saved");
});

test("an unknown fan is explained", async () => {
  server.use(answering.update_preference(404));

  expect(await savePreference(service, "nobody", "likes_fitness_videos", true)).toMatch(/not found/i);
});

test("a busy service is explained, and then saves", async () => {
  server.use(answering.update_preference(503, { once: true }));

  expect(await savePreference(service, "12345", "likes_fitness_videos", true)).toBe("Busy, try again later");
  expect(await savePreference(service, "12345", "likes_fitness_videos", true)).toBe("saved");
});
