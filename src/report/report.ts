export { describe } from "./describe.js";
export type {
  DynamicDescription, DynamicSymbolDescription, ElfDescription, FileDescription, NoteDescription, Quantity, SectionDescription, SegmentDescription,
  VersionDefinitionDescription, VersionNeedDescription,
} from "./description.js";
export { type Change, type ChangeValue, diff, type DiffOptions } from "./diff.js";
export { formatChanges, formatDescription, formatFindings, type PrintableFinding } from "./text.js";
