import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { Phdr } from "../../src/codec/records.js";
import { viewOf } from "../../src/codec/bytes.js";
import { headerView } from "../../src/image/headers/header.js";
import { readElf } from "../../src/image/read-elf.js";
import { DF_1, EM, ET, PF, PT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";

/** What is said of e_entry, when it is this address, or the start of the first PT_LOAD with these flags. */
function saidOf(options: BuildOptions, entry: number | { readonly flags: number }, physical = 0): string[] {
  const bytes = buildElf(options);
  const { header, segments } = readElf(bytes);
  const isWanted = (flags: number) => typeof entry !== "number" && flags === entry.flags;
  const load = segments.find((s) => s.type === PT.LOAD && isWanted(s.flags));
  headerView(bytes, header).setExact("entry", typeof entry === "number" ? BigInt(entry) : load!.exact("vaddr"));

  for (const i of segments.keys()) {
    const view = Phdr.view(viewOf(bytes), header.phoff + i * header.phentsize, header);
    if (view.type === PT.LOAD && physical > 0)
      view.setExact("paddr", (view.exact("vaddr") % 0x400000n) + BigInt(physical));
  }
  return check(readElf(bytes))
    .filter((f) => f.rule === "entry-executable")
    .map((f) => f.message);
}

const DATA = { flags: PF.R | PF.W };
const CODE = { flags: PF.R | PF.X };

const STATIC_PIE: BuildOptions = {
  interpreter: null,
  needed: [],
  entry: true,
  tags: [{ tag: DT.FLAGS_1, value: DF_1.PIE }],
};

const ENCODINGS: readonly BuildOptions[] = [
  {},
  { byteOrder: "big" },
  { class: 32 },
  { class: 32, byteOrder: "big" },
  { machine: EM.AARCH64 },
];

describe("entry-executable", () => {
  it.each(ENCODINGS)("holds for programs of every kind: %j", (encoding) => {
    for (const kind of [{}, { type: ET.EXEC }, { type: ET.EXEC, dynamic: false }, STATIC_PIE]) {
      const options = { ...encoding, ...kind };
      expect(saidOf(options, CODE)).toEqual([]);
      expect(saidOf(options, DATA)).toEqual([expect.stringMatching(/^0x\w+ lies in PT_LOAD 0x\w+, which is not exec/)]);
      expect(saidOf(options, 0x7ffffff)).toEqual(["0x7ffffff lies in no PT_LOAD"]);
    }
  });

  it("says nothing of libraries, whatever their e_entry is", () => {
    for (const entry of [0, 0x7ffffff, DATA]) {
      expect(saidOf({ soname: "liba.so" }, entry)).toEqual([]);
      expect(saidOf({ soname: "liba.so", interpreter: "/lib64/ld-linux-x86-64.so.2" }, entry)).toEqual([]);
    }
  });

  it("takes 0 for no entry point, but in what is a program for sure", () => {
    expect(saidOf({ type: ET.EXEC, dynamic: false }, 0)).toEqual([]);
    expect(saidOf({ type: ET.EXEC }, 0)).toEqual(["0x0 lies in no PT_LOAD"]);
    expect(saidOf({}, 0)).toEqual([expect.stringContaining("not executable")]);
  });

  it("takes the physical address of a kernel or a boot loader", () => {
    const kernel = { type: ET.EXEC, dynamic: false, base: 0xffffffff81000000n };
    expect(saidOf(kernel, 0x1001000, 0x1000000)).toEqual([]);
    expect(saidOf(kernel, 0x9001000, 0x1000000)).toEqual(["0x9001000 lies in no PT_LOAD"]);
    expect(saidOf({ type: ET.EXEC }, 0x1001000, 0x1000000)).toEqual(["0x1001000 lies in no PT_LOAD"]);
  });

  it("takes a function descriptor, which is data, on machines that have them", () => {
    const ppc64 = { machine: EM.PPC64, byteOrder: "big" as const };
    expect(saidOf({ ...ppc64, flags: 1 }, DATA)).toEqual([]);
    expect(saidOf({ ...ppc64, flags: 2 }, DATA)).toHaveLength(1);
    expect(saidOf({ machine: EM.IA_64 }, DATA)).toEqual([]);
    expect(saidOf({ machine: EM.PARISC, class: 32, byteOrder: "big" }, DATA)).toEqual([]);
  });

  it("takes what can be read for executable in 32-bit files without PT_GNU_STACK, as Linux does", () => {
    expect(saidOf({ class: 32, stackFlags: null }, DATA)).toEqual([]);
    expect(saidOf({ class: 32, stackFlags: null }, 0x7ffffff)).toHaveLength(1);
    expect(saidOf({ stackFlags: null }, DATA)).toHaveLength(1);
    expect(saidOf({ class: 32, machine: EM.RISCV, stackFlags: null }, DATA)).toHaveLength(1);
  });

  it("takes the whole page in which a PT_LOAD begins or ends", () => {
    const bytes = buildElf({ slack: 0 });
    const code = readElf(bytes).segments.find((s) => s.type === PT.LOAD && s.flags & PF.X)!;
    const end = code.vaddr + code.memsz;
    expect(end % 0x1000).not.toBe(0);
    expect(saidOf({ slack: 0 }, end + 0x10)).toEqual([]);
  });
});
