import { defineConfig } from "@playwright/test";

export default defineConfig({
  fullyParallel: true,
  workers: 2,
  timeout: 15_000,
  use: {
    // Debian's Chromium, so that nothing is downloaded; leave this out where you run `playwright install`.
    launchOptions: { executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] },
    // A page from the public web may only call 127.0.0.1 with this permission; a page of your own machine need not ask.
    // permissions: ["local-network-access"],
  },
});
