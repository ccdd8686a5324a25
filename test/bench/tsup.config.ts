import { defineConfig } from "tsup";

/** The comparison of costs as a script for plain Node: it is no part of the package. */
export default defineConfig({
  entry: { bench: "test/bench/bench.ts" },
  outDir: ".cache",
  format: ["esm"],
  target: "node20",
  platform: "node",
  splitting: false,
  silent: true,
  outExtension: () => ({ js: ".mjs" }),
});
