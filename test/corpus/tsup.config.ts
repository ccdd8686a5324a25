import { defineConfig } from "tsup";

/** The long checks as scripts for plain Node. They are not part of the package. */
export default defineConfig({
  entry: {
    corpus: "test/corpus/corpus.ts",
    "corpus-strip": "test/corpus/strip/corpus.ts",
    "corpus-diagnose": "test/corpus/diagnose/corpus.ts",
    "corpus-hashes": "test/corpus/hashes.ts",
    system: "test/corpus/system.ts",
    "system-resolve": "test/corpus/resolve/system.ts",
    "system-bind": "test/corpus/bind/system.ts",
  },
  outDir: ".cache",
  format: ["esm"],
  target: "node20",
  platform: "node",
  splitting: false,
  silent: true,
  outExtension: () => ({ js: ".mjs" }),
});
