import type { Followers } from "./followers.js";

/**
 * New bytes for sections that are not loaded, all in one array: what many small tables become costs no object for each.
 */
export interface ContentRun {
  /** The sections' indexes. */
  readonly sections: ArrayLike<number>;
  /** Where each one's bytes begin in the array, and how many they are. */
  readonly at: ArrayLike<number>;
  readonly sizes: ArrayLike<number>;
  /** sh_info of each, where it changes. */
  readonly infos?: ArrayLike<number> | undefined;
  /** The array, once it is known where everything is. */
  bytes(follow: Followers): Uint8Array;
}

/** The new bytes of one section. */
export const oneContent = (section: number, size: number, bytes: ContentRun["bytes"], info?: number): ContentRun => ({
  sections: [section],
  at: [0],
  sizes: [size],
  infos: info === undefined ? undefined : [info],
  bytes,
});

const NONE = -1;

/** Which sections get new bytes. */
export class Contents {
  readonly #runs: ContentRun[] = [];
  readonly #sizes: Float64Array;
  readonly #infos: Float64Array;

  /** @param count of the file's sections */
  constructor(count: number) {
    this.#sizes = new Float64Array(count).fill(NONE);
    this.#infos = new Float64Array(count).fill(NONE);
  }

  get runs(): readonly ContentRun[] {
    return this.#runs;
  }

  /** The indexes of the sections, in the order in which they were added. */
  get sections(): number[] {
    return this.#runs.flatMap((r) => Array.from(r.sections));
  }

  add(run: ContentRun): void {
    if (run.sections.length === 0) return;
    this.#runs.push(run);
    for (let i = 0; i < run.sections.length; i++) {
      this.#sizes[run.sections[i]!] = run.sizes[i]!;
      this.#infos[run.sections[i]!] = run.infos?.[i] ?? NONE;
    }
  }

  has(section: number): boolean {
    return this.#sizes[section]! >= 0;
  }

  /** Bytes of a section that gets new ones. */
  size(section: number): number {
    return this.#sizes[section]!;
  }

  /** sh_info of the section, where it changes. */
  info(section: number): number | undefined {
    const info = this.#infos[section]!;
    return info === NONE ? undefined : info;
  }
}
