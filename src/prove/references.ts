import { viewOf } from "../codec/bytes.js";
import { chunks } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { ownNotes } from "../image/notes/notes.js";
import { PF, SHF, SHT } from "../spec/constants.js";
import { loadsOf } from "./memory.js";
import { allRegions, type Region } from "./regions.js";

/** Bytes of code that are read at once. */
const BLOCK = 1 << 20;

/** Bytes of a displacement, or of an address of 32 bits. */
const WORD = 4;

/**
 * Does code have the address of a table? Seen are addresses and displacements of 32 bits, as x86 has them in its
 * instructions; code of other machines puts addresses together of parts, which nothing tells from other numbers.
 */
export function addressedByCode(elf: ElfFile, region: Region): boolean {
  const targets = new Set(targetsIn(elf, region).map((t) => Number(BigInt.asUintN(32, t))));
  return codeOf(elf).some(({ offset, size, address }) => holdsAddress(elf, offset, size, address, targets));
}

/** Code in the file. */
interface Code {
  readonly offset: number;
  readonly size: number;
  /** The lower 32 bits of its address. */
  readonly address: number;
}

/** Bytes from e_entry on in which the start file of musl takes the address of `_DYNAMIC`. */
const START = 64;

/**
 * Where the start of a program stands, which hands `_DYNAMIC` on and does not look at it where a loader has done its
 * work (musl, crt/crt1.c).
 */
function startOf({ header, interpreter }: ElfFile): readonly [from: number, to: number] {
  const entry = Number(BigInt.asUintN(32, header.entry));
  return interpreter === null ? [0, 0] : [entry, entry + START];
}

/** Sections of code; without sections, what is executable and lies behind all tables. */
function codeOf(elf: ElfFile): Code[] {
  const address = (exact: bigint): number => Number(BigInt.asUintN(32, exact));
  if (elf.header.shnum > 0) {
    const code = elf.sections
      .map((s) => s.header)
      .filter((s) => (s.flags & SHF.EXECINSTR) !== 0 && s.type !== SHT.NOBITS);
    return code.map((s) => ({ offset: s.near("offset"), size: s.near("size"), address: address(s.exact("addr")) }));
  }

  const executable = loadsOf(elf).filter((l) => (l.flags & PF.X) !== 0);
  return executable.map((l) => {
    const start = l.near("offset");
    const end = start + l.near("filesz");
    const tables = allRegions(elf).filter((r) => r.offset >= start && r.offset < end);
    const from = tables.reduce((most, r) => Math.max(most, r.offset + Number(r.end - r.start)), start);
    return { offset: from, size: end - from, address: address(l.exact("vaddr") + BigInt(from - start)) };
  });
}

/** The addresses by which a program would get at it: its start, or what one of its own notes says. */
function targetsIn(elf: ElfFile, { kind, offset, start, end }: Region): bigint[] {
  if (kind !== "notes") return [start];

  const notes = ownNotes(elf, { offset, size: Number(end - start) });
  const addresses = notes.flatMap((n) => {
    const at = start + BigInt(n.offset - offset);
    return [at, at + 12n, at + BigInt(12 + Math.ceil((n.owner.length + 1) / WORD) * WORD)];
  });
  return [start, ...addresses];
}

function holdsAddress(elf: ElfFile, offset: number, size: number, base: number, targets: ReadonlySet<number>): boolean {
  const [start, startEnd] = startOf(elf);
  const length = Math.max(0, Math.min(size, elf.source.size - offset));
  let address = base;
  for (const bytes of chunks(elf.source, offset, length, "code", BLOCK)) {
    const view = viewOf(bytes);
    for (let i = 0; i + WORD <= bytes.length; i++) {
      const word = view.getUint32(i, elf.header.littleEndian);
      const isAddressed = targets.has(word) || targets.has((address + i + WORD + word) >>> 0);
      const isInStart = address + i >= start && address + i < startEnd;
      if (isAddressed && !isInStart) return true;
    }
    address += bytes.length;
  }
  return false;
}
