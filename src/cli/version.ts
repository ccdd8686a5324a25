import { existsSync, readFileSync } from "node:fs";

/** The package's own package.json, from the built command and from its sources. */
const file = ["../package.json", "../../package.json"]
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url))!;

/** From there, so that it stands in one place. */
export const version = (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
