import type { ElfFile } from "./elf.js";

/** What many ask of one file, worked out once for each file. */
export function once<T>(make: (elf: ElfFile) => T): (elf: ElfFile) => T {
  const made = new WeakMap<ElfFile, { readonly value: T }>();
  return (elf) => {
    let known = made.get(elf);
    if (!known) made.set(elf, (known = { value: make(elf) }));
    return known.value;
  };
}
