import type { ElfFile } from "./elf.js";

/** Works something out once for each file (or each other object), and remembers it while the file is in use. */
export function once<T, Of extends object = ElfFile>(make: (of: Of) => T): (of: Of) => T {
  const made = new WeakMap<Of, { readonly value: T }>();
  return (of) => {
    const known = made.get(of);
    if (known) return known.value;

    const value = make(of);
    made.set(of, { value });
    return value;
  };
}
