export { formatChanges } from "./text/changes.js";
export { formatDescription, type DescriptionPart, PARTS } from "./text/description.js";
export { formatFindings, type PrintableFinding } from "./text/findings.js";
