import { defineConfig } from "tsup";

/** The sabotage as a script for plain Node. It is not part of the package. */
export default defineConfig({
  entry: { sabotage: "test/sabotage/sabotage.ts" },
  outDir: ".cache",
  format: ["esm"],
  target: "node20",
  platform: "node",
  splitting: false,
  silent: true,
  external: ["tsup"],
  outExtension: () => ({ js: ".mjs" }),
});
