import { LINKERS, rowsOf } from "../support/linkers.js";
import { matrix } from "../support/matrix.js";

// What each linker leaves: GNU ld has slack and spare entries, lld and mold have neither slack nor many spares.
matrix(LINKERS.flatMap((l) => rowsOf(l, ["PIE", "non-PIE", "library"])));
