import { fail } from "../error.js";
import { ELFOSABI } from "../spec/constants.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { shown } from "./json-edit.js";

/** A name of EI_OSABI, without `ELFOSABI_`. */
export type OsAbiName = keyof typeof ELFOSABI;

/** See {@link setOsAbi}. */
export interface SetOsAbi extends Edit {
  readonly edit: "setOsAbi";
  /** EI_OSABI. */
  readonly abi: number;
}

/**
 * Sets EI_OSABI (gABI, "ELF Identification"). Linux takes 0 (System V) and 3 (GNU); FreeBSD wants 9.
 *
 * @param abi a name of {@link ELFOSABI}, or 0 to 255
 * @throws ElfError `BAD_EDIT`; when applied, `RELOCATABLE`, `UNSUPPORTED`
 * @example
 * patch(bytes, [setOsAbi("FREEBSD")])
 */
export function setOsAbi(abi: OsAbiName | number): SetOsAbi {
  const number = typeof abi === "string" && Object.hasOwn(ELFOSABI, abi) ? ELFOSABI[abi] : abi;
  const isByte = typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= 255;
  if (!isByte) {
    fail("BAD_EDIT", `setOsAbi: ${shown(abi)} is neither a name of ELFOSABI nor a number from 0 to 255`, {
      edit: "setOsAbi",
    });
  }
  return made(osAbiFamily, { edit: "setOsAbi", abi: number });
}

export const osAbiFamily: EditFamily<SetOsAbi> = {
  name: "os-abi",
  order: 95,
  takes: ["debug-file", "loader", "static", "no-dynamic"],

  contradicts([first, ...rest]) {
    const other = rest.find((e) => e.abi !== first!.abi);
    if (other) fail("BAD_EDIT", `setOsAbi is given both ${first!.abi} and ${other.abi}`, { edit: "setOsAbi" });
  },

  apply({ header }, [first]) {
    header.osabi = first!.abi;
  },
};

/** Makes the edits again from plain data. */
export const osAbiParsers: EditParsers<SetOsAbi> = { setOsAbi: (json) => setOsAbi(json.number("abi")) };
