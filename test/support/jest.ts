import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.js";

const CACHE = fileURLToPath(new URL("../../.cache/", import.meta.url));

/** jest and its types, as of a day: they are no dependency, so no lock file names them. */
const PACKAGES: readonly string[] = ["jest@30.5.2", "@jest/globals@30.5.2", "@types/jest@30.0.0"];

/** The folder node_modules of an installed jest, fetched once; undefined where the registry cannot be reached. */
export function jestModules(): string | undefined {
  const home = join(CACHE, `jest-${PACKAGES[0]!.split("@")[1]!}`);
  if (existsSync(home)) return join(home, "node_modules");

  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "jest-new-"));
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-update-notifier"];
  const { status } = run("npm", ["install", ...flags, ...PACKAGES], { cwd: folder });
  if (status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }

  try {
    renameSync(folder, home);
  } catch {
    // Another test file was quicker.
    rmSync(folder, { recursive: true, force: true });
  }
  return join(home, "node_modules");
}

/** Links every package of one folder node_modules into another one, which keeps those that it has. */
export function linkModules(from: string, to: string): void {
  const scoped = (name: string): string[] => readdirSync(join(from, name)).map((inner) => `${name}/${inner}`);
  const names = readdirSync(from).filter((name) => !name.startsWith("."));
  for (const name of names.flatMap((n) => (n.startsWith("@") ? scoped(n) : n))) {
    const target = join(to, name);
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(from, name), target);
  }
}
