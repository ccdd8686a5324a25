import { existsSync, readFileSync } from "node:fs";

/** The package.json of this package, seen from the built command or from its sources. */
const file = ["../package.json", "../../package.json"]
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url))!;

/** The version of this package: package.json is its only place. */
export const version = (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
