import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import type { Edit } from "../../src/edit/family.js";
import { raiseAlignment } from "../../src/edit/alignment.js";
import { setExecstack } from "../../src/edit/execstack.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { addNeeded } from "../../src/edit/needed.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { addHash } from "../../src/edit/symbols.js";
import { readElf } from "../../src/image/read-elf.js";
import { type PatchResult, patch } from "../../src/patch.js";
import { EM, PT, SHF } from "../../src/spec/constants.js";
import { stripAll } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught } from "../support/elf.js";

const LONG = "/opt/elfwright/".repeat(30);
const HUGE = "/opt/elfwright/".repeat(600);
const NEEDED = ["liba.so", "libb.so", "libc.so", "libd.so", "libe.so", "libf.so", "libg.so", "libh.so"];

const WISHES: Readonly<Record<string, readonly Edit[]>> = {
  "a long path": [setRunpath(LONG)],
  "a huge path": [setRunpath(HUGE)],
  "many entries": [addNeeded(NEEDED), setRunpath(LONG)],
  "a long interpreter, and more": [setInterpreter(LONG), addNeeded(NEEDED), addHash(), setExecstack(false)],
  "with a strip": [setRunpath(HUGE), stripAll()],
  "larger pages": [raiseAlignment(65536), setRunpath(HUGE)],
};

const FILES: Readonly<Record<string, BuildOptions>> = {
  "as GNU ld has it": {},
  "without slack": { slack: 0, spareTags: 0 },
  "without section headers": { slack: 0, sectionHeaders: false },
  "with an own note behind the headers": {
    slack: 0,
    buildId: null,
    notes: [{ section: ".note.x", owner: "mine", type: 1, description: new Uint8Array(64) }],
  },
  "of ia64": { machine: EM.IA_64 },
};

/** All that placing says, with addresses that count from a base. */
function told({ bytes, plan, notes }: PatchResult, base: bigint) {
  const elf = readElf(bytes);
  const placements = plan.placements.map((p) => ({ ...p, address: BigInt(p.address) - base, why: "" }));
  const segments = elf.segments.map((s) => {
    const isMapped = s.exact("vaddr") > 0n || s.type === PT.LOAD;
    return [s.type, s.flags, s.offset, s.exact("vaddr") - (isMapped ? base : 0n), s.filesz, s.memsz, s.align];
  });
  const sections = elf.sections.map(({ name, header: h }) => {
    const isLoaded = (h.flags & SHF.ALLOC) !== 0;
    return [name, h.type, h.exact("addr") - (isLoaded ? base : 0n), h.offset, h.size];
  });
  return { placements, segments, sections, notes: notes.map((n) => n.note), size: bytes.length };
}

describe.each([0x4000_0000_0000_0000n, 0xffff_ffff_8100_0000n])("addresses from 0x%o on", (base) => {
  for (const [kind, options] of Object.entries(FILES)) {
    it.each(Object.entries(WISHES))(`a file ${kind}, growing by %s, is laid out as at low addresses`, (_, edits) => {
      for (const littleEndian of [true, false]) {
        const build = (at: bigint | number) =>
          buildElf({ ...options, class: 64, byteOrder: littleEndian ? "little" : "big", base: at });
        const attempt = (at: bigint | number) => {
          try {
            return patch(build(at), edits);
          } catch (e) {
            return (e as Error).message.slice(0, 60);
          }
        };
        const low = attempt(0x10000);
        const high = attempt(base);
        if (typeof low === "string" || typeof high === "string") {
          expect(high).toBe(low);
          continue;
        }

        expect(told(high, base)).toEqual(told(low, 0x10000n));
        expect(check(readElf(high.bytes)).filter((f) => f.severity === "error")).toEqual([]);
        expect(patch(high.bytes, edits).changed).toBe(false);
      }
    });
  }
});

it.each([32, 64] as const)("nothing is put behind the last address there is (%i bits)", (bits) => {
  const options = { class: bits, slack: 0, machine: bits === 32 ? EM["386"] : EM.X86_64 };
  const last = readElf(buildElf(options)).segments.findLast((s) => s.type === PT.LOAD)!;
  const pages = BigInt(Math.ceil((last.vaddr + last.memsz) / 0x1000));
  for (const spare of [0n, 1n]) {
    const top = buildElf({ ...options, base: (1n << BigInt(bits)) - (pages + spare) * 0x1000n });
    const message = caught(() => patch(top, [setRunpath(HUGE)])).message;
    expect(message).toMatch(/^NO_ROOM: .*address space above the last segment is too small/);
  }
});
