import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** What wants a browser: `npm run map:browser`. No part of the ordinary run. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: { include: ["test/browser/**/*.check.ts"], testTimeout: 300_000, hookTimeout: 300_000 },
});
