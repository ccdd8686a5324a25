import { viewOf } from "../../codec/bytes.js";
import { Verdaux, Verdef, Vernaux, Verneed } from "../../codec/records.js";
import type { Struct, View } from "../../codec/struct.js";
import { readExactly } from "../../codec/source.js";
import { fail, hex } from "../../error.js";
import type { RecordFields } from "../../spec/records.js";
import { VERSYM } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { ElfFile, NeededVersion, VersionDefinition, VersionNeed } from "../elf.js";
import { NameBudget } from "../strings.js";

/** Version numbers have 15 bits, so that more records than this say nothing. */
const MOST = 0x8000;

class Walk {
  readonly elf: ElfFile;
  readonly #budget: NameBudget;
  #left = MOST;

  constructor(elf: ElfFile) {
    this.elf = elf;
    this.#budget = new NameBudget(elf.dynamic?.strings);
  }

  record<F extends RecordFields>(type: Struct<F>, at: number, what: string): View<F> {
    if (--this.#left < 0) fail("MALFORMED", `${what} has more than ${MOST} records`, { offset: at });
    const h = this.elf.header;
    return type.view(viewOf(readExactly(this.elf.source, at, type.size(h.class), what)), 0, h);
  }

  name(offset: number): string {
    const { strings, offset: dynamicOffset } = this.elf.dynamic!;
    if (!strings) {
      fail("MALFORMED", "version records name strings, but the file has no .dynstr", { offset: dynamicOffset });
    }
    return this.#budget.spend(strings.at(offset));
  }

  start(tag: number): number | undefined {
    const { dynamic } = this.elf;
    const address = dynamic?.get(tag);
    if (!dynamic || address === undefined || address === 0n) return undefined;

    const at = this.elf.offsetOf(address, 1);
    if (at === undefined) {
      fail("MALFORMED", `the version table at address ${hex(address)} is not in the file`, { offset: dynamic.offset });
    }
    return at;
  }
}

/** DT_VERNEED: which versions the file needs, and of whom. Empty where there is none. */
export function readVersionNeeds(elf: ElfFile): VersionNeed[] {
  const walk = new Walk(elf);
  const out: VersionNeed[] = [];
  const what = "DT_VERNEED";
  let at = walk.start(DT.VERNEED);

  for (let left = limit(elf, DT.VERNEEDNUM); at !== undefined && left > 0; left--) {
    const need = walk.record(Verneed, at, what);
    const versions: NeededVersion[] = [];
    const size = Vernaux.size(elf.header.class);
    let end = at + Verneed.size(elf.header.class);

    for (let i = 0, a = at + need.aux; i < need.cnt; i++) {
      const v = walk.record(Vernaux, a, what);
      end = Math.max(end, a + size);
      versions.push({
        name: walk.name(v.name),
        hash: v.hash,
        flags: v.flags,
        index: v.other,
        nameOffset: v.name,
        at: a,
      });
      if (v.next === 0) break;
      a += v.next;
    }

    out.push({ file: walk.name(need.file), fileOffset: need.file, versions, at, end });
    at = need.next === 0 ? undefined : at + need.next;
  }

  return out;
}

/** DT_VERDEF: which versions the file defines. Empty where there is none. */
export function readVersionDefinitions(elf: ElfFile): VersionDefinition[] {
  const walk = new Walk(elf);
  const out: VersionDefinition[] = [];
  const what = "DT_VERDEF";
  let at = walk.start(DT.VERDEF);

  for (let left = limit(elf, DT.VERDEFNUM); at !== undefined && left > 0; left--) {
    const def = walk.record(Verdef, at, what);
    const nameOffsets: number[] = [];
    const size = Verdaux.size(elf.header.class);
    let end = at + Verdef.size(elf.header.class);

    for (let i = 0, a = at + def.aux; i < def.cnt; i++) {
      const v = walk.record(Verdaux, a, what);
      end = Math.max(end, a + size);
      nameOffsets.push(v.name);
      if (v.next === 0) break;
      a += v.next;
    }

    out.push({ index: def.ndx, flags: def.flags, names: nameOffsets.map((n) => walk.name(n)), nameOffsets, at, end });
    at = def.next === 0 ? undefined : at + def.next;
  }

  return out;
}

/** glibc follows vn_next and ignores the counts; musl and tools use them. Both end the walk. */
function limit(elf: ElfFile, tag: number): number {
  const n = elf.dynamic?.get(tag);
  return n === undefined ? MOST : Number(n > BigInt(MOST) ? BigInt(MOST) : n);
}

/** What a dynamic symbol's version is, e.g. `{ name: "GLIBC_2.34", file: "libc.so.6", hidden: false }`. */
export interface SymbolVersion {
  readonly name: string;
  /** The file it is needed of; null for a version that this file defines. */
  readonly file: string | null;
  readonly hidden: boolean;
}

/** A number of .gnu.version or of a version's record without the hidden bit. */
export const versionNumber = (number: number): number => number & ~VERSYM.HIDDEN;

/** The versions that definitions and needs give numbers, by number. */
export function versionsByNumber(
  definitions: readonly Pick<VersionDefinition, "index" | "names">[],
  needs: readonly { readonly file: string; readonly versions: readonly Pick<NeededVersion, "index" | "name">[] }[],
): Map<number, Omit<SymbolVersion, "hidden">> {
  const out = new Map<number, Omit<SymbolVersion, "hidden">>();
  for (const d of definitions) {
    if (d.names[0] !== undefined) out.set(versionNumber(d.index), { name: d.names[0], file: null });
  }
  for (const n of needs) for (const v of n.versions) out.set(versionNumber(v.index), { name: v.name, file: n.file });
  return out;
}

/** The versions of the dynamic symbols by index, as .gnu.version says; undefined for an unversioned one. */
export function symbolVersions(elf: ElfFile): (index: number) => SymbolVersion | undefined {
  const table = versymTable(elf);
  if (!table) return () => undefined;

  const byNumber = versionsByNumber(elf.versionDefinitions, elf.versionNeeds);
  const b = viewOf(readExactly(elf.source, table.offset, table.count * 2, ".gnu.version"));
  return (index) => {
    if (index >= table.count) return undefined;
    const v = b.getUint16(index * 2, elf.header.littleEndian);
    const found = byNumber.get(versionNumber(v));
    return versionNumber(v) <= VERSYM.GLOBAL || !found ? undefined : { ...found, hidden: (v & VERSYM.HIDDEN) !== 0 };
  };
}

/** .gnu.version by DT_VERSYM: its file offset, and one half-word for each dynamic symbol. */
export function versymTable(elf: ElfFile): { offset: number; count: number } | undefined {
  const address = elf.dynamic?.get(DT.VERSYM);
  const symbols = elf.dynamicSymbols;
  const offset = address === undefined ? undefined : elf.offsetOf(address, 1);
  if (offset === undefined || !symbols) return undefined;
  return { offset, count: Math.min(symbols.count, Math.max(0, Math.floor((elf.source.size - offset) / 2))) };
}
