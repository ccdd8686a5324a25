import { equalBytes } from "../../src/codec/bytes.js";
import { askedOf, type Edits, passesOf } from "../../src/edit/asked.js";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import type { PatchOptions } from "../../src/patch.js";
import { piecesSource } from "../../src/pieces/fill.js";
import { joinedPieces, type Piece, slicePiece } from "../../src/pieces/pieces.js";
import type { Proof } from "../../src/prove/proof.js";
import { prove } from "../../src/prove/prove.js";
import { Stage } from "../../src/rewrite/passes/pass.js";
import { Damaged } from "../verify/damaged.js";

/** What a rewrite has planned, not proved yet, so that a test can put a fault into it. */
export interface Planned {
  readonly before: ElfFile;
  readonly pieces: readonly Piece[];
  readonly proof: Proof;
  /** The output, without a fault. */
  readonly bytes: Buffer;
}

/** All that `plan` does of an ELF file up to the proof. */
export function planned(file: Uint8Array, edits: Edits, options: PatchOptions = {}): Planned {
  const before = readElf(file);
  const stage = passesOf(askedOf(edits)).reduce((s, pass) => pass.run(s, options), Stage.of(before));
  const { size, pieces } = stage.layout;
  const bytes = Buffer.from(piecesSource(before.source, pieces, size).read(0, size));
  return { before, pieces, proof: stage.proof!, bytes };
}

/** Proves these pieces, those of the plan or faulty ones. */
export function proveAs({ before, proof, bytes }: Planned, pieces: readonly Piece[]): void {
  prove(before, { after: readElf(piecesSource(before.source, pieces, bytes.length)), pieces, proof });
}

/** Puts a fault into the output's bytes and proves that: pieces of new bytes stand where it has changed some. */
export function proveWith(plan: Planned, fault: (output: Damaged) => void): void {
  const output = new Damaged(Buffer.from(plan.bytes));
  fault(output);
  if (equalBytes(output.bytes, plan.bytes)) throw new Error("the fault changes nothing");
  proveAs(plan, overwritten(plan.pieces, plan.bytes, output.bytes));
}

/** The pieces of these bytes, with new ones over them where the others differ. */
export function overwritten(pieces: readonly Piece[], bytes: Uint8Array, faulty: Uint8Array): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    for (let done = 0; done < piece.size;) {
      const at = piece.at + done;
      const isOther = faulty[at] !== bytes[at];
      let size = 1;
      while (done + size < piece.size && (faulty[at + size] !== bytes[at + size]) === isOther) size++;

      const other: Piece = { kind: "bytes", at, size, bytes: faulty.subarray(at, at + size) };
      out.push(isOther ? other : slicePiece(piece, done, size));
      done += size;
    }
  }
  return joinedPieces(out);
}
