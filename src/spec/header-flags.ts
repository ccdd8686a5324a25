import { hex } from "../error.js";
import { cardOf } from "./machines/card-of.js";
import type { FlagSet } from "./machines/kinds.js";
import { TYPES } from "./machines/lists/types.js";

function flagSetOf(flags: number, machine: number): FlagSet | null | undefined {
  const known = cardOf(TYPES, machine)?.headerFlags;
  const older = known?.older;
  return older && (flags & older.unless) === 0 ? older : known;
}

/** e_flags in words: `EF_ARM_EABI_VER5`, `EF_ARM_ABI_FLOAT_HARD`. Bits without a name are `0x…`. */
export function headerFlagNames(flags: number, machine: number): string[] {
  const set = flagSetOf(flags, machine);
  const names: string[] = [];
  let rest = flags >>> 0;

  for (const [name, bits] of Object.entries(set?.bits ?? {})) {
    if ((rest & bits) >>> 0 !== bits) continue;
    names.push(`EF_${name}`);
    rest = (rest & ~bits) >>> 0;
  }

  for (const { mask, values } of set?.fields ?? []) {
    const name = values[(flags & mask) >>> 0];
    if (name === undefined) continue;
    names.push(`EF_${name}`);
    rest = (rest & ~mask) >>> 0;
  }

  if (rest) names.push(hex(rest));
  return names;
}
