import type { ElfFile } from "../image/elf.js";
import { overlayKind } from "../image/headers/overlay-kind.js";
import { readHardening } from "../image/hardening.js";
import { Tolerant } from "../image/tolerant.js";
import { assertOptions } from "../input.js";
import { buildIdOf } from "../report/describe.js";
import type { SectionDescription, SegmentDescription } from "../report/description.js";
import { describeSections, describeSegments } from "../report/parts.js";
import { type Quantity, toQuantity } from "../report/quantity.js";
import { VER_FLG } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { headerFlagNames } from "../spec/header-flags.js";
import { dynamicFlag1Names, dynamicFlagNames, fileTypeName, machineName, osabiName } from "../spec/names.js";
import { type ElfSubject, fileOf } from "./matchers/verdict.js";
import { exportedNames, importedNames } from "./summary-symbols.js";

/** Options of `summarize`. */
export interface SummarizeOptions {
  /** Also tell the layout, which every build may change. Default: false. */
  readonly layout?: boolean | undefined;
}

/** Addresses, offsets, sizes and the build ID. */
export interface LayoutSummary {
  /** Bytes of the file. */
  readonly size: number;
  readonly entry: Quantity;
  /** In hex. */
  readonly buildId: string | null;
  readonly segments: readonly SegmentDescription[] | null;
  readonly sections: readonly SectionDescription[] | null;
}

/**
 * What a file is to those who load it and link with it: plain JSON with a fixed order of keys. What depends on the
 * linker's version, or on where it put things, is only in `layout`. A part that cannot be read is null.
 */
export interface FileSummary {
  /** `ELF64`. */
  readonly class: "ELF32" | "ELF64";
  readonly byteOrder: "little" | "big";
  /** `EM_X86_64`. */
  readonly machine: string;
  /** `ET_DYN`. */
  readonly type: string;
  readonly linkage: string | null;
  readonly osabi: string;
  /** e_flags by name. */
  readonly flags: readonly string[];
  readonly interpreter: string | null;
  readonly soname: string | null;
  /** DT_NEEDED in order. */
  readonly needed: readonly string[] | null;
  readonly runpath: string | null;
  readonly rpath: string | null;
  /** DF_* and DF_1_*, but for those that `security` tells. */
  readonly dynamicFlags: readonly string[] | null;
  /** Versions by the library that has to have them, both sorted. */
  readonly versionsNeeded: Readonly<Record<string, readonly string[]>> | null;
  readonly versionsDefined: readonly string[] | null;
  /** Symbols that others may use, with their versions: `answer@@V1`. Sorted; without those that linkers define. */
  readonly exports: readonly string[] | null;
  /** Symbols that others have to define, without weak ones. Sorted. */
  readonly imports: readonly string[] | null;
  /** Null for relocatable, core and separate debug files. */
  readonly security: {
    readonly relro: "none" | "partial" | "full";
    readonly bindNow: boolean | null;
    readonly pie: boolean | null;
    readonly executableStack: boolean;
    readonly writableCode: boolean;
    readonly textRelocations: boolean;
  } | null;
  readonly sectionHeaders: boolean;
  /** Is there a .symtab? */
  readonly symtab: boolean | null;
  /** Are there .debug_* sections? */
  readonly debugInfo: boolean | null;
  /** Bytes behind the end of the ELF file; `kind` is null where nothing tells what they are. */
  readonly overlay: { readonly size: number; readonly kind: string | null } | null;
  /** Why parts are null. */
  readonly problems: readonly string[];
  /** Only where it is asked for. */
  readonly layout?: LayoutSummary;
}

/**
 * Sums up a file for a snapshot: what loaders and linkers go by, without addresses, offsets, sizes and build IDs. Two
 * builds of the same sources have the same summary. `describeElf` tells all instead.
 *
 * @throws ElfError `BAD_INPUT`, `NOT_ELF`, `TRUNCATED`, `MALFORMED` for what is no ELF file at all
 * @example
 * assert.deepEqual(summarize(bytes).needed, ["libc.so.6"]);
 */
export function summarize(file: ElfSubject, options: SummarizeOptions = {}): FileSummary {
  assertOptions<SummarizeOptions>("summarize", options, { layout: true });

  const elf = fileOf(file);
  const { header } = elf;
  const tolerant = new Tolerant();
  tolerant.sectionTable(elf);
  const summary: Omit<FileSummary, "problems" | "layout"> = {
    class: `ELF${header.class}`,
    byteOrder: header.littleEndian ? "little" : "big",
    machine: machineName(header.machine),
    type: fileTypeName(header.type),
    linkage: tolerant.part(() => elf.linkage),
    osabi: osabiName(header.osabi),
    flags: headerFlagNames(header.flags, header.machine),
    interpreter: tolerant.part(() => elf.interpreter),
    soname: tolerant.part(() => elf.soname),
    needed: tolerant.part(() => elf.needed),
    runpath: tolerant.part(() => elf.runpath),
    rpath: tolerant.part(() => elf.rpath),
    dynamicFlags: tolerant.part(() => plainFlags(elf)),
    versionsNeeded: tolerant.part(() => versionsNeeded(elf)),
    versionsDefined: tolerant.part(() => versionsDefined(elf)),
    exports: tolerant.part(() => exportedNames(elf)),
    imports: tolerant.part(() => importedNames(elf)),
    security: tolerant.part(() => securityOf(elf)),
    sectionHeaders: header.shnum > 0,
    symtab: tolerant.part(() => elf.symbols !== null),
    debugInfo: tolerant.part(() => elf.sections.some((s) => /^\.z?debug_/.test(s.name))),
    overlay: tolerant.part(() => elf.overlay && { size: elf.overlay.size, kind: overlayKind(elf) }),
  };
  const layout = options.layout ? { layout: layoutOf(elf, tolerant) } : {};
  return { ...summary, problems: tolerant.problems, ...layout };
}

/** Flags that linkers set in one way or another, and that `security` tells. */
const TOLD: readonly string[] = ["DF_BIND_NOW", "DF_1_NOW", "DF_1_PIE", "DF_TEXTREL"];

function plainFlags({ dynamic }: ElfFile): string[] {
  const value = (tag: number): number => Number(BigInt.asUintN(32, dynamic?.get(tag) ?? 0n));
  const names = [...dynamicFlagNames(value(DT.FLAGS)), ...dynamicFlag1Names(value(DT.FLAGS_1))];
  return names.filter((name) => !TOLD.includes(name));
}

function versionsNeeded(elf: ElfFile): Record<string, string[]> {
  const byFile = new Map<string, string[]>();
  for (const { file, versions } of elf.versionNeeds) {
    byFile.set(file, [...(byFile.get(file) ?? []), ...versions.map((version) => version.name)]);
  }
  const sorted = [...byFile].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([file, names]) => [file, names.sort()]));
}

const versionsDefined = (elf: ElfFile): string[] =>
  elf.versionDefinitions.filter(({ flags }) => (flags & VER_FLG.BASE) === 0).map(({ names }) => names[0]!);

function securityOf(elf: ElfFile): FileSummary["security"] {
  const hardening = readHardening(elf);
  return (
    hardening && {
      relro: hardening.relro,
      bindNow: hardening.bindNow,
      pie: hardening.pie,
      executableStack: hardening.stack.executable,
      writableCode: hardening.writableExecutable.length > 0,
      textRelocations: hardening.textRelocations,
    }
  );
}

const layoutOf = (elf: ElfFile, tolerant: Tolerant): LayoutSummary => ({
  size: elf.source.size,
  entry: toQuantity(elf.header.entry),
  buildId: tolerant.part(() => buildIdOf(elf)),
  segments: tolerant.part(() => describeSegments(elf)),
  sections: tolerant.part(() => describeSections(elf)),
});
