import type { Fault } from "./fault.js";
import { EDIT_FAULTS } from "./faults-edit.js";
import { LAYOUT_FAULTS } from "./faults-layout.js";
import { STRIP_FAULTS } from "./faults-strip.js";
import { TABLE_FAULTS } from "./faults-tables.js";

/** All faults. */
export const FAULTS: readonly Fault[] = [EDIT_FAULTS, TABLE_FAULTS, LAYOUT_FAULTS, STRIP_FAULTS].flat();
