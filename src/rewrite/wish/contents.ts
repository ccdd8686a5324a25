import type { Followers } from "./followers.js";

/** New bytes for sections that are not loaded. All are in one array, so that many small tables cost no object each. */
export interface ContentRun {
  /** The sections' indexes. */
  readonly sections: ArrayLike<number>;
  /** Where the bytes of each begin in the array. */
  readonly at: ArrayLike<number>;
  /** How many bytes each has. */
  readonly sizes: ArrayLike<number>;
  /** sh_info of each, where it changes. */
  readonly infos?: ArrayLike<number> | undefined;
  /** Makes the array, once it is known where everything is. */
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

/** Stands for a size or an sh_info that does not change. */
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
      const section = run.sections[i]!;
      this.#sizes[section] = run.sizes[i]!;
      this.#infos[section] = run.infos?.[i] ?? NONE;
    }
  }

  has(section: number): boolean {
    return this.#sizes[section]! >= 0;
  }

  /** How many new bytes a section gets. */
  size(section: number): number {
    return this.#sizes[section]!;
  }

  /** sh_info of the section, where it changes. */
  info(section: number): number | undefined {
    const info = this.#infos[section]!;
    return info === NONE ? undefined : info;
  }
}
