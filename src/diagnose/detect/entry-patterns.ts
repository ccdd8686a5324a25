import { cardsOf } from "../../spec/machines/card-of.js";
import type { StartCode, StartFile } from "../../spec/machines/kinds.js";
import { RECOGNITION } from "../../spec/machines/lists/recognition.js";
import type { Confidence } from "../diagnosis.js";

/** The code at e_entry of programs that begin with the start file of a C library, or of Go. */
export interface EntryPattern {
  readonly of: StartFile;
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** Hex digits, `.` for any digit. */
  readonly code: string;
  /** "likely" where the code was derived from the start file's source and not seen in a program. */
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

/** The same instructions in the other byte order. Only for machines whose instructions are words of four bytes. */
const swapped = (list: readonly EntryPattern[]): EntryPattern[] =>
  list.map((p) => ({
    ...p,
    littleEndian: !p.littleEndian,
    confidence: "likely",
    code: p.code.replace(/(..)(..)(..)(..)/g, "$4$3$2$1"),
  }));

function patternsOf(machine: number, startCode: StartCode): EntryPattern[] {
  const seen = patterns(machine, startCode);
  return startCode.bothOrders ? [...seen, ...swapped(seen)] : seen;
}

/** The patterns of all machines. */
export const ENTRY_PATTERNS: readonly EntryPattern[] = /* @__PURE__ */ allPatterns();

function allPatterns(): EntryPattern[] {
  return cardsOf(RECOGNITION).flatMap(({ machine, card }) =>
    (card.startCode ?? []).flatMap((startCode) => patternsOf(machine, startCode)),
  );
}
