// Matchers for jest. Its types are augmented here, those of @types/jest and those of @jest/globals, and nothing of it
// is imported.

import type { ElfMatchers } from "./runner.js";

export { elfMatchers, elfSerializer } from "./runner.js";

declare global {
  namespace jest {
    interface Matchers<R, T> extends ElfMatchers<R> {}
    interface Expect extends ElfMatchers<unknown> {}
  }
}

declare module "expect" {
  interface Matchers<R, T> extends ElfMatchers<R> {}
  interface AsymmetricMatchers extends ElfMatchers<unknown> {}
}
