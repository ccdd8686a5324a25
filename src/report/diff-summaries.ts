import type { ElfFile } from "../image/elf.js";
import { Tolerant } from "../image/tolerant.js";
import { type Change, changed, type ChangeValue } from "./change.js";
import { describeRelocations, describeSecurity, type SecurityDescription } from "./summaries.js";

/** Compares how many relocations of each type there are. */
export function* diffRelocations(before: ElfFile, after: ElfFile): Generator<Change> {
  const old = relocationsByType(before);
  const now = relocationsByType(after);
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    yield* changed({ at: "relocations", name }, old.get(name) ?? null, now.get(name) ?? null);
  }
}

function relocationsByType(elf: ElfFile): ReadonlyMap<string, number> {
  const tolerant = new Tolerant();
  const summary = tolerant.part(() => describeRelocations(elf, tolerant));
  const counts = new Map(Object.entries(summary?.types ?? {}));
  if (summary && summary.relr > 0) counts.set("RELR", summary.relr);
  return counts;
}

export function* diffSecurity(before: ElfFile, after: ElfFile): Generator<Change> {
  const old = securityFacts(before);
  const now = securityFacts(after);
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    yield* changed({ at: "security", name }, old[name] ?? null, now[name] ?? null);
  }
}

const securityFacts = (elf: ElfFile): Readonly<Record<string, ChangeValue>> =>
  facts(new Tolerant().part(() => describeSecurity(elf)));

/**
 * The facts of a {@link SecurityDescription}, each a plain value. Search paths and alignment are compared elsewhere.
 */
function facts(security: SecurityDescription | null): Readonly<Record<string, ChangeValue>> {
  if (!security) return {};

  const { fortify } = security;
  return {
    relro: security.relro,
    bindNow: security.bindNow,
    pie: security.pie,
    executableStack: security.stack.executable,
    writableExecutableSegments: security.writableExecutable.length,
    textRelocations: security.textRelocations,
    canary: security.canary,
    fortified: fortify && fortify.fortified.join(" "),
    fortifiable: fortify && fortify.fortifiable.join(" "),
    ...security.cet,
    ...security.branchProtection,
    cfi: security.cfi,
    safeStack: security.safeStack,
    stripped: security.stripped,
    debugInfo: security.debugInfo,
  };
}
