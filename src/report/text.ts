export { formatChanges } from "./text/changes.js";
export { formatDescription, type Part, PARTS } from "./text/description.js";
export { formatFindings, type PrintableFinding } from "./text/findings.js";
