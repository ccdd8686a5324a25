/**
 * The tables that kernels and loaders reach through a program header or a dynamic tag, each with the usual name of its
 * section.
 */
export const TABLE_NAMES = {
  interpreter: ".interp",
  /** A whole PT_NOTE, with every note section in it. */
  notes: "notes",
  dynamic: ".dynamic",
  strings: ".dynstr",
  symbols: ".dynsym",
  hash: ".hash",
  gnuHash: ".gnu.hash",
  versions: ".gnu.version",
  versionNeeds: ".gnu.version_r",
  versionDefinitions: ".gnu.version_d",
  mipsHash: ".MIPS.xhash",
  mipsReginfo: ".reginfo",
  mipsOptions: ".MIPS.options",
  mipsAbiflags: ".MIPS.abiflags",
} as const;

/** All kinds of tables. There are no others. */
export type TableKind = keyof typeof TABLE_NAMES;
