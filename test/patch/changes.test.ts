import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  DT,
  type Edit,
  EM,
  isElfError,
  onlyKeepDebug,
  patch,
  type PatchOptions,
  readElf,
  SHF,
  SHT,
  stripDebug,
} from "../../src/index.js";
import { headerView } from "../../src/image/headers/header.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { testArchive } from "../support/archives.js";
import { ENCODINGS, fixture } from "../support/elf.js";
import { everyEdit } from "../support/every-edit.js";
import { random } from "../support/mutants.js";
import { objectFile } from "../support/objects.js";

const FIXTURES = readdirSync(new URL("../../fixtures/bin", import.meta.url)).sort();

const X86_64 = { class: 64, littleEndian: true, byteOrder: "little", machine: EM.X86_64 } as const;

/** The fixtures, and files with what no fixture has and some edit changes. */
const FILES: readonly [string, Uint8Array][] = [
  ...FIXTURES.map((name): [string, Uint8Array] => [name, fixture(name)]),
  [
    "old tags and flags",
    buildElf({
      ...X86_64,
      needed: ["libc.so.6", "liba.so.1"],
      rpath: "/opt/lib",
      versionNeeds: [{ file: "libc.so.6", versions: ["V_1"] }],
      tags: [
        { tag: DT.CHECKSUM, value: 9 },
        { tag: DT.BIND_NOW, value: 0 },
      ],
    }),
  ],
  ["pages of 4 KiB", buildElf({ ...X86_64, pageSize: 4096, slack: 0x20000 })],
  [
    "an object with debug information",
    objectFile({
      ...X86_64,
      sections: [
        { name: ".text", flags: SHF.ALLOC, bytes: new Uint8Array(8) },
        { name: ".debug_info", type: SHT.PROGBITS, bytes: new Uint8Array(8), relocations: [[0, 1]] },
      ],
      symbols: [{ name: "f", section: ".text" }],
    }),
  ],
];

/**
 * The changes that a patch tells; undefined where it is refused or changes no byte. A note says of no other patch that
 * there are none.
 */
function told(bytes: Uint8Array, edits: readonly Edit[], options: PatchOptions): unknown[] | undefined {
  try {
    const { changed, changes, notes } = patch(bytes, edits, options);
    expect(notes.some((n) => n.note === "UNTOLD")).toBe(changed && changes.length === 0);
    return changed ? [...changes] : undefined;
  } catch (e) {
    if (!isElfError(e)) throw e;
    return undefined;
  }
}

describe("a plan that changes bytes says what changes", () => {
  it.each(FILES)("%s: every edit alone", (_, bytes) => {
    const silent = everyEdit(readElf(bytes)).filter((w) => told(bytes, w.edits(), { overlay: "drop" })?.length === 0);
    expect(silent.map((w) => w.name)).toEqual([]);
  });

  it("or has a note of it, whatever edits come together", () => {
    const below = random(15);
    for (const [, bytes] of FILES) {
      const ways = everyEdit(readElf(bytes));
      for (let i = 0; i < 20; i++) {
        const some = [0, 1, 2].map(() => ways[below(ways.length)]!);
        told(
          bytes,
          some.flatMap((w) => w.edits()),
          { overlay: "drop" },
        );
      }
    }
  });

  it("or has a note of it, where only a field changes that nothing reads", () => {
    // e_phoff of a file without program headers.
    const untold = ENCODINGS.map((e) => {
      const sections = [{ name: "names", type: SHT.PROGBITS, bytes: new Uint8Array(64).fill(7) }];
      const { bytes } = patch(objectFile({ ...e, machine: EM.NONE, sections, symbols: [] }), onlyKeepDebug());
      headerView(bytes, e).phoff = 64;
      const { changed, changes, notes } = patch(bytes, onlyKeepDebug());
      return [changed, changes.length, notes.map((n) => n.note)];
    });
    expect(untold).toEqual(ENCODINGS.map(() => [true, 0, ["UNTOLD"]]));
  });

  it("and every edit changes some file here, or the test above would say nothing of it", () => {
    const idle = new Set(everyEdit(readElf(FILES[0]![1])).map((w) => w.name));
    for (const [, bytes] of FILES) {
      const ways = everyEdit(readElf(bytes)).filter((w) => idle.has(w.name));
      for (const w of ways) if (told(bytes, w.edits(), { overlay: "drop" })) idle.delete(w.name);
    }

    expect([...idle]).toEqual(["nothing"]);
  });

  it("but not of dates and owners of an archive's members, which are not part of ELF", () => {
    const archive = testArchive([{ name: "a.o/", bytes: fixture("x86_64-object.o"), date: "7" }]);
    expect(told(archive, [], { deterministic: true })).toEqual([]);
    expect(told(archive, [stripDebug()], { deterministic: true })).not.toEqual([]);
  });
});
