import { EM } from "../../spec/constants.js";
import { relocationTypeName } from "../../spec/relocation-types.js";
import type { RelocationFormat } from "./relocation-sections.js";

const isMips64 = (f: RelocationFormat): boolean =>
  f.class === 64 && (f.machine === EM.MIPS || f.machine === EM.MIPS_RS3_LE);

/**
 * Reads the type of a record whose r_info begins at a byte. ELF32_R_TYPE is the lowest byte of r_info, ELF64_R_TYPE its
 * low word. 64-bit SPARC has data above the type's byte. 64-bit MIPS has three types, each in a byte of its own: in the
 * result the first one is the lowest byte, and the second and third are above it.
 */
export function typeReader(f: RelocationFormat): (v: DataView, info: number) => number {
  const { littleEndian } = f;
  if (isMips64(f)) return (v, at) => v.getUint8(at + 7) | (v.getUint8(at + 6) << 8) | (v.getUint8(at + 5) << 16);
  if (f.class === 32) return (v, at) => v.getUint32(at, littleEndian) & 255;

  const low = littleEndian ? 0 : 4;
  const mask = f.machine === EM.SPARCV9 ? 255 : 0xffffffff;
  return (v, at) => (v.getUint32(at + low, littleEndian) & mask) >>> 0;
}

/** `R_X86_64_RELATIVE`; for 64-bit MIPS the types that apply one after the other, `R_MIPS_REL32/R_MIPS_64`. */
export function relocationName(type: number, f: RelocationFormat): string {
  if (!isMips64(f)) return relocationTypeName(type, f.machine);

  const types = [type & 255, (type >> 8) & 255, (type >> 16) & 255];
  while (types.length > 1 && types[types.length - 1] === 0) types.pop();
  return types.map((t) => relocationTypeName(t, f.machine)).join("/");
}
