import type { ByteSource } from "../../codec/source.js";
import type { Note } from "../../error.js";
import type { ElfFile, Overlay } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import type { LayoutOptions } from "../layout/options.js";
import type { Placement } from "../layout/placement.js";
import { composePieces } from "../../pieces/compose.js";
import { piecesSource } from "../../pieces/fill.js";
import type { Piece } from "../../pieces/pieces.js";
import type { Proof } from "../../prove/proof.js";

/** What one pass makes of its file: where each byte comes from, where each table went, and notes. */
export interface Layout {
  /** Bytes of the output. */
  readonly size: number;
  readonly pieces: readonly Piece[];
  readonly placements: readonly Placement[];
  readonly notes: readonly Note[];
}

/**
 * One pass of a rewrite. The ordinary layout is one, with `order` 0. Families bring others, whose `order` says whether
 * they run before it or after.
 */
export interface Pass {
  readonly name: string;
  readonly order: number;
  run(stage: Stage, options: LayoutOptions): Stage;
  /** Fails where the finished file does not keep what the pass has promised. */
  verify?(after: ElfFile): void;
}

interface StageParts {
  readonly source: ByteSource;
  readonly layout: Layout;
  readonly held?: Overlay | undefined;
  readonly proof?: Proof | undefined;
  readonly elf?: ElfFile | undefined;
}

/** A file on its way through the passes: what the earlier ones have made of the input. */
export class Stage {
  /** The input, of which the pieces are ranges. */
  readonly source: ByteSource;
  readonly layout: Layout;
  /** Bytes of the input that a pass has taken out. They go after the end of what the next passes make. */
  readonly held: Overlay | undefined;
  /** What the result is proved by; undefined before the ordinary layout. */
  readonly proof: Proof | undefined;
  #elf: ElfFile | undefined;

  private constructor({ source, layout, held, proof, elf }: StageParts) {
    this.source = source;
    this.layout = layout;
    this.held = held;
    this.proof = proof;
    this.#elf = elf;
  }

  /** The same stage, but for some of it. */
  #with(parts: Partial<StageParts>): Stage {
    const { source, layout, held, proof } = this;
    return new Stage({ source, layout, held, proof, ...parts });
  }

  /** The stage before all passes: the input as it is. */
  static of(elf: ElfFile): Stage {
    const { source } = elf;
    const whole: Piece = { kind: "input", at: 0, size: source.size, from: 0 };
    const layout: Layout = { size: source.size, pieces: [whole], placements: [], notes: [] };
    return new Stage({ source, layout, elf });
  }

  /** The file as it is now. */
  get elf(): ElfFile {
    const { size, pieces } = this.layout;
    return (this.#elf ??= readElf(piecesSource(this.source, pieces, size)));
  }

  /** Is it still the input, byte by byte? */
  get isInput(): boolean {
    const { size, pieces } = this.layout;
    const isMoved = (p: Piece): boolean => p.kind !== "input" || p.from !== p.at;
    return size === this.source.size && !pieces.some(isMoved);
  }

  /** The stage after a layout of this stage's file. */
  then(next: Layout, held: Overlay | undefined = this.held): Stage {
    const pieces = this.isInput ? next.pieces : composePieces(next.pieces, this.layout.pieces);
    const notes = [...this.layout.notes, ...next.notes];
    return this.#with({ layout: { ...next, pieces, notes }, held });
  }

  /** The same stage with more notes: those of edits stand before those of layouts. */
  say(notes: readonly Note[]): Stage {
    const layout = { ...this.layout, notes: [...notes, ...this.layout.notes] };
    return this.#with({ layout, elf: this.#elf });
  }

  /** The same stage with what it is to be proved by. */
  provedBy(proof: Proof): Stage {
    return this.#with({ proof, elf: this.#elf });
  }

  /** Puts the bytes that were taken out after the end of the file. */
  putBack(): Stage {
    const { held, layout } = this;
    if (!held) return this;

    const { size } = layout;
    const pieces: Piece[] = [...layout.pieces, { kind: "input", at: size, size: held.size, from: held.offset }];
    const message = `${held.size} bytes behind the end of the ELF file moved from offset ${held.offset} to ${size}`;
    const notes: Note[] = [...layout.notes, { note: "OVERLAY", message }];
    return this.#with({ layout: { ...layout, size: size + held.size, pieces, notes }, held: undefined });
  }
}
