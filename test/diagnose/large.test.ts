import { expect, it } from "vitest";
import type { ByteSource } from "../../src/codec/source.js";
import { diagnose } from "../../src/diagnose/diagnose.js";
import { EM, ET, PF, PT, readElf } from "../../src/index.js";
import { tables } from "../../src/targets/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { counting, ENCODINGS, phdr, sparse } from "../support/elf.js";

const SIZE = 2.5 * 2 ** 30;
const MIB = 1 << 20;

const latin1 = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0));

/** A static program whose last PT_LOAD has 2.5 GB in the file. */
function large(
  flags: number,
  options: BuildOptions,
  texts: readonly (readonly [at: number, text: string])[],
): ByteSource {
  const head = buildElf({ type: ET.EXEC, dynamic: false, interpreter: null, comment: null, bss: 0, ...options });
  const { segments } = readElf(head);
  const last = segments.filter((s) => s.type === PT.LOAD).length - 1;
  const load = phdr(head, PT.LOAD, last);
  load.flags = flags;
  load.filesz = load.memsz = SIZE - load.offset;
  return sparse(SIZE, [{ at: 0, bytes: head }, ...texts.map(([at, text]) => ({ at, bytes: latin1(text) }))]);
}

it.each([
  ["constants", PF.R],
  ["data", PF.R | PF.W],
  ["code and constants in one", PF.R | PF.X],
])("of 2.5 GB of %s, the two ends are searched", (_, flags) => {
  for (const sections of [true, false]) {
    const source = counting(large(flags, { sectionHeaders: sections }, []));
    expect(diagnose(readElf(source), { tables }).libc).toBe("unknown");
    // Two searches at most: for runtimes, and for what a static glibc loads.
    expect(source.bytes).toBeLessThan(140 * MIB);
  }
});

it.each(ENCODINGS)("a text at either end is found ($label)", ({ label: _, ...e }) => {
  if (e.class === 32) return;

  for (const at of [MIB, SIZE - MIB]) {
    const source = large(PF.R, e, [[at, "GLIBC_TUNABLES\0glibc.malloc.check\0"]]);
    expect(diagnose(readElf(source), { tables }).libc).toBe("glibc");
  }
});

it("a static program of glibc without symbols, too", () => {
  const note = { section: ".note.ABI-tag", owner: "GNU", type: 1, description: new Uint8Array(16) };
  const options: BuildOptions = { machine: EM.X86_64, notes: [note], symtab: false, sectionHeaders: false };
  const source = counting(large(PF.R, options, [[SIZE - MIB, "/etc/nsswitch.conf\0"]]));
  const { libc, findings } = diagnose(readElf(source), { tables });
  expect([libc, findings.map((f) => f.rule)]).toEqual(["glibc", expect.arrayContaining(["static-glibc-loads"])]);
  expect(source.bytes).toBeLessThan(200 * MIB);
});
