import { defineConfig } from "tsup";

export default defineConfig([
  {
    // One build for all entries, so that they share their code and their types.
    entry: { index: "src/index.ts", node: "src/node/index.ts", targets: "src/targets/index.ts" },
    format: ["esm", "cjs"],
    splitting: true,
    dts: true,
    target: "es2022",
    platform: "neutral",
    external: [/^node:/],
  },
  { entry: { cli: "src/cli/main.ts" }, format: ["esm"], target: "node20", platform: "node" },
]);
