import { parseArgs } from "node:util";
import { openSource } from "../../src/node/index.js";
import { readElf, symbolVersions } from "../../src/index.js";
import { subjectOf } from "../../src/diagnose/subject.js";
import { versionUses } from "../../src/diagnose/versions/version-uses.js";
import { detect } from "../../src/diagnose/detect/detect.js";
import { requirements } from "../../src/diagnose/versions/required.js";
import { Tolerant } from "../../src/image/tolerant.js";
import { tables } from "../../src/targets/index.js";
import { objdumpNeeds } from "../support/objdump.js";
import { auditwheelTag } from "./auditwheel.js";
import { DATA } from "./generate.js";
import { policies } from "./sources.js";
import { systemPrograms } from "../support/system-files.js";

const HELP = `npm run targets:system -- [--only PATTERN] [FOLDER…]

For all x86-64 programs and libraries under /usr/bin, /usr/sbin and /usr/lib (or FOLDERs): the highest GLIBC, GLIBCXX, CXXABI and GCC version that each needs, and
the symbols of each version, against what \`objdump -T\` and \`objdump -p\` say; each versioned symbol of glibc against the tables; and
the platform tag against auditwheel's rules, applied to its own policy file and objdump's output.`;

const MANYLINUX = policies(DATA, "manylinux");

/** What differs, in words. */
function differences(path: string): {
  text: string[];
  glibc: string | undefined;
  unbound: readonly string[];
  tag: string | null;
} {
  const source = openSource(path);
  try {
    const elf = readElf(source);
    const s = subjectOf(elf, new Tolerant());
    const facts = { ...s, ...detect(s), target: null, tables, libraries: null, raisedRights: null, scan: false };
    const uses = versionUses(s);
    const is = requirements({ ...facts, libc: "glibc" as const });
    const text: string[] = [];

    // objdump refuses files without dynamic symbols: static programs, debug files.
    if (subjectOf(elf, new Tolerant()).imports.length === 0 && uses.length === 0) {
      return { text, glibc: undefined, unbound: [], tag: is.wheelTag };
    }

    const want = objdumpNeeds(path);
    const unbound = want.unbound.filter((v) => v !== "GLIBC_ABI_DT_RELR");
    for (const family of ["GLIBC", "GLIBCXX", "CXXABI", "GCC"]) {
      const ours = is.required[family.toLowerCase()];
      const theirs = want.highest[family];
      // Versions without symbols count for the loader, but objdump -T has no line for them.
      if (ours !== theirs && !unbound.includes(`${family}_${ours}`) && uses.length > 0) {
        text.push(`${family}: ${ours}, objdump ${theirs}`);
      }
    }

    const names = new Map<string, string[]>();
    for (const u of uses) names.set(u.name, [...(names.get(u.name) ?? []), ...u.symbols]);
    for (const [name, symbols] of names) {
      if (name === "Base") continue;
      const a = [...new Set(symbols)].sort().join();
      const b = [...new Set(want.symbols[name] ?? [])].sort().join();
      if (a !== b) text.push(`${name}: ${a.slice(0, 200)}, objdump ${b.slice(0, 200)}`);
    }

    const wheel = auditwheelTag(path, MANYLINUX);
    if (facts.libc !== "musl" && is.wheelTag !== wheel) text.push(`${is.wheelTag}, by auditwheel's rules ${wheel}`);
    const version = symbolVersions(elf);

    for (const { index, name, shndx } of elf.dynamicSymbols ?? []) {
      const v = version(index);
      if (shndx !== 0 || !v || !/^GLIBC_\d/.test(v.name)) continue;
      if (!tables.glibcVersions(elf.header, name)!.some((t) => `GLIBC_${t.version}` === v.name)) {
        text.push(`${name}@${v.name} is not in the tables`);
      }
    }

    return { text, glibc: is.required["glibc"], unbound, tag: is.wheelTag };
  } finally {
    source.close();
  }
}

const { values, positionals } = parseArgs({
  options: { only: { type: "string", default: "" }, help: { type: "boolean" } },
  allowPositionals: true,
});
if (values.help) {
  console.log(HELP);
} else {
  const files = systemPrograms(positionals.length > 0 ? positionals : ["/usr/bin", "/usr/sbin", "/usr/lib"]).filter(
    (f) => new RegExp(values.only).test(f),
  );
  const floors = new Map<string, number>();
  const tags = new Map<string, number>();
  let differ = 0;
  let unbound = 0;
  for (const file of files) {
    const d = differences(file);
    if (d.text.length > 0) (differ++, console.log(`${file}\n  ${d.text.join("\n  ")}`));
    if (d.unbound.length > 0) (unbound++, console.log(`${file}: needed without symbols: ${d.unbound.join(" ")}`));
    floors.set(d.glibc ?? "none", (floors.get(d.glibc ?? "none") ?? 0) + 1);
    tags.set(d.tag ?? "none", (tags.get(d.tag ?? "none") ?? 0) + 1);
  }
  const list = (m: Map<string, number>) =>
    [...m]
      .sort((a, b) => b[1] - a[1])
      .map(([k, n]) => `${k} ${n}`)
      .join(", ");
  console.log(
    `\n${files.length} files; ${differ} differ from objdump, ${unbound} need versions without symbols\nglibc: ${list(floors)}\ntags: ${list(tags)}`,
  );
  process.exitCode = differ > 0 ? 1 : 0;
}
