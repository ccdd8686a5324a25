import { defineConfig } from "tsup";

/** The script that makes the data modules of src/targets, and the comparison with a whole system, for plain Node. */
export default defineConfig({
  entry: { targets: "test/targets/main.ts", "targets-system": "test/targets/system.ts" },
  outDir: ".cache",
  format: ["esm"],
  target: "node20",
  platform: "node",
  splitting: false,
  silent: true,
  outExtension: () => ({ js: ".mjs" }),
});
