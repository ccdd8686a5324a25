/**
 * elfwright: reads, checks, patches, strips and diagnoses ELF files in memory. This entry imports nothing from Node;
 * files are in `elfwright/node`, the tables of C libraries in `elfwright/targets`.
 *
 * @packageDocumentation
 */
export * from "./api/basics.js";
export * from "./api/read.js";
export * from "./api/edit.js";
export * from "./api/strip.js";
export * from "./api/check.js";
export * from "./api/verify.js";
export * from "./api/report.js";
export * from "./api/map.js";
export * from "./api/resolve.js";
export * from "./api/diagnose.js";
