import type { Row } from "./matrix.js";
import { unversionedLibc } from "./programs.js";

/** A linker for x86-64, and how gcc is told to call it. */
export interface Linker {
  readonly name: string;
  readonly tool: string;
  readonly flags: readonly string[];
}

export const BFD: Linker = { name: "GNU ld", tool: "ld.bfd", flags: ["-fuse-ld=bfd"] };
export const GOLD: Linker = { name: "gold", tool: "ld.gold", flags: ["-fuse-ld=gold"] };
export const LLD: Linker = { name: "lld", tool: "ld.lld", flags: ["-fuse-ld=lld"] };
export const MOLD: Linker = { name: "mold", tool: "mold", flags: ["-fuse-ld=mold"] };
export const LINKERS: readonly Linker[] = [BFD, GOLD, LLD, MOLD];

/** A way to link, and what readelf then says of the file. */
export interface Flavour {
  readonly name: string;
  readonly flags: Row["flags"];
  readonly built?: RegExp;
}

const flavour = (name: string, flags: readonly string[], built?: RegExp): Flavour => ({
  name,
  flags: () => flags,
  ...(built ? { built } : {}),
});

/** The flags of the PT_LOAD at offset 0. */
const FIRST_LOAD = (flags: string): RegExp => new RegExp(`^  LOAD +0x0+ \\S+ \\S+ \\S+ \\S+ ${flags} `, "m");

export const NOW = flavour("with -z now", ["-Wl,-z,now"], /BIND_NOW/);
export const NO_SEPARATE_CODE = flavour("with -z noseparate-code", ["-Wl,-z,noseparate-code"]);
export const ONE_TEXT_SEGMENT: Flavour = { ...NO_SEPARATE_CODE, built: FIRST_LOAD("R E") };
export const SEPARATE_CODE = flavour("with -z separate-code", ["-Wl,-z,separate-code"], FIRST_LOAD("R  "));
export const ROSEGMENT = flavour("with --rosegment", ["-Wl,--rosegment"], /^  LOAD .* R   0x/m);
export const BIG_PAGES = flavour("with -z max-page-size=65536", ["-Wl,-z,max-page-size=65536"], /^  LOAD .* 0x10000$/m);
export const SMALL_PAGES = flavour("with -z max-page-size=4096", ["-Wl,-z,max-page-size=4096"], /^  LOAD .* 0x1000$/m);
export const SYSV_HASH = flavour("with --hash-style=sysv", ["-Wl,--hash-style=sysv"], /^(?![^]*GNU_HASH)[^]*\(HASH\)/);
export const BIG_BSS = flavour("with 300 MB of .bss", ["-DZEROS=300000000"], /\.bss +NOBITS +\S+ \S+ 0*11e1/);
export const NO_SPARE = flavour("without spare entries", ["-Wl,--spare-dynamic-tags=1"]);
export const NO_RELACOUNT = flavour("without DT_RELACOUNT", ["-Wl,-z,nocombreloc"], /^(?![^]*RELACOUNT)/);
export const NO_SPARE_NO_RELACOUNT = flavour(
  "without spare entries or DT_RELACOUNT",
  ["-Wl,--spare-dynamic-tags=1", "-Wl,-z,nocombreloc"],
  /^(?![^]*RELACOUNT)/,
);

/** Beside DT_RELR, glibc asks for a version; GNU ld names it. */
export const RELR = flavour("with DT_RELR", ["-Wl,-z,pack-relative-relocs"], /\(RELR\)/);
export const LLD_RELR: Flavour = {
  ...RELR,
  flags: (files) => ["-Wl,--pack-dyn-relocs=relr", ...unversionedLibc(files)],
};
export const MOLD_RELR: Flavour = {
  ...RELR,
  flags: (files) => ["-Wl,-z,pack-relative-relocs", ...unversionedLibc(files)],
};

/** The rows of x86-64 for one linker and flavour. */
export const rowsOf = (l: Linker, kinds: readonly Row["kind"][], f?: Flavour): Row[] =>
  kinds.map((kind) => ({
    machine: "x86_64",
    linker: l.name,
    tool: l.tool,
    kind,
    flavour: f?.name ?? "",
    flags: (files) => [...l.flags, ...(f?.flags(files) ?? [])],
    ...(f?.built ? { built: f.built } : {}),
  }));

/** The rows of another machine, linked by its GNU ld. */
export const crossRowsOf = (machine: Row["machine"], kinds: readonly Row["kind"][], f?: Flavour): Row[] =>
  kinds.map((kind) => ({
    machine,
    linker: "GNU ld",
    tool: "readelf",
    kind,
    flavour: f?.name ?? "",
    flags: f?.flags ?? (() => []),
    ...(f?.built ? { built: f.built } : {}),
  }));
