import { ELFOSABI } from "../../spec/constants.js";
import { UsageError } from "../command.js";

/** The names that patchelf prints and takes for EI_OSABI (patchelf(1), --set-os-abi). */
const PATCHELF: Readonly<Record<number, string>> = {
  0: "System V",
  1: "HP-UX",
  2: "NetBSD",
  3: "Linux",
  4: "GNU Hurd",
  6: "Solaris",
  7: "AIX",
  8: "IRIX",
  9: "FreeBSD",
  10: "Tru64",
  12: "OpenBSD",
  13: "OpenVMS",
};

/** Other names that patchelf takes. */
const ALIASES: Readonly<Record<string, number>> = { "SYSTEM-V": 0, SYSV: 0, "GNU-HURD": 4, HURD: 4 };

/** What patchelf prints: the name, or two hexadecimal digits. */
export const osAbiText = (abi: number): string =>
  PATCHELF[abi] ?? `0x${abi.toString(16).toUpperCase().padStart(2, "0")}`;

/** EI_OSABI of a name or number: patchelf's names, those of ELFOSABI with or without the prefix, in any case. */
export function osAbiNumber(text: string): number {
  const wanted = text.trim().toUpperCase();
  const names: (readonly [string, number])[] = [
    ...Object.entries(PATCHELF).map(([abi, name]) => [name.toUpperCase(), Number(abi)] as const),
    ...Object.entries(ALIASES),
    ...Object.entries(ELFOSABI),
  ];
  const named = names.find(([name]) => name === wanted || `ELFOSABI_${name}` === wanted);
  if (named) return named[1];

  const number = /^(0x[0-9a-f]+|\d+)$/i.test(wanted) ? Number(wanted) : NaN;
  if (number <= 255) return number;

  const known = Object.values(PATCHELF).join(", ");
  throw new UsageError(
    `--set-os-abi takes a name (${known}, or one of ELFOSABI) or 0 to 255, not ${JSON.stringify(text)}`,
  );
}
