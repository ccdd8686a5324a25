import { toLatin1 } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import { fileRange } from "../../image/headers/sections.js";
import type { DiagnosedSubject } from "../subject.js";

/** What a compiler left in .comment. */
export interface Comment {
  readonly text: string;
  /** File offset. */
  readonly offset: number;
}

/** Usually one line per compiler, but a linker that does not merge them leaves one per object file. */
const LARGEST = 1 << 20;

/**
 * The texts of .comment. They are hints only: they name the compilers of parts of the program and where those were
 * built, not what the program runs on.
 */
export const comments = ({ elf, tolerant }: DiagnosedSubject): Comment[] =>
  tolerant.part(() => readComments(elf)) ?? [];

function readComments(elf: ElfFile): Comment[] {
  const section = elf.sections.find((s) => s.name === ".comment");
  if (!section) return [];

  const { offset, size } = fileRange(section, elf.source);
  const text = toLatin1(readExactly(elf.source, offset, Math.min(size, LARGEST), ".comment"));
  return [...text.matchAll(/[^\0]+/g)].map((match) => ({ text: match[0], offset: offset + match.index }));
}
