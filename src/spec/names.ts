import { DF, DF_1, ELFOSABI, EM, ET, PF, PT, SHF, SHT, STB, STT, STV } from "./constants.js";
import { cardOf } from "./machines/card-of.js";
import { TYPES } from "./machines/lists/types.js";

type Numbers = Readonly<Record<string, number>>;

function lookUp(prefix: string, value: number, ...tables: (Numbers | null | undefined)[]): string {
  for (const t of tables) for (const k in t) if (t[k] === value) return prefix + k;
  return `${prefix}0x${value.toString(16)}`;
}

function bits(prefix: string, value: number, table: Numbers): string[] {
  const out: string[] = [];
  let rest = BigInt(value);
  for (const [k, n] of Object.entries(table)) {
    if (rest & BigInt(n)) {
      out.push(prefix + k);
      rest &= ~BigInt(n);
    }
  }

  if (rest) out.push(`0x${rest.toString(16)}`);
  return out;
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
export const segmentFlagsText = (n: number): string =>
  `${n & PF.R ? "R" : " "}${n & PF.W ? "W" : " "}${n & PF.X ? "E" : " "}${n & ~7 ? ` 0x${(n & ~7).toString(16)}` : ""}`;
