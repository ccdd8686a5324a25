import type { ElfFile } from "./elf.js";

/** What many ask of one file (or of something else that is one object), worked out once for each. */
export function once<T, Of extends object = ElfFile>(make: (of: Of) => T): (of: Of) => T {
  const made = new WeakMap<Of, { readonly value: T }>();
  return (of) => {
    let known = made.get(of);
    if (!known) made.set(of, (known = { value: make(of) }));
    return known.value;
  };
}
