import { UsageError, warn } from "../command.js";
import { fileText } from "../text-file.js";

/**
 * Names of symbols, a line each (objcopy(1), --keep-symbols). `#` begins a comment. Words behind a name are ignored
 * with a warning.
 */
export function namesIn(path: string, option: string): string[] {
  const lines = fileText(path, option).split(/\r\n|[\n\r]/);
  const names: string[] = [];
  for (const [i, line] of lines.entries()) {
    const words = line.replace(/#.*/, "").split(/[ \t\v\f]+/);
    const [name, ...rubbish] = words.filter((word) => word !== "");
    if (name !== undefined) names.push(name);
    if (rubbish.length > 0) warn(`strip: ${path}:${i + 1}: ${rubbish.join(" ")} is not taken: a line holds one name`);
  }

  return names;
}

/**
 * The class in BFD's name of a format: 32 or 64, or undefined for `default`. Other formats are refused, since a
 * stripped file stays the ELF file that it is. GNU strip makes them: `-O binary` leaves what would be in memory, `-I
 * binary` strips nothing.
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
