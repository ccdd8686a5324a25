import { expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { equalBytes } from "../../src/codec/bytes.js";
import { addDebugTag, removeDebugTag } from "../../src/edit/debug-tag.js";
import { clearFlags, setFlags } from "../../src/edit/flags.js";
import { setExecstack } from "../../src/edit/execstack.js";
import { setOsAbi } from "../../src/edit/os-abi.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { addNeeded, removeNeeded, replaceNeeded } from "../../src/edit/needed.js";
import { addRunpath, setRunpath } from "../../src/edit/runpath.js";
import {
  convertToRpath,
  convertToRunpath,
  removeRunpath,
  makeRunpathRelative,
  shrinkRunpath,
} from "../../src/edit/search-path.js";
import type { ShrinkRunpathOptions } from "../../src/edit/search-path/shrink.js";
import { removeSoname, setSoname } from "../../src/edit/soname.js";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import { symbolVersions } from "../../src/image/dynamic/versions.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import type { KnownEdit } from "../../src/index.js";
import { PF, PT, STB, STT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { stripUnneeded } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { ENCODINGS } from "../support/elf.js";
import { random, SEED } from "../support/mutants.js";

const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 150);
const LIBRARIES = ["liba.so.1", "libb.so.1", "libc.so.6"];

type Below = (n: number) => number;
const pick = <T>(below: Below, from: readonly T[]): T => from[below(from.length)]!;

/** What a combination of edits must have made of the file. */
type Expectation = (elf: ElfFile, before: ElfFile) => void;

/** Finds libx.so in /b alone. */
const LOOKUP: ShrinkRunpathOptions["lookup"] = (directory, name) =>
  directory === "/b" && name === "libx.so" ? buildElf({ class: 64 }) : undefined;

const searchPath = (elf: ElfFile): string => elf.runpath ?? elf.rpath ?? "";
const filesOf = (elf: ElfFile): string[] => [...elf.needed, ...elf.versionNeeds.map((n) => n.file)];

/** Edits of each family, or none: what they ask for, and what the result must say. */
const FAMILIES: readonly ((below: Below, program: boolean) => [Edit[], Expectation])[] = [
  (below, program) => {
    const path = `/lib/${"l".repeat(below(400))}`;
    return program ? [[setInterpreter(path)], (e) => expect(e.interpreter).toBe(path)] : [[], () => {}];
  },
  (below) => {
    const path = `/opt/${"p".repeat(pick(below, [1, 30, 900]))}`;
    return pick<[Edit[], Expectation]>(below, [
      [[setRunpath(path)], (e) => expect(e.runpath).toBe(path)],
      [[addRunpath(path)], (e) => expect(e.runpath).toContain(path)],
      [[removeRunpath()], (e) => expect(e.runpath ?? e.rpath).toBe(null)],
      [[convertToRunpath()], (e, before) => expect(e.runpath).toBe(before.runpath ?? before.rpath)],
      [[convertToRpath()], (e, before) => expect([e.runpath, e.rpath]).toEqual([null, before.runpath ?? before.rpath])],
      [
        [addRunpath([path, "/root/lib"]), makeRunpathRelative({ root: "/root", origin: "/root/bin" })],
        (e) => {
          expect(e.runpath).toContain("$ORIGIN/../lib");
          expect(e.runpath).not.toContain("/root/");
        },
      ],
      [
        [shrinkRunpath({ lookup: LOOKUP })],
        (e, before) => expect(searchPath(e).length).toBeLessThanOrEqual(searchPath(before).length),
      ],
    ]);
  },
  (below) => {
    const gone = pick(below, LIBRARIES);
    const renamed = pick(
      below,
      LIBRARIES.filter((l) => l !== gone),
    );
    const to = pick(below, [
      "libd.so",
      LIBRARIES.find((l) => l !== gone && l !== renamed)!,
      `lib${"r".repeat(200)}.so`,
    ]);
    const come = ["libx.so", "liby.so", `lib${"z".repeat(below(300))}.so`].slice(0, 1 + below(3));
    const uses = pick(below, ["drop", "weaken"] as const);
    const first = below(2) === 0;
    const parts: [Edit, Expectation][] = [
      [removeNeeded(gone, { uses }), (e) => expect(filesOf(e)).not.toContain(gone)],
      [replaceNeeded({ [renamed]: to }), (e) => expect(filesOf(e)).not.toContain(renamed)],
      [
        addNeeded(come, { first }),
        (e) => expect(first ? e.needed.slice(0, come.length) : e.needed.slice(-come.length)).toEqual(come),
      ],
    ];
    const chosen = parts.filter(() => below(3) > 0);

    return [chosen.map(([edit]) => edit), (elf, before) => chosen.forEach(([, holds]) => holds(elf, before))];
  },
  (below) =>
    pick<[Edit[], Expectation]>(below, [
      [[setSoname("libs.so.9")], (e) => expect(e.soname).toBe("libs.so.9")],
      [[removeSoname()], (e) => expect(e.soname).toBe(null)],
    ]),
  (below) => {
    const [set, clear] =
      below(2) === 0 ? (["DF_BIND_NOW", "DF_SYMBOLIC"] as const) : (["DF_SYMBOLIC", "DF_BIND_NOW"] as const);
    return [
      [setFlags(set, "DF_1_NODEFLIB"), clearFlags(clear)],
      (e) => {
        expect([e.dynamic!.get(DT.FLAGS)! & 10n, e.dynamic!.get(DT.FLAGS_1)! & 0x800n]).toEqual([
          set === "DF_BIND_NOW" ? 8n : 2n,
          0x800n,
        ]);
        expect(e.dynamic!.get(set === "DF_BIND_NOW" ? DT.SYMBOLIC : DT.BIND_NOW)).toBe(undefined);
      },
    ];
  },
  (below) =>
    below(2) === 0
      ? [[addDebugTag()], (e) => expect(e.dynamic!.get(DT.DEBUG)).toBe(0n)]
      : [[removeDebugTag()], (e) => expect(e.dynamic!.get(DT.DEBUG)).toBe(undefined)],
  (below) => {
    const executable = below(2) === 0;
    return [
      [setExecstack(executable)],
      (e) => expect(e.segments.find((s) => s.type === PT.GNU_STACK)!.flags & PF.X).toBe(executable ? 1 : 0),
    ];
  },
  (below) => {
    const abi = below(256);
    return [[setOsAbi(abi)], (e) => expect(e.header.osabi).toBe(abi)];
  },
  (below) => (below(2) === 0 ? [[stripUnneeded()], (e) => expect(e.symbols).toBe(null)] : [[], () => {}]),
];

function someFile(below: Below): BuildOptions {
  const library = below(3) === 0;
  const path = ["/root/lib/a:/b", "$ORIGIN", "/root/bin:/c"][below(6)];
  return {
    needed: LIBRARIES,
    hash: pick(below, ["gnu", "sysv", "both"] as const),
    got: below(2) === 0,
    spareTags: pick(below, [0, 1, 5]),
    dynstrLast: below(2) === 0,
    nullSegments: below(2),
    ...(library ? { soname: "libmine.so.1" } : {}),
    ...(below(2) === 0 ? { slack: pick(below, [0, 64]) } : {}),
    ...(library && below(2) === 0 ? { versions: [{ name: "MINE_1" }] } : {}),
    versionNeeds: [
      { file: "libc.so.6", versions: ["C_1", "C_2"] },
      { file: "liba.so.1", versions: ["A_1"] },
      { file: "libb.so.1", versions: ["C_1", "B_1"], weak: ["B_1"] },
    ].slice(0, below(4)),
    tags: [
      { tag: DT.RELACOUNT, value: 0 },
      { tag: DT.BIND_NOW, value: 0 },
      { tag: DT.SYMBOLIC, value: 0 },
      { tag: DT.FLAGS, value: below(32) & ~4 },
    ].slice(0, below(5)),
    ...(path !== undefined ? pick(below, [{ runpath: path }, { rpath: path }, { rpath: "/b", runpath: path }]) : {}),
    symbols: [{ name: "free", defined: false }, { name: "mine" }, { name: "data", type: STT.OBJECT }],
  };
}

/** Adds a symbol for each version that the file needs. */
function withSymbols(o: BuildOptions): BuildOptions {
  const needed = (o.versionNeeds ?? []).flatMap((n) =>
    n.versions.map((version) => ({ name: `${version}_of_${n.file}`, defined: false, version })),
  );
  return { ...o, symbols: [...o.symbols!, ...needed] };
}

/** No symbol may lose its name, its version or its binding, except for libraries that the edits remove. */
function symbolsHold(before: ElfFile, after: ElfFile, edits: readonly Edit[]): void {
  const gone = new Map<string, string | undefined>();
  for (const e of edits as readonly KnownEdit[]) {
    if (e.edit === "removeNeeded") for (const name of e.names) gone.set(name, e.uses);
  }

  const was = symbolVersions(before);
  const is = symbolVersions(after);
  const now = [...after.dynamicSymbols!];

  for (const s of before.dynamicSymbols!) {
    const version = was(s.index);
    const dropped = version?.file ? gone.get(version.file) : undefined;
    const binding = dropped === "weaken" && s.binding === STB.GLOBAL ? STB.WEAK : s.binding;

    expect({ name: now[s.index]!.name, binding: now[s.index]!.binding, version: is(s.index)?.name }).toEqual({
      name: s.name,
      binding,
      version: dropped ? undefined : version?.name,
    });
  }
}

it.each(ENCODINGS)(
  `any edits together read back, keep every rule, and once more change nothing: $label (seed ${SEED})`,
  ({ label: _, ...e }) => {
    let changed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const below = random(SEED * 100_003 + round);
      const options = { ...e, ...withSymbols(someFile(below)) };
      const bytes = buildElf(options);
      const before = readElf(bytes);
      const chosen = FAMILIES.filter(() => below(2) === 0).map((f) => f(below, before.interpreter !== null));
      const edits = chosen.flatMap(([x]) => x);

      try {
        const result = patch(bytes, edits);
        const after = readElf(result.bytes);
        for (const [x, holds] of chosen) if (x.length > 0) holds(after, before);
        symbolsHold(before, after, edits);

        expect(check(after).filter((f) => f.severity === "error")).toEqual([]);
        expect(patch(result.bytes, edits).changed).toBe(false);
        // Families may stand in any order; inside one, only these edits do not care.
        expect(equalBytes(patch(bytes, [...edits].reverse()).bytes, result.bytes)).toBe(true);
        if (result.changed) changed++;
      } catch (error) {
        const what = `${JSON.stringify(edits)} of ${JSON.stringify(options)}`;
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`ELFWRIGHT_SEED=${SEED}, round ${round}, ${what}: ${message}`, { cause: error });
      }
    }

    expect(changed).toBeGreaterThan(ROUNDS / 2);
  },
  120_000,
);
