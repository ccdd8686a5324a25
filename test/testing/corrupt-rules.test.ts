import { describe, expect, it } from "vitest";
import { check, checkRules } from "../../src/check/check.js";
import { pageFitness, pageRules } from "../../src/check/pages.js";
import { newFindings } from "../../src/check/plan-rules.js";
import { equalBytes } from "../../src/codec/bytes.js";
import { isElfError } from "../../src/error.js";
import { EM, ET } from "../../src/spec/constants.js";
import { readElf } from "../../src/image/read-elf.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { type Corruption, corrupt, corruptions } from "../../src/testing/corrupt/corrupt.js";
import { ALL_FIXTURES as names } from "../support/all-fixtures.js";
import { caught, ENCODINGS, fixture } from "../support/elf.js";
import { RICH } from "./rich.js";

const PAGE = 16384;
const RULES = corruptions.filter((row) => row.rule !== null);

/** The rules that a corruption of the file breaks and the file does not. */
function fired(before: Uint8Array, after: Uint8Array, { pageSize }: Corruption): Set<string> {
  const [was, is] = [readElf(before), readElf(after)];
  const found = newFindings(check(was), check(is));
  if (pageSize !== null) {
    found.push(...newFindings(pageFitness(was, pageSize).problems, pageFitness(is, pageSize).problems));
  }
  return new Set(found.map((finding) => finding.rule));
}

/** The faulty file, or undefined where the file has not what the kind needs. */
function made(label: string, bytes: Uint8Array, row: Corruption): Uint8Array | undefined {
  try {
    return corrupt(bytes, row.id);
  } catch (e) {
    if (!isElfError(e, "BAD_INPUT")) throw e;
    expect(e.message, label).toContain(`${row.id} needs ${row.needs?.sentence}`);
    return undefined;
  }
}

/**
 * Asserts that the kind breaks its rule and, but for its companions, no other one. Says whether the file has what it
 * needs.
 */
function assertAlone(label: string, bytes: Uint8Array, row: Corruption): boolean {
  const before = bytes.slice();
  const faulty = made(label, bytes, row);
  if (!faulty) return false;

  const rules = fired(before, faulty, row);
  expect(rules.has(row.id), `${label}: ${row.id} among ${[...rules].join(" ")}`).toBe(true);
  const others = [...rules].filter((rule) => rule !== row.id && !row.companions.some((c) => c.rule === rule));
  expect(others, `${label}: ${row.id}`).toEqual([]);
  expect(equalBytes(bytes, before), `${label}: ${row.id} changed its input`).toBe(true);
  return true;
}

describe("kinds of rules", () => {
  it("each rule of checkRules and pageRules has a kind of its name", () => {
    const rules = [...checkRules, ...pageRules].map((rule) => rule.id);
    expect(RULES.map((row) => row.id).sort()).toEqual([...new Set(rules)].sort());
  });

  it("few rules fire with others, each for a reason", () => {
    const companions = RULES.flatMap((row) => row.companions.map((c) => `${row.id} ${c.rule}`));
    expect(companions).toEqual([
      "readable section-in-file",
      "page-congruent load-congruent",
      "page-shared load-largest-page",
    ]);
  });

  it("kinds on pages are for pages of 16 KiB", () => {
    expect(RULES.filter((row) => row.pageSize === PAGE).map((row) => row.id)).toEqual(pageRules.map((rule) => rule.id));
  });

  /** What the machine of an encoding has not. */
  const LACKING: Readonly<Record<string, readonly string[]>> = {
    "64-bit little-endian": ["mips-rld-map"],
    "64-bit big-endian": ["mips-rld-map"],
    "32-bit little-endian": ["mips-rld-map"],
    "32-bit big-endian": ["dynamic-got", "mips-rld-map"],
  };

  it.each(ENCODINGS)("break their rule alone, in programs of $label", (encoding) => {
    const bytes = buildElf({ ...encoding, ...RICH });
    const lacking = RULES.filter((row) => !assertAlone(encoding.label, bytes, row)).map((row) => row.id);
    expect(lacking.sort()).toEqual(LACKING[encoding.label]);

    for (const row of RULES) {
      expect(row.needs?.test(bytes), row.id).toBe(!lacking.includes(row.id));
      if (lacking.includes(row.id)) continue;
      expect(equalBytes(corrupt(bytes, row.id), corrupt(bytes, row.id)), `${row.id} twice`).toBe(true);
    }
  });

  it.each(ENCODINGS)("break their rule alone, in MIPS files of $label", (encoding) => {
    const bytes = buildElf({ ...encoding, ...RICH, machine: EM.MIPS });
    expect(
      assertAlone(
        "MIPS",
        bytes,
        RULES.find((row) => row.id === "mips-rld-map")!,
      ),
    ).toBe(true);
  });

  it.each(ENCODINGS)("in programs at a fixed address, libraries and static programs of $label", (encoding) => {
    const files = {
      exec: buildElf({ ...encoding, ...RICH, type: ET.EXEC }),
      library: buildElf({ ...encoding, ...RICH, soname: "libx.so.1" }),
      static: buildElf({ ...encoding, type: ET.EXEC, dynamic: false }),
      noSections: buildElf({ ...encoding, ...RICH, sectionHeaders: false }),
      object: buildElf({ ...encoding, type: ET.REL }),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const made = RULES.filter((row) => assertAlone(`${name} ${encoding.label}`, bytes, row));
      expect(made.length, name).toBeGreaterThan(name === "object" ? 5 : 20);
    }
  });

  it.each(names)("in what a linker made: %s", (name) => {
    const bytes = fixture(name);
    const made = RULES.filter((row) => assertAlone(name, bytes, row));
    expect(made.length).toBeGreaterThan(name.endsWith(".o") ? 5 : 30);
  });

  it("every rule is broken in a file that a linker made", () => {
    const left = new Set(RULES.map((row) => row.id));
    for (const name of ["aarch64-glibc-lib.so", "powerpc-glibc-exec", "x86_64-glibc-pie", "mips64el-glibc-pie"]) {
      for (const row of RULES) if (left.has(row.id) && (row.needs?.test(fixture(name)) ?? true)) left.delete(row.id);
    }
    expect([...left]).toEqual([]);
  });
});

describe("corrupt", () => {
  it("refuses what is no file, and a kind that there is not", () => {
    expect(caught(() => corrupt(7 as never, "empty")).code).toBe("BAD_INPUT");
    expect(caught(() => corrupt(buildElf(), "no-such-kind" as never)).message).toContain("no-such-kind");
    expect(caught(() => corrupt(buildElf(), "toString" as never)).code).toBe("BAD_INPUT");
    expect(caught(() => corrupt(new Uint8Array(3), "load-order")).code).toBe("NOT_ELF");
  });

  it("takes a Buffer, which it does not write to, and a source", () => {
    const buffer = Buffer.from(buildElf());
    const faulty = corrupt(buffer, "wrong-magic");
    expect(buffer[0]).toBe(0x7f);
    expect(faulty[0]).toBe(0x7e);
    const source = { size: buffer.length, read: (at: number, length: number) => buffer.subarray(at, at + length) };
    expect(equalBytes(corrupt(source, "wrong-magic"), faulty)).toBe(true);
  });

  it("lists each kind once, with what it is and what it needs, and nobody can change the list", () => {
    const ids = corruptions.map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const row of corruptions) {
      expect(row.sentence, row.id).toMatch(/^[a-zA-Z].+\.$/);
      if (row.needs) expect(row.needs.sentence, row.id).toMatch(/^[a-zA-Z\d].*[^.]$/);
    }
    expect(Object.isFrozen(corruptions) && Object.isFrozen(corruptions[0])).toBe(true);
  });
});
