import { viewOf } from "../codec/bytes.js";
import { chunks } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { ownNotes } from "../image/notes/notes.js";
import { PF } from "../spec/constants.js";
import { loadsOf } from "./memory.js";
import type { Region } from "./regions.js";

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
  return loadsOf(elf).some((load) => {
    if ((load.flags & PF.X) === 0) return false;

    const base = Number(BigInt.asUintN(32, load.exact("vaddr")));
    return holdsAddress(elf, load.near("offset"), load.near("filesz"), base, targets);
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
  const length = Math.max(0, Math.min(size, elf.source.size - offset));
  let address = base;
  for (const bytes of chunks(elf.source, offset, length, "code", BLOCK)) {
    const view = viewOf(bytes);
    for (let i = 0; i + WORD <= bytes.length; i++) {
      const word = view.getUint32(i, elf.header.littleEndian);
      if (targets.has(word) || targets.has((address + i + WORD + word) >>> 0)) return true;
    }
    address += bytes.length;
  }
  return false;
}
