import { defineConfig } from "tsup";

/** The long check of `verify` as a script for plain Node. It is not part of the package. */
export default defineConfig({
  entry: { "verify-pairs": "test/verify/verify-pairs.ts" },
  outDir: ".cache",
  format: ["esm"],
  target: "node20",
  platform: "node",
  splitting: false,
  silent: true,
  outExtension: () => ({ js: ".mjs" }),
});
