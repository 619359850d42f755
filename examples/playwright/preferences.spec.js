import { expect, test } from "./fixtures.js";

test("a click is saved", async ({ app, mock }) => {
  await app.getByLabel("Fitness videos").check();
  await expect(app.getByRole("status")).toHaveText("Saved");

  const [call] = await mock.wait({ operation: "update_preference" });
  expect(call.request.body.value).toBe(true);
});

test("a busy service is explained", async ({ app, mock }) => {
  await mock.faults({ match: {}, status: 503 });
  await app.getByLabel("Fitness videos").check();

  await expect(app.getByRole("status")).toHaveText(/unavailable/i);
});

test("a lost connection is explained", async ({ app, mock }) => {
  await mock.faults({ match: {}, fault: "CONNECTION_RESET_BY_PEER" });
  await app.getByLabel("Fitness videos").check();

  await expect(app.getByRole("status")).toHaveText("You are offline");
});
