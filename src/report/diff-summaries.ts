import type { ElfFile } from "../image/elf.js";
import { type Change, changed, type ChangeValue } from "./change.js";
import { describeRelocations, describeSecurity, type SecurityDescription } from "./summaries.js";
import { Tolerant } from "../image/tolerant.js";

/** How many relocations of each type there are. */
export function* diffRelocations(before: ElfFile, after: ElfFile): Generator<Change> {
  const count = (elf: ElfFile): ReadonlyMap<string, number> => {
    const t = new Tolerant();
    const r = t.part(() => describeRelocations(elf, t));
    return new Map([...Object.entries(r?.types ?? {}), ...(r && r.relr > 0 ? [["RELR", r.relr] as const] : [])]);
  };
  const a = count(before);
  const b = count(after);

  for (const name of new Set([...a.keys(), ...b.keys()])) {
    yield* changed({ at: "relocations", name }, a.get(name) ?? null, b.get(name) ?? null);
  }
}

/** The facts of a {@link SecurityDescription}, each a plain value; search paths and alignment are told elsewhere. */
function facts(s: SecurityDescription | null): Readonly<Record<string, ChangeValue>> {
  if (!s) return {};
  return {
    relro: s.relro,
    bindNow: s.bindNow,
    pie: s.pie,
    executableStack: s.stack.executable,
    writableExecutableSegments: s.writableExecutable.length,
    textRelocations: s.textRelocations,
    canary: s.canary,
    fortified: s.fortify && s.fortify.fortified.join(" "),
    fortifiable: s.fortify && s.fortify.fortifiable.join(" "),
    ...s.cet,
    ...s.branchProtection,
    cfi: s.cfi,
    safeStack: s.safeStack,
    stripped: s.stripped,
    debugInfo: s.debugInfo,
  };
}

export function* diffSecurity(before: ElfFile, after: ElfFile): Generator<Change> {
  const read = (elf: ElfFile) => facts(new Tolerant().part(() => describeSecurity(elf)));
  const a = read(before);
  const b = read(after);
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    yield* changed({ at: "security", name }, a[name] ?? null, b[name] ?? null);
  }
}
