import { viewOf } from "../codec/bytes.js";
import { chunks } from "../codec/source.js";
import { hex } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { packedRelocations } from "../image/relocations/packed-relocations.js";
import { type RelocationBlock, relocationBlocks } from "../image/relocations/relocation-blocks.js";
import { relocationSize, symbolField } from "../image/relocations/relocation-sections.js";
import { SHT } from "../spec/constants.js";
import { damage, type ProgramDifference } from "./difference.js";
import type { Pair } from "./pair.js";

/** Records that are compared at once. */
const RECORDS = 8192;

/** Is the symbol of this index before the one of that index after? */
export type SameSymbol = (before: number, after: number) => boolean;

/** The relocations that loaders process: the same places, kinds and addends, and the same symbols. */
export function* relocationDifferences(pair: Pair, sameSymbol: SameSymbol | undefined): Generator<ProgramDifference> {
  const now = relocationBlocks(pair.after);
  for (const block of relocationBlocks(pair.before)) {
    const after = now.find((b) => b.name === block.name);
    if (!after || after.form !== block.form) {
      yield damage("relocations", block.name, `the relocations of ${block.name} are gone`);
      continue;
    }

    const difference = blockDifference(pair, block, after, sameSymbol);
    if (difference !== undefined) yield damage("relocations", block.name, difference);
  }
}

/** The first relocation that is another one; undefined where all are the same. */
export function blockDifference(
  pair: Pair,
  old: RelocationBlock,
  now: RelocationBlock,
  sameSymbol: SameSymbol | undefined,
): string | undefined {
  const { before, after } = pair;
  const isPlain = old.form === "rel" || old.form === "rela";
  const isMovable = sameSymbol !== undefined && old.form !== "relr";

  const isCompared = old.form === "crel" || old.form === "packed";
  if (!isCompared && old.size !== now.size) return `${old.name} has ${now.size} bytes, not ${old.size}`;
  if (!isMovable) {
    const size = Math.min(old.size, now.size);
    return pair.isSame({ from: old.offset, at: now.offset, size }) ? undefined : `${old.name} has other relocations`;
  }
  return isPlain
    ? plainDifference(before, after, old, now, sameSymbol)
    : packedDifference(before, after, old, now, sameSymbol);
}

function plainDifference(
  before: ElfFile,
  after: ElfFile,
  old: RelocationBlock,
  now: RelocationBlock,
  sameSymbol: SameSymbol,
): string | undefined {
  const { littleEndian } = before.header;
  const stride = relocationSize(old.form === "rela" ? SHT.RELA : SHT.REL, before.header);
  const { at: field, shift } = symbolField(before.header);
  const size = old.size - (old.size % stride);
  const others = chunks(after.source, now.offset, size, now.name, stride * RECORDS);

  for (const oldBytes of chunks(before.source, old.offset, size, old.name, stride * RECORDS)) {
    const newBytes = others.next().value as Uint8Array;
    const a = viewOf(oldBytes);
    const b = viewOf(newBytes);
    for (let at = 0; at < oldBytes.length; at += stride) {
      const oldInfo = a.getUint32(at + field, littleEndian);
      const newInfo = b.getUint32(at + field, littleEndian);
      // What a word of 32 bits has below the symbol's index is the type.
      const hasType = oldInfo << (32 - shift) === newInfo << (32 - shift) || shift === 0;
      const isSame = hasType && equalBeside(oldBytes, newBytes, at, stride, field);
      if (!isSame || !sameSymbol(oldInfo >>> shift, newInfo >>> shift)) {
        return `the relocation ${Math.floor(at / stride)} of ${old.name} is another one`;
      }
    }
  }
  return undefined;
}

/** Are all bytes of a record the same, but for the four of the field? */
function equalBeside(a: Uint8Array, b: Uint8Array, at: number, stride: number, field: number): boolean {
  for (let i = 0; i < stride; i++) {
    const isField = i >= field && i < field + 4;
    if (!isField && a[at + i] !== b[at + i]) return false;
  }
  return true;
}

function packedDifference(
  before: ElfFile,
  after: ElfFile,
  old: RelocationBlock,
  now: RelocationBlock,
  sameSymbol: SameSymbol,
): string | undefined {
  const others = packedRelocations(after, now);
  for (const { offset, type, symbol, addend } of packedRelocations(before, old)) {
    const other = others.next().value;
    const isSame = other && other.offset === offset && other.type === type && other.addend === addend;
    if (!isSame || !sameSymbol(symbol, other.symbol)) {
      return `the relocation of ${old.name} at ${hex(offset)} is another one`;
    }
  }
  return others.next().done ? undefined : `${old.name} has more relocations than before`;
}
