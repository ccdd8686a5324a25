import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Checks that need a browser: `npm run map:browser`. The ordinary run leaves them out. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: { include: ["test/browser/**/*.check.ts"], testTimeout: 300_000, hookTimeout: 300_000 },
});
