import { describe, expect } from "vitest";
import { check } from "../../../src/check/check.js";
import { encodeText, equalBytes } from "../../../src/codec/bytes.js";
import { readElf } from "../../../src/image/read-elf.js";
import { PF, PT, SHF, SHT, STB, STT } from "../../../src/spec/constants.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";
import { type BuildMachine, buildMachines } from "../../../src/testing/machines.js";
import { BuiltFolder } from "../../support/built.js";
import { itWithTools, run } from "../../support/tools.js";

const folder = new BuiltFolder();

const TARGETS = buildMachines().flatMap(({ name: machine, classes, byteOrders }) =>
  classes.flatMap((elfClass) => byteOrders.map((byteOrder) => ({ machine, class: elfClass, byteOrder }))),
);

/** Machines that elfutils has no backend for: it knows neither their e_machine nor their e_flags. */
const UNKNOWN_TO_ELFUTILS: readonly BuildMachine[] = ["mips", "mipsel", "mips64", "mips64el", "loongarch64", "hppa"];

const RICH: BuildOptions = {
  needed: ["libc.so.6", "libm.so.6"],
  runpath: "$ORIGIN/../lib",
  symbols: [
    { name: "puts", defined: false, version: "V1" },
    { name: "f" },
    { name: "old", hidden: true, version: "X1" },
    { name: "weak", binding: STB.WEAK, version: "X2" },
    { name: "table", type: STT.OBJECT },
    { name: "local", binding: STB.LOCAL },
  ],
  versionNeeds: [{ file: "libc.so.6", versions: ["V1", "V2"], weak: ["V2"] }],
  versions: [{ name: "X1" }, { name: "X2", parents: ["X1"] }],
  // Whoever made the file: a note that every tool knows.
  notes: [{ section: ".note.gnu.gold-version", owner: "GNU", type: 4, description: encodeText("gold 1.16\0") }],
  sections: [
    { name: ".rodata", flags: SHF.ALLOC, bytes: encodeText("constants"), align: 8 },
    { name: ".tdata", flags: SHF.ALLOC | SHF.WRITE | SHF.TLS, bytes: encodeText("variables"), align: 4 },
    { name: ".bss.more", type: SHT.NOBITS, flags: SHF.ALLOC | SHF.WRITE, size: 100, align: 32 },
  ],
  segments: [{ type: PT.TLS, flags: PF.R, sections: ".tdata" }],
};

const KINDS: Readonly<Record<string, BuildOptions>> = {
  "a program": RICH,
  "a program at a fixed address": { ...RICH, type: "exec", got: true },
  "a library": { ...RICH, soname: "libx.so.1", rpath: "/opt/lib", runpath: null },
  "a static program": { type: "exec", dynamic: false },
  "a file of little room": { ...RICH, slack: 64, text: new Uint8Array(4) },
  "an object": { type: "rel", symbols: [{ name: "f" }, { name: "g", defined: false }], debugInfo: 0 },
  "a core file": { type: "core" },
  "without section headers": { ...RICH, sectionHeaders: false },
  "with its section headers first": { ...RICH, sectionTable: "start" },
};

describe.each(TARGETS)("$machine, $class bits, $byteOrder-endian", (target) => {
  for (const [kind, options] of Object.entries(KINDS)) {
    itWithTools(["readelf", "eu-elflint"], `${kind}: readelf, eu-elflint and check say nothing`, () => {
      const asked: BuildOptions = { ...target, ...options };
      const bytes = buildElf(asked);
      expect(equalBytes(buildElf(asked), bytes)).toBe(true);
      expect(check(readElf(bytes))).toEqual([]);

      const path = folder.put("file", bytes);
      // Its exit status is not asked: without sections, it looks for the unwinding tables of some machines in vain.
      const { stdout, stderr } = run("readelf", ["-aW", path]);
      expect(stderr).toBe("");
      expect(stdout).not.toMatch(/warning|error|<unknown|<corrupt|out of range/i);

      if (UNKNOWN_TO_ELFUTILS.includes(target.machine)) return;
      expect(run("eu-elflint", ["--gnu-ld", path]).stdout).toBe("No errors\n");
    });
  }
});
