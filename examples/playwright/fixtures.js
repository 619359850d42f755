import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test as base } from "@playwright/test";

const stub = process.env.MOCKSERVER_URL;

export const test = base.extend({
  /** A session of the stub for this test alone. */
  mock: async ({ playwright }, use) => {
    const request = await playwright.request.newContext({ baseURL: `${stub}/__admin/` });
    const { id, base_url: baseUrl, token } = await (await request.post("sessions", { data: {} })).json();
    const params = { session: id };
    await use({
      baseUrl,
      token,
      faults: (...faults) => request.put("faults", { params, data: faults }),
      // Waits for a call of the application, so that no test sleeps.
      wait: async (match) => (await request.post("requests/wait", { params, data: { match } })).json(),
    });
    await request.delete(`sessions/${id}`);
    await request.dispose();
  },

  /** The application on an origin of its own, as your development server would serve it. */
  origin: [async ({}, use) => {
    const page = await readFile(new URL("app.html", import.meta.url));
    const server = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end(page));
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    await use(`http://127.0.0.1:${server.address().port}`);
    server.closeAllConnections();
    server.close();
  }, { scope: "worker" }],

  /** The page of the application, which calls the session of this test. */
  app: async ({ page, origin, mock }, use) => {
    await page.addInitScript((config) => { window.config = config; }, { api: mock.baseUrl, token: mock.token });
    await page.goto(origin);
    await use(page);
  },
});

export { expect } from "@playwright/test";
