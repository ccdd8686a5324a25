import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { build, type Options } from "tsup";
import { type Fault, sabotaged } from "./fault.js";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** Gives one file of the sources another text while they are bundled. The file itself stays as it is. */
const withFault = (fault: Fault): Plugin => ({
  name: "fault",
  setup(context) {
    const path = resolve(fault.file);
    context.onLoad({ filter: /\.ts$/ }, (loaded) => {
      if (loaded.path !== path) return undefined;
      return { contents: sabotaged(fault, readFileSync(path, "utf8")), loader: "ts" };
    });
  },
});

/** Builds the runner of the scenarios with the sources, which may have a fault. Returns the path of the script. */
export async function bundle(folder: string, fault?: Fault): Promise<string> {
  await build({
    entry: { runner: "test/sabotage/runner.ts" },
    outDir: folder,
    outExtension: () => ({ js: ".mjs" }),
    format: "esm",
    target: "node20",
    platform: "node",
    splitting: false,
    config: false,
    silent: true,
    esbuildPlugins: fault ? [withFault(fault)] : [],
  });
  return resolve(folder, "runner.mjs");
}
