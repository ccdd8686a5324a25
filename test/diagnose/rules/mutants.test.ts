import { expect, it } from "vitest";
import { diagnose } from "../../../src/diagnose/diagnose.js";
import { diagnosisRules } from "../../../src/diagnose/rules/rules.js";
import { isElfError } from "../../../src/error.js";
import { readElf } from "../../../src/image/read-elf.js";
import { readHardening } from "../../../src/image/hardening.js";
import { glibc, tables } from "../../../src/targets/index.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import { ENCODINGS, fixture } from "../../support/elf.js";
import { hotRanges, mutant, random, SEED } from "../../support/mutants.js";
import { treeOf } from "../../support/findings.js";

const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 40);
const IDS = new Set(diagnosisRules.map((r) => r.id));

const DLOPEN = new TextEncoder().encode('[{"soname":["a"],"priority":"required"}]');

/** A file with everything that rules read: notes, versions, search paths, bytes behind the end. */
const richFile = (e: (typeof ENCODINGS)[number]): Uint8Array =>
  buildElf({
    ...e,
    runpath: "/home/me:$ORIGIN:/tmp:",
    needed: ["libc.so.6", "libx.so"],
    versionNeeds: [{ file: "libc.so.6", versions: ["GLIBC_2.34"] }],
    hash: "both",
    overlay: buildElf(e),
    symbols: [
      { name: "realpath", defined: false, version: "GLIBC_2.34" },
      { name: "regexec", defined: false },
      { name: "own" },
    ],
    relocations: [{ symbol: "realpath" }, { symbol: "own" }],
    notes: [
      { section: ".note.a", owner: "GNU", type: 1, description: new Uint8Array(16) },
      { section: ".note.b", owner: "GNU", type: 5, description: new Uint8Array(32) },
      { section: ".note.c", owner: "FDO", type: 0x407c0c0a, description: DLOPEN },
    ],
  });

const rich = ENCODINGS.map((e) => [`built, ${e.label}`, richFile(e)] as const);
const fixtures = [
  "x86_64-glibc-pie-runpath",
  "x86_64-musl-pie",
  "i386-glibc-exec",
  "s390x-glibc-lib.so",
  "mips64el-glibc-pie",
  "x86_64-glibc-pie-nosections",
].map((name) => [name, fixture(name)] as const);

it.each([...rich, ...fixtures])(
  `broken copies of %s: findings of known rules, and no error but an ElfError from the header (seed ${SEED})`,
  (_, original) => {
    const hot = hotRanges(original);
    let read = 0;

    for (let round = 0; round < ROUNDS; round++) {
      const bytes = mutant(original, hot, random(SEED * 104729 + round));
      try {
        const elf = readElf(bytes);
        const libraries = round % 4 === 0 && { libraries: tree(bytes) };
        const options = { tables, target: glibc("2.17"), scan: true, raisedRights: true, ...libraries };
        const diagnosis = diagnose(elf, options);
        for (const { rule } of diagnosis.findings) expect(IDS.has(rule), rule).toBe(true);
        expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);

        readHardening(elf);
        read++;
      } catch (e) {
        if (!isElfError(e)) throw new Error(`ELFWRIGHT_SEED=${SEED}, round ${round}: ${String(e)}`, { cause: e });
      }
    }

    expect(read).toBeGreaterThan(ROUNDS / 3);
  },
);

const tree = (bytes: Uint8Array) =>
  treeOf("/p", {
    "/p": bytes,
    "/home/me/libx.so": bytes,
    "/lib/libc.so.6": buildElf({ soname: "libc.so.6", needed: [] }),
  });
