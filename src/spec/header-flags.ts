import { hex } from "../error.js";
import { cardOf } from "./machines/card-of.js";
import { TYPES } from "./machines/lists/types.js";

/** e_flags in words: `EF_ARM_EABI_VER5`, `EF_ARM_ABI_FLOAT_HARD`; what has no name is `0x…`. */
export function headerFlagNames(flags: number, machine: number): string[] {
  const known = cardOf(TYPES, machine)?.headerFlags;
  const older = known?.older;
  const { fields, bits } = (older && (flags & older.unless) === 0 ? older : known) ?? { fields: null, bits: null };

  const out: string[] = [];
  let rest = flags >>> 0;
  for (const [name, bits_] of Object.entries(bits ?? {})) {
    if ((rest & bits_) >>> 0 === bits_) {
      out.push(`EF_${name}`);
      rest = (rest & ~bits_) >>> 0;
    }
  }
  for (const { mask, values } of fields ?? []) {
    const name = values[(flags & mask) >>> 0];
    if (name === undefined) continue;
    out.push(`EF_${name}`);
    rest = (rest & ~mask) >>> 0;
  }
  if (rest) out.push(hex(rest));
  return out;
}
