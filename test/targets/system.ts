import { parseArgs } from "node:util";
import { openSource } from "../../src/node/index.js";
import { type ElfFile, readElf, symbolVersions } from "../../src/index.js";
import { subjectOf } from "../../src/diagnose/subject.js";
import { versionUses } from "../../src/diagnose/versions/version-uses.js";
import { detect } from "../../src/diagnose/detect/detect.js";
import { requirementsOf } from "../../src/diagnose/versions/required.js";
import { Tolerant } from "../../src/image/tolerant.js";
import { tables } from "../../src/targets/index.js";
import { objdumpNeeds } from "../support/objdump.js";
import { auditwheelTag } from "./auditwheel.js";
import { DATA } from "./generate.js";
import { policies } from "./sources.js";
import { systemPrograms } from "../support/system-files.js";

const HELP = `npm run targets:system -- [--only PATTERN] [FOLDER…]

For all x86-64 programs and libraries under /usr/bin, /usr/sbin and /usr/lib (or FOLDERs), compares
- the highest GLIBC, GLIBCXX, CXXABI and GCC version that each needs, and the symbols of each version,
  with what \`objdump -T\` and \`objdump -p\` say;
- each versioned symbol of glibc with the tables;
- the platform tag with auditwheel's rules, applied to its own policy file and objdump's output.`;

const MANYLINUX = policies(DATA, "manylinux");

interface Comparison {
  /** What differs, in words. */
  readonly differences: readonly string[];
  readonly glibc: string | undefined;
  /** Versions that the file needs without symbols. */
  readonly unbound: readonly string[];
  readonly tag: string | null;
}

type ObjdumpNeeds = ReturnType<typeof objdumpNeeds>;
type Requirements = ReturnType<typeof requirementsOf>;

function compare(path: string): Comparison {
  const source = openSource(path);
  try {
    const elf = readElf(source);
    const subject = subjectOf(elf, new Tolerant());
    const detected = detect(subject);
    const asked = { target: null, tables, libraries: null, raisedRights: null, scan: false };
    const needs = requirementsOf({ ...subject, ...detected, ...asked, libc: "glibc" as const });
    const uses = versionUses(subject);

    // objdump refuses files without dynamic symbols: static programs, debug files.
    if (subject.imports.length === 0 && uses.length === 0) {
      return { differences: [], glibc: undefined, unbound: [], tag: needs.wheelTag };
    }

    const theirs = objdumpNeeds(path);
    const unbound = theirs.unbound.filter((version) => version !== "GLIBC_ABI_DT_RELR");
    const wheel = auditwheelTag(path, MANYLINUX);
    const differences = [
      ...(uses.length > 0 ? otherFloors(needs, theirs, unbound) : []),
      ...otherSymbols(uses, theirs),
      ...(detected.libc !== "musl" && needs.wheelTag !== wheel
        ? [`${needs.wheelTag}, by auditwheel's rules ${wheel}`]
        : []),
      ...notInTables(elf),
    ];

    return { differences, glibc: needs.required["glibc"], unbound, tag: needs.wheelTag };
  } finally {
    source.close();
  }
}

function otherFloors({ required }: Requirements, { highest }: ObjdumpNeeds, unbound: readonly string[]): string[] {
  return ["GLIBC", "GLIBCXX", "CXXABI", "GCC"].flatMap((family) => {
    const ours = required[family.toLowerCase()];
    const theirs = highest[family];
    // Versions without symbols count for the loader, but objdump -T has no line for them.
    if (ours === theirs || unbound.includes(`${family}_${ours}`)) return [];
    return [`${family}: ${ours}, objdump ${theirs}`];
  });
}

function otherSymbols(uses: ReturnType<typeof versionUses>, needs: ObjdumpNeeds): string[] {
  const symbolsByVersion = new Map<string, string[]>();
  for (const { name, symbols } of uses) {
    symbolsByVersion.set(name, [...(symbolsByVersion.get(name) ?? []), ...symbols]);
  }

  return [...symbolsByVersion].flatMap(([name, symbols]) => {
    if (name === "Base") return [];

    const ours = [...new Set(symbols)].sort().join();
    const theirs = [...new Set(needs.symbols[name] ?? [])].sort().join();
    return ours === theirs ? [] : [`${name}: ${ours.slice(0, 200)}, objdump ${theirs.slice(0, 200)}`];
  });
}

function notInTables(elf: ElfFile): string[] {
  const versionOf = symbolVersions(elf);
  const missing: string[] = [];

  for (const { index, name, shndx } of elf.dynamicSymbols ?? []) {
    const version = versionOf(index);
    if (shndx !== 0 || !version || !/^GLIBC_\d/.test(version.name)) continue;

    const known = tables.glibcVersions(elf.header, name)!;
    if (!known.some((entry) => `GLIBC_${entry.version}` === version.name)) {
      missing.push(`${name}@${version.name} is not in the tables`);
    }
  }

  return missing;
}

/** Numbers of files by what they have in common. */
class Counts {
  readonly #counts = new Map<string, number>();

  add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The most frequent first. */
  toString(): string {
    const sorted = [...this.#counts].sort(([, a], [, b]) => b - a);
    return sorted.map(([key, count]) => `${key} ${count}`).join(", ");
  }
}

function compareAll(folders: readonly string[], only: RegExp): void {
  const files = systemPrograms(folders).filter((file) => only.test(file));
  const floors = new Counts();
  const tags = new Counts();
  let differ = 0;
  let withUnbound = 0;

  for (const file of files) {
    const { differences, unbound, glibc, tag } = compare(file);
    if (differences.length > 0) {
      differ++;
      console.log(`${file}\n  ${differences.join("\n  ")}`);
    }
    if (unbound.length > 0) {
      withUnbound++;
      console.log(`${file}: needed without symbols: ${unbound.join(" ")}`);
    }
    floors.add(glibc ?? "none");
    tags.add(tag ?? "none");
  }

  console.log("");
  console.log(`${files.length} files; ${differ} differ from objdump, ${withUnbound} need versions without symbols`);
  console.log(`glibc: ${floors}`);
  console.log(`tags: ${tags}`);
  process.exitCode = differ > 0 ? 1 : 0;
}

const { values, positionals } = parseArgs({
  options: { only: { type: "string", default: "" }, help: { type: "boolean" } },
  allowPositionals: true,
});
if (values.help) console.log(HELP);
else compareAll(positionals.length > 0 ? positionals : ["/usr/bin", "/usr/sbin", "/usr/lib"], new RegExp(values.only));
