import { type ElfInput, toSource } from "../../codec/source.js";
import { fail, isElfError } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import { safe } from "../../report/text/print.js";

/**
 * What matchers and assertions take for a file: its bytes, a source of bytes such as a plan, or what `readElf` gives.
 */
export type ElfSubject = ElfInput | ElfFile;

/**
 * What a matcher says of a file. Neither `pass` nor `opposite` holds where the file cannot be read: such a file fails
 * both ways.
 */
export interface Verdict {
  /** Is it as expected? */
  readonly pass: boolean;
  /** Does what `.not` asks for hold? */
  readonly opposite: boolean;
  /**
   * Why it fails, in less than ten lines: what was expected, in which table, and what is there.
   *
   * @param isNot whether the opposite was asked for
   */
  message(isNot?: boolean): string;
}

/** What a matcher asks, in words. */
export interface Question {
  /** Behind "expected the file to": `need "libx.so.1"`. */
  readonly to: string;
  /** The table or the judge: `DT_NEEDED`. */
  readonly table: string;
  readonly expected: string;
  /** What is expected where the opposite is asked for. */
  readonly unexpected: string;
}

/** What the file answers. */
export interface Answer {
  readonly pass: boolean;
  /** Where the opposite is more than not to pass. */
  readonly opposite?: boolean;
  /** Where the table is, in words; nothing where it has no place. */
  readonly where?: string;
  /** A line each. */
  readonly found: readonly string[];
}

const isElf = (subject: unknown): subject is ElfFile =>
  typeof subject === "object" && subject !== null && "header" in subject && "segments" in subject;

/** The file that a matcher is given. */
export const fileOf = (subject: ElfSubject): ElfFile => (isElf(subject) ? subject : readElf(toSource(subject)));

/** The file that another one is compared with. An error says that it is this one which cannot be read. */
export function otherFile(subject: ElfSubject, name: string): ElfFile {
  try {
    return fileOf(subject);
  } catch (e) {
    if (!isElfError(e)) throw e;
    return fail(e.code, `${name} cannot be read: ${e.message}`, e.detail);
  }
}

/** More lines of what was found help nobody: a message has less than ten lines. */
const MOST_LINES = 5;
const LONGEST_LINE = 240;

const shorten = (line: string): string => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);

/** A list as one line. */
export function listed(names: readonly string[], nothing: string, most = 8): string {
  if (names.length === 0) return nothing;
  const more = names.length > most ? `, and ${names.length - most} more` : "";
  return names.slice(0, most).join(", ") + more;
}

function messageOf(question: Question, { where, found }: Omit<Answer, "pass">, isNot: boolean): string {
  const { to, table, expected, unexpected } = question;
  const shown = found.slice(0, MOST_LINES).map((line) => shorten(safe(line)));
  if (found.length > MOST_LINES) shown.push(`and ${found.length - MOST_LINES} more`);

  return [
    `expected the file ${isNot ? "not " : ""}to ${shorten(to)}`,
    `  in:       ${where === undefined ? table : `${table}, ${where}`}`,
    `  expected: ${shorten(isNot ? unexpected : expected)}`,
    `  found:    ${shown.join(`\n${" ".repeat(12)}`)}`,
  ].join("\n");
}

/** The verdict on a question that is answered. */
export const verdict = (question: Question, answer: Answer): Verdict => ({
  pass: answer.pass,
  opposite: answer.opposite ?? !answer.pass,
  message: (isNot = false) => messageOf(question, answer, isNot),
});

/** The verdict on a file that cannot be read: it fails both ways. */
export const unreadable = (question: Question, why: string): Verdict => ({
  pass: false,
  opposite: false,
  message: (isNot = false) => messageOf(question, { found: [why] }, isNot),
});

/**
 * Asks a file. What cannot be read is part of the message, and no error: a test has many files, and wants all names.
 */
export function judge(subject: ElfSubject, question: Question, answer: (elf: ElfFile) => Answer): Verdict {
  try {
    return verdict(question, answer(fileOf(subject)));
  } catch (e) {
    if (!isElfError(e)) throw e;
    return unreadable(question, e.message);
  }
}
