import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { hasTool, run } from "../../support/run.js";

/** A patchelf, and the command that runs it. */
export interface Patchelf {
  readonly name: string;
  readonly command: readonly string[];
}

// Tests and scripts run in the folder of the package; a script is bundled into another folder than its sources.
const FETCHED = resolve(".cache/debian13-patchelf");
const FETCH = resolve("../shared/tools/fetch-debian");
const LIBRARIES = `${FETCHED}/usr/lib/x86_64-linux-gnu`;

/** The patchelf on PATH: 0.14 on Debian 12. */
export const INSTALLED: Patchelf = { name: "patchelf", command: ["patchelf"] };

/** Debian 13's, 0.18. It needs its own C library. */
export const DEBIAN13: Patchelf = {
  name: "Debian 13's patchelf",
  command: [`${LIBRARIES}/ld-linux-x86-64.so.2`, "--library-path", LIBRARIES, `${FETCHED}/usr/bin/patchelf`],
};

/** Fetches Debian 13's patchelf, once. Returns the file that has to be there for it; a tool that a test may miss. */
export function fetchDebian13(): string {
  const program = DEBIAN13.command.at(-1)!;
  if (existsSync(program)) return program;
  if (!existsSync(FETCH)) return FETCH;

  const missing = ["bash", "apt-get", "dpkg-deb"].find((tool) => !hasTool(tool));
  if (missing !== undefined) return missing;

  const part = `${FETCHED}.${process.pid}`;
  mkdirSync(part, { recursive: true });
  const packages = ["libc6", "libstdc++6", "libgcc-s1", "patchelf"];
  const { status } = run("bash", [FETCH, part, "trixie:amd64", ...packages]);
  if (status === 0 && !existsSync(program)) renameSync(part, FETCHED);
  rmSync(part, { recursive: true, force: true });
  return program;
}
