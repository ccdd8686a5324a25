import { isElfError } from "../error.js";

/** Reads parts of a file that may be broken: what cannot be read is null, and the reasons are collected. */
export class Tolerant {
  readonly #problems = new Set<string>();

  get problems(): string[] {
    return [...this.#problems];
  }

  part<T>(read: () => T): T | null {
    try {
      return read();
    } catch (e) {
      if (!isElfError(e)) throw e;
      this.#problems.add(e.message);
      return null;
    }
  }

  problem(message: string): null {
    this.#problems.add(message);
    return null;
  }
}
