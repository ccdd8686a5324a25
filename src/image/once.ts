import type { ElfFile } from "./elf.js";

/** What was worked out for each object. One table for all: the garbage collector looks at each that has weak keys. */
const known = /* @__PURE__ */ new WeakMap<object, Map<object, unknown>>();

/** Works something out once for each file (or each other object), and remembers it while the file is in use. */
export function once<T, Of extends object = ElfFile>(make: (of: Of) => T): (of: Of) => T {
  return (of) => {
    let results = known.get(of);
    if (!results) {
      results = new Map();
      known.set(of, results);
    }
    if (results.has(make)) return results.get(make) as T;

    const value = make(of);
    results.set(make, value);
    return value;
  };
}
