import { UsageError, warn } from "../command.js";
import { fileText } from "../text-file.js";

/**
 * Names of symbols, a line each (objcopy(1), --keep-symbols): `#` begins a comment; what stands behind a name is not
 * taken, and is said.
 */
export function namesIn(path: string, option: string): string[] {
  const names: string[] = [];
  for (const [i, line] of fileText(path, option)
    .split(/\r\n|[\n\r]/)
    .entries()) {
    const [name, ...rubbish] = line
      .replace(/#.*/, "")
      .split(/[ \t\v\f]+/)
      .filter((word) => word !== "");
    if (name !== undefined) names.push(name);
    if (rubbish.length > 0) warn(`strip: ${path}:${i + 1}: ${rubbish.join(" ")} is not taken: a line holds one name`);
  }

  return names;
}

/**
 * The class of a format's name as BFD has them: 32 or 64, or undefined for `default`. What is stripped stays the ELF
 * file that it is, so that other formats are refused. GNU strip makes them: `-O binary` leaves what would be in memory,
 * `-I binary` strips nothing.
 */
export function elfFormat(name: string): number | undefined {
  const elfClass = /^elf(32|64)-./.exec(name)?.[1];
  if (elfClass === undefined && name !== "default") {
    throw new UsageError(
      `${JSON.stringify(name)} is no ELF format (elf64-x86-64, elf32-littlearm, …): the result is what the file is`,
    );
  }
  return elfClass === undefined ? undefined : Number(elfClass);
}
