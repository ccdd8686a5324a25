import { alignUp, viewOf } from "../codec/bytes.js";
import { EM, NT_GNU } from "../spec/constants.js";
import type { ElfFile } from "./elf.js";

/** GNU_PROPERTY_X86_FEATURE_1_AND and GNU_PROPERTY_AARCH64_FEATURE_1_AND (their psABIs): what all code of the file is built for. */
const FEATURE_1_AND: Readonly<Record<number, number>> = { [EM["386"]]: 0xc0000002, [EM.X86_64]: 0xc0000002, [EM.AARCH64]: 0xc0000000 };

/** The bits of the machine's FEATURE_1_AND property; 0 where the file has none, null for a machine without such a property. */
export function featureBits(elf: ElfFile): number | null {
  const wanted = FEATURE_1_AND[elf.header.machine];
  if (wanted === undefined) return null;
  let bits = 0;
  for (const n of elf.notes) {
    if (n.owner !== "GNU" || n.type !== NT_GNU.PROPERTY_TYPE_0) continue;
    const v = viewOf(n.description), le = elf.header.littleEndian, align = elf.header.class === 64 ? 8 : 4;
    for (let at = 0; at + 8 <= v.byteLength; ) {
      const size = v.getUint32(at + 4, le);
      if (v.getUint32(at, le) === wanted && size === 4 && at + 12 <= v.byteLength) bits |= v.getUint32(at + 8, le);
      at = alignUp(at + 8 + size, align);
    }
  }
  return bits;
}
