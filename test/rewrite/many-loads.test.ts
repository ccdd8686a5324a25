import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import { Phdr } from "../../src/codec/records.js";
import type { ByteSource } from "../../src/codec/source.js";
import { check } from "../../src/check/check.js";
import { raiseAlignment } from "../../src/edit/alignment.js";
import type { Edit } from "../../src/edit/family.js";
import { addNeeded } from "../../src/edit/needed.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { addHash } from "../../src/edit/symbols.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch, plan } from "../../src/patch.js";
import { describeElf } from "../../src/report/describe.js";
import { diffElf } from "../../src/report/diff.js";
import { layoutMap } from "../../src/report/map/layout-map.js";
import { PF, PT } from "../../src/spec/constants.js";
import { onlyKeepDebug } from "../../src/strip/only-keep-debug.js";
import { stripAll } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { ENCODINGS } from "../support/elf.js";

const LONG = "/opt/elfwright/".repeat(30);

/** A file with many PT_LOADs more, each a page that maps the first bytes of the file, as an injected payload might. */
function withLoads(count: number, flags: number, options: BuildOptions): Uint8Array {
  const bytes = buildElf({ spareTags: 0, slack: 0, hash: "both", pageSize: 0x10000, ...options, nullSegments: count });
  const { header, segments } = readElf(bytes);

  segments.forEach((s, i) => {
    if (s.type !== PT.NULL) return;
    const segment = Phdr.view(viewOf(bytes), header.phoff + i * header.phentsize, header);
    const address = 0x1000_0000 + i * 0x1_0000;
    const range = { offset: 0, vaddr: address, paddr: address, filesz: 100, memsz: 100, align: 0x1000 };
    Object.assign(segment, { type: PT.LOAD, flags, ...range });
  });
  return bytes;
}

/** The steps of some work: fields that it reads of records, one by one, and bytes of the file. */
function stepsOf(bytes: Uint8Array, work: (source: ByteSource) => void): number {
  let steps = 0;
  const getters = (["getUint16", "getUint32", "getBigUint64"] as const).map((name) => {
    const real = DataView.prototype[name] as (at: number, le?: boolean) => never;
    DataView.prototype[name] = function (this: DataView, at: number, le?: boolean) {
      steps++;
      return real.call(this, at, le);
    };
    return { name, real };
  });

  try {
    work({
      size: bytes.length,
      read(offset, length) {
        steps += length;
        return bytes.subarray(offset, offset + length);
      },
    });
  } finally {
    for (const { name, real } of getters) DataView.prototype[name] = real;
  }
  return steps;
}

/** Expects that work on four times as many PT_LOADs takes about four times as many steps. */
function expectLinear(make: (count: number) => Uint8Array, work: (source: ByteSource) => void): void {
  const [few, many] = [250, 1000].map((count) => stepsOf(make(count), work));
  expect(many! / few!).toBeLessThan(5);
}

const EDITS: Readonly<Record<string, readonly Edit[]>> = {
  "a path in place": [setRunpath("libc.so.6")],
  "a long path": [setRunpath(LONG)],
  "many entries and a table": [addNeeded("liba.so", "libb.so"), setRunpath(LONG), addHash()],
  "larger pages": [raiseAlignment(65536)],
  "a strip": [stripAll()],
};

describe.each(ENCODINGS)("very many PT_LOADs ($label)", (e) => {
  const flags = { "read-only": PF.R, "with code": PF.R | PF.X, writable: PF.R | PF.W };

  for (const [kind, bits] of Object.entries(flags)) {
    const make = (count: number) => withLoads(count, bits, { ...e, sectionHeaders: kind !== "with code" });

    it.each(Object.entries(EDITS))(`${kind}: %s takes as many steps as there are`, (_, edits) => {
      const hasNothing = kind === "with code" && edits === EDITS["a strip"];
      expect(patch(make(250), edits).changed).toBe(!hasNothing);
      expectLinear(make, (source) => plan(source, edits));
    });
  }

  it("a debug file takes as many steps as there are, also with as many notes", () => {
    const note = (i: number) => ({ section: `.note.${i}`, owner: "mine", type: 1, description: new Uint8Array(4) });
    const notes = (count: number) => Array.from({ length: count }, (_, i) => note(i));
    expectLinear(
      (count) => withLoads(count, PF.R, { ...e, notes: notes(count) }),
      (source) => plan(source, onlyKeepDebug()),
    );
  });

  it("check, describe, diff and map take as many steps as there are", () => {
    const make = (count: number) => withLoads(count, PF.R, e);
    const other = readElf(make(250));
    expectLinear(make, (source) => check(readElf(source)));
    expectLinear(make, (source) => describeElf(readElf(source)));
    expectLinear(make, (source) => layoutMap(readElf(source)));
    expectLinear(make, (source) => diffElf(other, readElf(source)));
  });
});
