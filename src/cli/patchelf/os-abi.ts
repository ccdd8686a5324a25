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

/** Others that it takes. */
const ALIASES: Readonly<Record<string, number>> = { "SYSTEM-V": 0, SYSV: 0, "GNU-HURD": 4, HURD: 4 };

/** As patchelf prints it: its name, or two digits. */
export const osAbiText = (abi: number): string =>
  PATCHELF[abi] ?? `0x${abi.toString(16).toUpperCase().padStart(2, "0")}`;

/** EI_OSABI by patchelf's names, a name of ELFOSABI with or without the prefix, in upper or lower case, or a number. */
export function osAbiNumber(text: string): number {
  const wanted = text.trim().toUpperCase();
  const names: (readonly [string, number])[] = [
    ...Object.entries(PATCHELF).map(([n, name]) => [name.toUpperCase(), Number(n)] as const),
    ...Object.entries(ALIASES),
    ...Object.entries(ELFOSABI),
  ];
  const found = names.find(([name]) => name === wanted || `ELFOSABI_${name}` === wanted)?.[1];
  if (found !== undefined) return found;

  const number = /^(0x[0-9a-f]+|\d+)$/i.test(wanted) ? Number(wanted) : NaN;
  if (!(number <= 255)) {
    throw new UsageError(
      `--set-os-abi takes a name (${Object.values(PATCHELF).join(", ")}, or one of ELFOSABI) or 0 to 255, not ${JSON.stringify(text)}`,
    );
  }

  return number;
}
