import { toLatin1 } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import { fileRange } from "../../image/headers/sections.js";
import type { DiagnosedSubject } from "../subject.js";

/** What a compiler left in .comment. */
export interface Comment {
  readonly text: string;
  /** File offset. */
  readonly offset: number;
}

/** One line a compiler; a linker that does not merge them has one an object file. */
const LARGEST = 1 << 20;

/**
 * The texts of .comment. Hints only: they name compilers of parts, and where those were built, not what the program
 * runs on.
 */
export function comments({ elf, tolerant }: DiagnosedSubject): Comment[] {
  return (
    tolerant.part(() => {
      const section = elf.sections.find((s) => s.name === ".comment");
      if (!section) return [];
      const { offset, size } = fileRange(section, elf.source);
      const text = toLatin1(readExactly(elf.source, offset, Math.min(size, LARGEST), ".comment"));
      return [...text.matchAll(/[^\0]+/g)].map((m): Comment => ({ text: m[0], offset: offset + m.index }));
    }) ?? []
  );
}
