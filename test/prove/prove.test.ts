import { describe, expect, it } from "vitest";
import type { Encoding } from "../../src/codec/encoding.js";
import type { Edits } from "../../src/edit/asked.js";
import {
  addDebugLink,
  addHash,
  addNeeded,
  clearSymbolVersion,
  discardLocals,
  dropSectionHeaders,
  onlyKeepDebug,
  raiseAlignment,
  removeNeeded,
  removeSections,
  setExecstack,
  setFlags,
  setGnuStackSize,
  setInterpreter,
  setOsAbi,
  setRunpath,
  stripAll,
  stripDebug,
  stripUnneeded,
} from "../../src/index.js";
import { readElf } from "../../src/image/read-elf.js";
import { plan } from "../../src/patch.js";
import { type Piece, slicePiece } from "../../src/pieces/pieces.js";
import { EM, ET } from "../../src/spec/constants.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, ENCODINGS } from "../support/elf.js";
import { squeezed } from "../support/realign.js";
import { planned, proveAs, proveWith } from "../support/proved.js";
import { Damaged, found } from "../verify/damaged.js";
import { GROWN, HUGE, IN_PLACE, LONG, MOVED, RENAMED, richFile, SMALL } from "./rich.js";

const WAYS: Readonly<Record<string, () => Edits>> = {
  "tables that stay": IN_PLACE,
  "a table that grows": GROWN,
  "a new segment": MOVED,
  "an interpreter": () => setInterpreter("/opt/ld.so"),
  "a long interpreter": () => setInterpreter(`${LONG}ld.so`),
  "symbols renamed": RENAMED,
  "a new hash table": () => [addHash(), RENAMED()],
  "versions cleared": () => clearSymbolVersion("malloc"),
  "a library gone": () => removeNeeded("libm.so.6", { uses: "drop" }),
  "libraries in front": () => addNeeded(["liba.so.1", "libb.so.1"], { first: true }),
  "another ABI": () => setOsAbi("GNU"),
  "a stack": () => [setExecstack(true), setGnuStackSize(1 << 20)],
  flags: () => setFlags("DF_BIND_NOW", "DF_1_NOW"),
  "larger pages": () => raiseAlignment(65536),
  "larger pages and a new segment": () => [raiseAlignment(16384), MOVED()],
  stripDebug: () => stripDebug(),
  stripUnneeded: () => stripUnneeded(),
  stripAll: () => [stripAll(), addDebugLink("self.debug", 0x12345678)],
  discardLocals: () => discardLocals(),
  "a loaded section gone": () => removeSections(".note.own", { force: true }),
  "a loaded section zeroed": () => removeSections(".note.own", { force: true, zero: true }),
  "no section headers": () => dropSectionHeaders(),
  "a debug file": () => onlyKeepDebug(),
  "all at once": () => [
    MOVED(),
    RENAMED(),
    stripUnneeded(),
    removeNeeded("libm.so.6", { uses: "drop" }),
    setInterpreter(LONG),
  ],
};

type Shape = (e: Encoding) => Uint8Array;

const shaped =
  (options: BuildOptions): Shape =>
  (e) =>
    richFile(e, { ...SMALL, ...options });

const SHAPES: Readonly<Record<string, Shape>> = {
  "a library": shaped({}),
  "a program": shaped({ type: ET.EXEC, soname: null }),
  "no section headers": shaped({ sectionHeaders: false }),
  "headers behind the program headers": shaped({ sectionTable: "start" }),
  "DT_GNU_HASH alone": shaped({ hash: "gnu" }),
  "DT_HASH alone": shaped({ hash: "sysv" }),
  "no slack": shaped({ slack: 0, headerGap: 0 }),
  "no RELRO": shaped({ relro: false }),
  "a large .bss": shaped({ bss: 0x12345 }),
  "no stack": shaped({ stackFlags: null }),
  "an overlay": shaped({ overlay: Uint8Array.of(9, 8, 7, 6, 5) }),
  MIPS: shaped({ machine: EM.MIPS }),
  "a section name without its end": (e) => {
    const file = new Damaged(Buffer.from(richFile(e, SMALL)));
    file.section(".shstrtab").size -= 3;
    return file.bytes;
  },
  "whole pages": (e) => richFile(e, {}),
  "offsets for small pages": (e) => squeezed(richFile(e, { pageSize: 65536 })),
};

/** What these need sections for, or pages that are set apart, and what cannot stand behind an overlay. */
const isPossible = (shape: string, way: string): boolean =>
  !(shape === "no section headers" && /strip|discard|section|debug/.test(way)) &&
  (shape === "offsets for small pages" || !/pages/.test(way)) &&
  !(shape === "no stack" && way === "a stack");

describe.each(ENCODINGS)("$label: what an edit asks for is no fault", (e) => {
  it.each(Object.keys(SHAPES))("%s", (shape) => {
    const file = SHAPES[shape]!(e);
    const options = { overlay: "drop" } as const;
    for (const [way, edits] of Object.entries(WAYS)) {
      if (!isPossible(shape, way)) continue;

      const first = plan(file, edits(), options);
      expect([way, first.changed]).toEqual([way, true]);
      // What a patch has made is patched once more: a segment that it has appended grows.
      if (way !== "a debug file") plan(first, [setRunpath(`${HUGE}/more`), setInterpreter(`${LONG}/more`)], options);
    }
  });
});

describe.each(ENCODINGS)("$label: pieces from other places", (e) => {
  const made = planned(richFile(e), MOVED());
  const code = found(made.before.sections.find((s) => s.name === ".text")).header;
  const index = made.pieces.findIndex((p) => p.at <= code.offset && code.offset < p.at + p.size);
  const piece = made.pieces[index]!;
  const skip = code.offset - piece.at;

  /** The pieces, with others in the place of the one that has the code, from the code on. */
  const faulty = (...parts: readonly Piece[]): Piece[] => [
    ...made.pieces.slice(0, index),
    slicePiece(piece, 0, skip),
    ...parts,
    ...made.pieces.slice(index + 1),
  ];
  const rest = slicePiece(piece, skip, piece.size - skip);

  it.each([
    ["a piece that is shifted", [{ ...rest, from: (rest as { from: number }).from + 1 }]],
    [
      "a piece that is cut",
      [slicePiece(rest, 0, 20), { ...rest, kind: "zero", at: rest.at + 20, size: rest.size - 20 }],
    ],
    ["zeros", [{ kind: "zero", at: rest.at, size: rest.size }]],
  ] as [string, Piece[]][])("%s", (_, parts) => {
    proveAs(made, faulty(rest));
    const at = `0x${code.addr.toString(16)}`;
    const error = caught(() => proveAs(made, faulty(...parts)));
    expect(error.detail).toEqual({ rules: expect.arrayContaining(["prove-memory"]) as string[] });
    expect(error.message).toMatch(new RegExp(`${at.slice(0, -2)}[0-9a-f]+: \\d+ bytes of memory differ`));
  });

  it("the same bytes from another place are no fault", () => {
    const bytes = made.bytes.subarray(rest.at, rest.at + rest.size);
    proveAs(made, faulty({ kind: "bytes", at: rest.at, size: rest.size, bytes }));
  });
});

describe.each(ENCODINGS)("$label: every byte of what is loaded and no table", (e) => {
  it.each(["a table that grows", "a new segment", "symbols renamed", "stripUnneeded", "no section headers"])(
    "%s",
    (way) => {
      const made = planned(richFile(e), WAYS[way]!());
      for (const name of [".text", ".data"]) {
        const section = made.before.sections.find((s) => s.name === name)?.header;
        for (let at = 0; at < (section?.size ?? 0); at++) {
          const address = section!.addr + at;
          const offset = found(readElf(made.bytes).offsetOf(BigInt(address)));
          const error = caught(() => proveWith(made, (output) => output.flip(offset)));
          expect([name, at, error.message.includes(`0x${address.toString(16)}: `)]).toEqual([name, at, true]);
        }
      }
    },
  );
});
