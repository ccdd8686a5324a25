import { isElfError } from "../error.js";
import type { ElfFile } from "./elf.js";

/** Reads parts of a file that may be broken. A part that cannot be read is null, and the reason is kept. */
export class Tolerant {
  readonly #problems = new Set<string>();

  /** The reasons, each once. */
  get problems(): string[] {
    return [...this.#problems];
  }

  /** Reads a part; null where that throws an ElfError. */
  part<T>(read: () => T): T | null {
    try {
      return read();
    } catch (e) {
      if (!isElfError(e)) throw e;
      this.#problems.add(e.message);
      return null;
    }
  }

  /** Notes why no section header can be used, where that is so. */
  sectionTable({ header: { brokenSections } }: ElfFile): void {
    if (brokenSections !== null) this.problem(`no section header can be used: ${brokenSections}`);
  }

  /** Notes a reason. */
  problem(message: string): null {
    this.#problems.add(message);
    return null;
  }
}
