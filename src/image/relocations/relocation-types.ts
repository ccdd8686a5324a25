import { EM } from "../../spec/constants.js";
import { relocationTypeName } from "../../spec/relocation-types.js";
import type { RelocationFormat } from "./relocation-sections.js";

const isMips64 = (format: RelocationFormat): boolean =>
  format.class === 64 && (format.machine === EM.MIPS || format.machine === EM.MIPS_RS3_LE);

/**
 * Reads the type of a record whose r_info begins at a byte. ELF32_R_TYPE is the lowest byte of r_info, ELF64_R_TYPE its
 * low word. 64-bit SPARC has data above the type's byte. 64-bit MIPS has three types, each in a byte of its own: in the
 * result the first one is the lowest byte, and the second and third are above it.
 */
export function typeReader(format: RelocationFormat): (view: DataView, info: number) => number {
  const { littleEndian } = format;
  if (isMips64(format)) {
    return (view, at) => view.getUint8(at + 7) | (view.getUint8(at + 6) << 8) | (view.getUint8(at + 5) << 16);
  }
  if (format.class === 32) return (view, at) => view.getUint32(at, littleEndian) & 255;

  const low = littleEndian ? 0 : 4;
  const mask = format.machine === EM.SPARCV9 ? 255 : 0xffffffff;
  return (view, at) => (view.getUint32(at + low, littleEndian) & mask) >>> 0;
}

/** `R_X86_64_RELATIVE`; for 64-bit MIPS the types that apply one after the other, `R_MIPS_REL32/R_MIPS_64`. */
export function relocationName(type: number, format: RelocationFormat): string {
  if (!isMips64(format)) return relocationTypeName(type, format.machine);

  const types = [type & 255, (type >> 8) & 255, (type >> 16) & 255];
  while (types.length > 1 && types[types.length - 1] === 0) types.pop();
  return types.map((t) => relocationTypeName(t, format.machine)).join("/");
}
