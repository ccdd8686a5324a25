import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fixturePath } from "../../support/fixtures.js";
import { must } from "../../support/tools.js";

/** Larger files cost patchelf a second each, and hold nothing that smaller ones have not. */
const LARGEST = 300_000;
/**
 * ELF files of this machine and of others' sysroots, taken evenly from all that there are, in the order of their names.
 */
const SYSTEM = 190;
const FOREIGN = 56;
const SCRIPTS = 8;
const CORPUS = 40;

function magic(path: string): string {
  const fd = openSync(path, "r");
  const bytes = Buffer.alloc(4);
  readSync(fd, bytes, 0, 4, 0);
  closeSync(fd);
  return bytes.toString("latin1");
}

/** Regular files below a folder, links left out, by name. */
function below(dir: string, depth: number): string[] {
  let entries;
  try {
    entries = readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }

  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) => {
      const path = join(dir, e.name);
      if (e.isDirectory()) return depth > 0 ? below(path, depth - 1) : [];
      return e.isFile() && statSync(path).size <= LARGEST ? [path] : [];
    });
}

function evenly<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
}

function isElf(path: string): boolean {
  try {
    return magic(path) === "\x7fELF";
  } catch {
    return false;
  }
}

/** Programs, libraries and objects of the system, of cross toolchains and of the corpus, and scripts. */
function found(): string[] {
  const programs = below("/usr/bin", 0);
  const libraries = below("/usr/lib", 2);
  const isObject = (path: string) => path.endsWith(".o");
  const foreign = readdirSync("/usr")
    .filter((name) => /-linux-(gnu|musl)/.test(name))
    .sort()
    .flatMap((name) => evenly(below(`/usr/${name}/lib`, 1).filter(isElf), 12));
  const corpus = process.env["ELFWRIGHT_CORPUS"];
  const shared = libraries.filter((path) => !isObject(path) && isElf(path));
  const objects = libraries.filter((path) => isObject(path) && isElf(path));
  const scripts = programs.filter((path) => !isElf(path));

  return [
    ...evenly(programs.filter(isElf), SYSTEM / 2),
    ...evenly(shared, SYSTEM / 2),
    ...evenly(objects, 6),
    ...evenly(foreign, FOREIGN),
    ...evenly(scripts, SCRIPTS),
    ...(corpus === undefined ? [] : evenly(below(corpus, 8).filter(isElf), CORPUS)),
  ];
}

/** Search paths of which directories are there, are not, hold nothing that is needed, or follow the file. */
const PATHS = [
  "/usr/lib/x86_64-linux-gnu:/no/such/directory:$ORIGIN/../lib:/usr/lib",
  "/no/such/directory:/etc",
  "relative:/lib/x86_64-linux-gnu:/lib64",
  "/usr/lib:/usr/lib",
];

/** Puts copies into a folder, under names without special characters of shells. Gives the names in order. */
export function sample(dir: string): string[] {
  mkdirSync(dir, { recursive: true });
  const names: string[] = [];
  const next = (name: string) => {
    const all = `${String(names.length).padStart(3, "0")}-${basename(name).replace(/[^\w.+-]/g, "_")}`;
    names.push(all);
    return join(dir, all);
  };
  const take = (path: string) => {
    const copy = next(path);
    copyFileSync(path, copy);
    return copy;
  };

  const fixtures = readdirSync(fixturePath("")).sort().map(fixturePath);
  for (const path of [...fixtures, ...found()]) take(path);

  // Few files of a distribution have a search path: some little-endian ones are given one.
  const isLinked = (path: string) => isElf(path) && readFileSync(path).readUInt8(5) === 1 && !path.endsWith(".o");
  for (const [i, path] of evenly(found().filter(isLinked), 32).entries()) {
    const copy = take(path);
    const tag = i % 4 === 3 ? ["--force-rpath"] : [];
    try {
      must("patchelf", [...tag, "--set-rpath", PATHS[i % PATHS.length]!, copy]);
    } catch {
      // A static program stays one.
    }
  }

  writeFileSync(next("empty"), "");
  writeFileSync(next("text"), "this is no ELF file\n");
  writeFileSync(next("magic"), "\x7fELF");
  writeFileSync(next("archive"), "!<arch>\n");

  return names;
}
