import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { ELFOSABI, PF, PT } from "../spec/constants.js";

/** See {@link setExecstack}. */
export interface SetExecstack {
  readonly edit: "setExecstack";
  readonly executable: boolean;
}

/**
 * Says whether the stack shall be executable: p_flags of PT_GNU_STACK, RWX or RW. The kernel looks at the program's, ld.so
 * at each library's, and one that asks for it makes every stack of the process executable.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `RELOCATABLE`, `UNSUPPORTED`, `NO_ROOM`
 * @example
 * patch(bytes, [setExecstack(false)])
 */
export function setExecstack(executable: boolean): SetExecstack {
  if (typeof executable !== "boolean") fail("BAD_EDIT", `setExecstack: ${JSON.stringify(executable)} is neither true nor false`, { edit: "setExecstack" });
  return { edit: "setExecstack", executable };
}

/** The p_flags that PT_GNU_STACK shall take; undefined where it has them. */
export function wantedStackFlags(elf: ElfFile, edits: readonly SetExecstack[]): number | undefined {
  const [first] = edits;
  if (!first) return undefined;
  if (edits.some((e) => e.executable !== first.executable)) fail("BAD_EDIT", "setExecstack is given both true and false", { edit: "setExecstack" });
  const wanted = PF.R | PF.W | (first.executable ? PF.X : 0), now = elf.segments.filter((s) => s.type === PT.GNU_STACK);
  return now.length > 0 && now.every((s) => s.flags === wanted) ? undefined : wanted;
}

/** A name of EI_OSABI, without `ELFOSABI_`. */
export type OsAbiName = keyof typeof ELFOSABI;

/** See {@link setOsAbi}. */
export interface SetOsAbi {
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
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > 255)
    fail("BAD_EDIT", `setOsAbi: ${JSON.stringify(abi)} is neither a name of ELFOSABI nor a number from 0 to 255`, { edit: "setOsAbi" });
  return { edit: "setOsAbi", abi: number };
}

/** The EI_OSABI that these edits agree on; undefined where the file has it. */
export function wantedOsAbi(elf: ElfFile, edits: readonly SetOsAbi[]): number | undefined {
  const [first] = edits, other = edits.find((e) => e.abi !== first!.abi);
  if (other) fail("BAD_EDIT", `setOsAbi is given both ${first!.abi} and ${other.abi}`, { edit: "setOsAbi" });
  return first && setOsAbi(first.abi).abi !== elf.header.osabi ? first.abi : undefined;
}
