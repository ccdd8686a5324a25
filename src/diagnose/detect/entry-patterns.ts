import { cardsOf } from "../../spec/machines/card-of.js";
import type { StartCode, StartFile } from "../../spec/machines/kinds.js";
import { RECOGNITION } from "../../spec/machines/lists/recognition.js";
import type { Confidence } from "../diagnosis.js";

/** What stands at e_entry of programs that a C library's (or Go's) start file begins. */
export interface EntryPattern {
  readonly of: StartFile;
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** Hex digits, `.` for any. */
  readonly code: string;
  /** "likely" where it was derived from the start file's source and not seen in a program. */
  readonly confidence: Confidence;
}

const patterns = (machine: number, { class: elfClass, littleEndian, rows }: StartCode): EntryPattern[] =>
  rows.map(([of, code, confidence]) => ({
    of,
    machine,
    class: elfClass,
    littleEndian,
    code: code.replaceAll(" ", ""),
    confidence: confidence ?? "certain",
  }));

/** The same instructions in the other byte order, where they are words. */
const swapped = (list: readonly EntryPattern[]): EntryPattern[] =>
  list.map((p) => ({
    ...p,
    littleEndian: !p.littleEndian,
    confidence: "likely",
    code: p.code.replace(/(..)(..)(..)(..)/g, "$4$3$2$1"),
  }));

export const ENTRY_PATTERNS: readonly EntryPattern[] = cardsOf(RECOGNITION).flatMap(({ machine, card }) =>
  (card.startCode ?? []).flatMap((s) => {
    const seen = patterns(machine, s);
    return s.bothOrders ? [...seen, ...swapped(seen)] : seen;
  }),
);
