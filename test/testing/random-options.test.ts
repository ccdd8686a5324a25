import { expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { equalBytes } from "../../src/codec/bytes.js";
import { readElf } from "../../src/image/read-elf.js";
import { ET, SHF, STB, STT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { buildMachines } from "../../src/testing/machines.js";
import { random } from "../support/mutants.js";

const TYPES = { dyn: ET.DYN, exec: ET.EXEC } as const;

class Chooser {
  readonly below = random(17);

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  chance(of: number): boolean {
    return this.below(1000) < 1000 * of;
  }
}

/** Options that do not contradict each other. */
function randomOptions(r: Chooser): BuildOptions & { readonly type: keyof typeof TYPES } {
  const { name: machine, classes, byteOrders } = r.pick(buildMachines());
  const text = (): string => r.pick(["a", "lib", "opt", "x86", "$ORIGIN", "ö"]) + r.below(1000);
  const path = (): string | null => (r.chance(0.5) ? Array.from({ length: r.below(4) }, text).join("/") || "/" : null);
  const texts = (): string[] => [...new Set(Array.from({ length: r.below(5) }, text))];
  const needs = texts().map((file) => ({ file, versions: texts().map((v) => `${file}_${v}`) }));
  const versionNeeds = needs.filter((n) => n.versions.length > 0);
  const versions = texts().map((v) => ({ name: `OWN_${v}` }));
  const needed = versionNeeds.flatMap((n) => n.versions);

  const symbols = texts().map((name) => {
    const defined = r.chance(0.7);
    const names = defined ? versions.map((v) => v.name) : needed;
    const type = r.pick([STT.FUNC, STT.OBJECT]);
    const binding = defined && r.chance(0.2) ? STB.LOCAL : r.pick([STB.GLOBAL, STB.WEAK]);
    const isVersioned = binding !== STB.LOCAL && names.length > 0 && r.chance(0.5);
    return { name, defined, type, binding, ...(isVersioned && { version: r.pick(names) }) };
  });
  const sections = texts().map((name) => ({
    name: `.own.${name}`,
    flags: r.pick([SHF.ALLOC, SHF.ALLOC | SHF.WRITE]),
    align: r.pick([1, 2, 8, 16]),
    bytes: new Uint8Array(1 + r.below(100)).fill(7),
  }));

  const type = r.pick(["dyn", "exec"] as const);
  return {
    machine,
    class: r.pick(classes),
    byteOrder: r.pick(byteOrders),
    type,
    interpreter: type === "exec" || r.chance(0.5) ? `/lib/${text()}` : null,
    needed: [...new Set([...texts(), ...versionNeeds.map((n) => n.file)])],
    soname: type === "dyn" && r.chance(0.5) ? text() : null,
    runpath: path(),
    rpath: path(),
    symbols,
    versions,
    versionNeeds,
    sections,
    hash: r.pick(["gnu", "sysv", "both"]),
    got: r.chance(0.3),
    spareTags: r.below(8),
    headerGap: 8 * r.below(9),
    nullSegments: r.below(3),
    dynstrLast: r.chance(0.3),
    sectionHeaders: r.chance(0.7),
    sectionTable: r.pick(["end", "start"]),
    bss: r.below(3) * 16,
    debugInfo: r.below(3) * 10,
    comment: r.chance(0.5) ? text() : null,
    overlay: new Uint8Array(r.below(2) * 33).fill(1),
  };
}

/** What the reader has to say of a file of these options. */
function expectAsAsked(bytes: Uint8Array, o: ReturnType<typeof randomOptions>): void {
  const elf = readElf(bytes);
  const { header } = elf;
  const symbols = (o.symbols ?? []).map((s) => s.name).sort();
  const dynamic = (o.symbols ?? []).filter((s) => s.binding !== STB.LOCAL).map((s) => s.name);

  expect([header.class, header.littleEndian, header.type]).toEqual([o.class, o.byteOrder === "little", TYPES[o.type]]);
  expect([elf.interpreter, elf.soname, elf.runpath, elf.rpath]).toEqual([o.interpreter, o.soname, o.runpath, o.rpath]);
  expect(elf.needed).toEqual(o.needed);
  expect(
    [...elf.dynamicSymbols!]
      .map((s) => s.name)
      .filter((n) => n !== "")
      .sort(),
  ).toEqual(dynamic.sort());
  expect(elf.versionNeeds.map((n) => [n.file, n.versions.map((v) => v.name)])).toEqual(
    o.versionNeeds!.map((n) => [n.file, n.versions]),
  );
  expect(elf.versionDefinitions.map((d) => d.names[0]).slice(1)).toEqual(o.versions!.map((v) => v.name));
  expect(elf.overlay?.size ?? 0).toBe(o.overlay!.length);

  if (!o.sectionHeaders) {
    expect(elf.sections).toEqual([]);
    return;
  }
  const names = [...elf.symbols!].map((s) => s.name);
  expect(symbols.filter((n) => !names.includes(n))).toEqual([]);
  for (const { name, bytes: content, flags } of o.sections!) {
    const h = elf.sections.find((s) => s.name === name)!.header;
    expect([h.flags, elf.source.read(h.offset, h.size)]).toEqual([flags, content]);
  }
}

it("2,000 random sets of options build files that check accepts, and that are read back as asked", () => {
  const chooser = new Chooser();
  for (let i = 0; i < 2000; i++) {
    const options = randomOptions(chooser);
    const bytes = buildElf(options);
    try {
      expect(check(readElf(bytes))).toEqual([]);
      expectAsAsked(bytes, options);
      expect(equalBytes(buildElf(options), bytes)).toBe(true);
    } catch (e) {
      throw new Error(`set ${i}: ${JSON.stringify({ ...options, sections: options.sections!.length })}`, { cause: e });
    }
  }
}, 120_000);
