// Matchers for vitest. Its types are augmented here, and nothing of it is imported.

import type { ElfMatchers } from "./runner.js";

export { elfMatchers, elfSerializer } from "./runner.js";

declare module "vitest" {
  // The parameter is vitest's own, which every declaration of the interface has to repeat.
  interface Assertion<T> extends ElfMatchers<void> {}
  interface AsymmetricMatchersContaining extends ElfMatchers<unknown> {}
}
