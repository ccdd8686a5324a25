import {
  BFD,
  BIG_BSS,
  BIG_PAGES,
  GOLD,
  LINKERS,
  LLD,
  LLD_RELR,
  MOLD,
  MOLD_RELR,
  NO_RELACOUNT,
  NO_SEPARATE_CODE,
  NO_SPARE,
  NO_SPARE_NO_RELACOUNT,
  NOW,
  ONE_TEXT_SEGMENT,
  RELR,
  ROSEGMENT,
  rowsOf,
  SEPARATE_CODE,
  SYSV_HASH,
} from "../support/linkers.js";
import { matrix } from "../support/matrix.js";

const PROGRAMS = ["PIE", "non-PIE"] as const;

matrix([
  ...[NOW, BIG_PAGES, SYSV_HASH, BIG_BSS].flatMap((f) => LINKERS.flatMap((l) => rowsOf(l, PROGRAMS, f))),
  // gold has no such option: its plain files are linked like this already.
  ...rowsOf(BFD, PROGRAMS, ONE_TEXT_SEGMENT),
  ...[LLD, MOLD].flatMap((l) => rowsOf(l, PROGRAMS, NO_SEPARATE_CODE)),
  ...rowsOf(GOLD, PROGRAMS, ROSEGMENT),
  ...[LLD, MOLD].flatMap((l) => rowsOf(l, PROGRAMS, SEPARATE_CODE)),
  // A non-PIE has no relative relocations, and so no DT_RELR; gold cannot make it.
  ...rowsOf(BFD, ["PIE", "library"], RELR),
  ...rowsOf(LLD, ["PIE", "library"], LLD_RELR),
  ...rowsOf(MOLD, ["PIE", "library"], MOLD_RELR),
  // What other linkers leave out, left out by GNU ld.
  ...rowsOf(BFD, PROGRAMS, NO_SPARE),
  ...rowsOf(BFD, PROGRAMS, NO_SPARE_NO_RELACOUNT),
  ...rowsOf(LLD, PROGRAMS, NO_RELACOUNT),
]);
