import { DF, DF_1, ELFOSABI, EM, ET, PF, PT, SHF, SHT, STB, STT, STV } from "./constants.js";
import { cardOf } from "./machines/card-of.js";
import { TYPES } from "./machines/lists/types.js";

type Numbers = Readonly<Record<string, number>>;

/** The name of a number. The first table that has it counts. */
function lookUp(prefix: string, value: number, ...tables: (Numbers | null | undefined)[]): string {
  for (const table of tables) {
    for (const name in table) {
      if (table[name] === value) return prefix + name;
    }
  }

  return `${prefix}0x${value.toString(16)}`;
}

/** The names of the bits that are set. Bits without a name are one `0x…` at the end. */
function bits(prefix: string, value: number, table: Numbers): string[] {
  const names: string[] = [];
  let rest = BigInt(value);
  for (const [name, bit] of Object.entries(table)) {
    if ((rest & BigInt(bit)) === 0n) continue;
    names.push(prefix + name);
    rest &= ~BigInt(bit);
  }

  if (rest) names.push(`0x${rest.toString(16)}`);
  return names;
}

export const osabiName = (n: number): string => lookUp("ELFOSABI_", n, ELFOSABI);
export const fileTypeName = (n: number): string => lookUp("ET_", n, ET);
export const machineName = (n: number): string => lookUp("EM_", n, EM);
export const segmentTypeName = (n: number, machine: number): string =>
  lookUp("PT_", n, cardOf(TYPES, machine)?.segmentTypes, PT);
export const sectionTypeName = (n: number, machine: number): string =>
  lookUp("SHT_", n, cardOf(TYPES, machine)?.sectionTypes, SHT);
export const sectionFlagNames = (n: number): string[] => bits("SHF_", n, SHF);
export const symbolBindingName = (n: number): string => lookUp("STB_", n, STB);
export const symbolTypeName = (n: number): string => lookUp("STT_", n, STT);
export const symbolVisibilityName = (n: number): string => lookUp("STV_", n, STV);
export const dynamicFlagNames = (n: number): string[] => bits("DF_", n, DF);
export const dynamicFlag1Names = (n: number): string[] => bits("DF_1_", n, DF_1);

/** `R E`, as readelf prints p_flags. */
export function segmentFlagsText(flags: number): string {
  const read = flags & PF.R ? "R" : " ";
  const write = flags & PF.W ? "W" : " ";
  const execute = flags & PF.X ? "E" : " ";
  const others = flags & ~(PF.R | PF.W | PF.X);
  return `${read}${write}${execute}${others ? ` 0x${others.toString(16)}` : ""}`;
}
