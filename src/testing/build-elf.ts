import { viewOf } from "../codec/bytes.js";
import { type ElfClass, type Encoding, wordSize } from "../codec/encoding.js";
import { EM, ET, SHF, SHT, STB } from "../spec/constants.js";
import { loaderAbi } from "../spec/loader-abi.js";
import { pageSize } from "../spec/machines.js";
import {
  type BuildRelocation,
  type BuildVersionDefinition,
  type BuildVersionNeed,
  dynamicParts,
  type DynamicOptions,
} from "./dynamic-parts.js";
import { layOutParts, type Room } from "./layout.js";
import {
  type BuildNote,
  type BuildSymbol,
  encodeNote,
  fixedPart,
  noteParts,
  type SectionPart,
  symbolParts,
  SymbolPlaces,
  unloadedParts,
} from "./parts.js";
import { type BuildMemory, writeCore, writeElf } from "./write.js";

/** What {@link buildElf} shall make. Without any option: a little-endian 64-bit PIE for x86-64 that needs libc.so.6. */
export interface BuildOptions {
  /** ELFCLASS. Default: 64. */
  class?: ElfClass;
  /** Default: true. */
  littleEndian?: boolean;
  /** EM_*. Default by class and byte order: x86-64, i386, 64-bit S/390, 32-bit PowerPC. */
  machine?: number;
  /** ET_*: EXEC, DYN, REL or CORE. Default: ET_DYN. */
  type?: number;
  /** EI_OSABI, e_flags. Default: 0. */
  osabi?: number;
  flags?: number;
  /**
   * Is e_entry the start of .text? Default: for programs (ET_EXEC, or a PT_INTERP); set it for a static-pie program or
   * a loader.
   */
  entry?: boolean;

  /** Has the file a PT_DYNAMIC with its tables? False makes a static program. Default: true for ET_EXEC and ET_DYN. */
  dynamic?: boolean;
  /**
   * PT_INTERP; null for none. Default: the machine's usual one, none for a static program or where `soname` is given.
   */
  interpreter?: string | null;
  /** DT_NEEDED in order. Default: libc.so.6. */
  needed?: readonly string[];
  /** DT_SONAME, DT_RUNPATH, DT_RPATH. Default: none. */
  soname?: string | null;
  runpath?: string | null;
  rpath?: string | null;
  /**
   * Entries before the DT_NULL. Where DT_DEBUG or DT_FLAGS_1 is among them, the one that a program has by itself goes.
   */
  tags?: readonly { readonly tag: number; readonly value: number | bigint }[];
  /** DT_NULL entries behind the terminating one. Default: 5, as GNU ld. */
  spareTags?: number;
  /**
   * Symbols, in .symtab and, but for local ones, in .dynsym (there in the order that the hash table wants). Default:
   * none.
   */
  symbols?: readonly BuildSymbol[];
  /** Which tables find a dynamic symbol: DT_GNU_HASH, DT_HASH. Default: "gnu". */
  hash?: "gnu" | "sysv" | "both" | "none";
  versionNeeds?: readonly BuildVersionNeed[];
  /** The base definition with the file's own name is added. */
  versionDefinitions?: readonly BuildVersionDefinition[];
  relocations?: readonly BuildRelocation[];
  /** .got.plt with DT_PLTGOT, its first word the address of .dynamic. Default: false. */
  got?: boolean;

  /** The address of the first byte of the file; a multiple of the page size. Default: 0, for ET_EXEC 0x400000. */
  base?: number | bigint;
  /** p_align of PT_LOAD. Default: the machine's largest page. */
  pageSize?: number;
  /**
   * Zero bytes, in file and memory, behind each read-only segment. Default: what is left of the page, as GNU ld's -z
   * separate-code.
   */
  slack?: number;
  /** Zero bytes behind the program header table that nothing uses. Default: 0. */
  headerGap?: number;
  /** PT_NULL entries at the end of the program header table. Default: 0. */
  nullSegments?: number;
  /** .dynstr at the end of its segment, behind the version tables. Default: false. */
  dynstrLast?: boolean;
  /** PT_GNU_RELRO over .dynamic, its end on a page boundary. Default: where there is a .dynamic. */
  relro?: boolean;
  /** p_flags of PT_GNU_STACK; null for none. Default: PF_R | PF_W. */
  stackFlags?: number | null;
  /** PT_PHDR. Default: where there is a PT_INTERP. */
  phdr?: boolean;
  /** Bytes of .bss. Default: 16. */
  bss?: number;
  /** .note.gnu.build-id; null for none. Default: 20 bytes. */
  buildId?: Uint8Array | null;
  /** More notes, behind the build ID. In a core file, all of them. */
  notes?: readonly BuildNote[];

  /**
   * Section headers and all that only they find (.comment, .symtab, .debug_info). Default: true; a core file has none.
   */
  sections?: boolean;
  /** The section header table at the end, or right behind the program headers as Go's linker has it. Default: "end". */
  sectionTable?: "end" | "start";
  /** The text of .comment; null for none. */
  comment?: string | null;
  /** .symtab and .strtab. Default: true. */
  symtab?: boolean;
  /** Bytes of .debug_info. Default: 0, no such section. */
  debugInfo?: number;
  /**
   * e_phnum PN_XNUM, e_shnum 0 and e_shstrndx SHN_XINDEX, the numbers in section header 0, however small they are
   * (which readelf -l does not take). Default: false.
   */
  extendedNumbering?: boolean;
  /** Bytes behind the end of the ELF file. */
  overlay?: Uint8Array;
  /** The PT_LOADs of a core file. Default: one with bytes, one without, and a page above 2^53 (on 64 bits). */
  memory?: readonly BuildMemory[];
}

/**
 * Makes a tiny ELF file that is valid in structure, not meant to run: for tests of code that reads or changes such
 * files, without a compiler. The layout is GNU ld's: headers and read-only tables, .text, .dynamic with .data and .bss,
 * then what is not loaded. The same options give the same bytes.
 *
 * @throws ElfError `BAD_EDIT` for options that contradict each other
 * @example
 * const library = buildElf({ soname: "libx.so.1", runpath: "/opt/lib", symbols: [{ name: "answer" }] });
 * readElf(library).runpath // "/opt/lib"
 */
export function buildElf(options: BuildOptions = {}): Uint8Array {
  const e: Encoding = { class: options.class ?? 64, littleEndian: options.littleEndian ?? true };
  const machine =
    options.machine ?? (e.class === 64 ? (e.littleEndian ? EM.X86_64 : EM.S390) : e.littleEndian ? EM["386"] : EM.PPC);
  const type = options.type ?? ET.DYN;
  const isObject = type === ET.REL;
  const ident = {
    e,
    type,
    machine,
    osabi: options.osabi ?? 0,
    flags: options.flags ?? 0,
    overlay: options.overlay ?? new Uint8Array(0),
  };
  if (type === ET.CORE) {
    return writeCore(
      ident,
      (options.notes ?? []).map((n) => encodeNote(n, e)),
      options.memory,
      options.pageSize ?? 0x1000,
    );
  }

  const isDynamic = !isObject && (options.dynamic ?? true);
  const hasName = options.soname !== undefined && options.soname !== null;
  const usualLoader = loaderAbi({ ...e, machine, flags: ident.flags })?.loaders[0] ?? "/lib/ld.so.1";
  const interpreter =
    options.interpreter !== undefined ? options.interpreter : isDynamic && !hasName ? usualLoader : null;
  const hasEntry = !isObject && (options.entry ?? (type === ET.EXEC || interpreter !== null));
  const symbols = options.symbols ?? [];
  const relocations = options.relocations ?? [];
  const places = new SymbolPlaces(symbols, relocations.length, e);

  const dynamicOptions: DynamicOptions = {
    type,
    machine,
    interpreter,
    needed: options.needed ?? ["libc.so.6"],
    soname: options.soname ?? null,
    runpath: options.runpath ?? null,
    rpath: options.rpath ?? null,
    hash: options.hash ?? "gnu",
    symbols: symbols.filter((s) => s.binding !== STB.LOCAL),
    versionNeeds: options.versionNeeds ?? [],
    versionDefinitions: options.versionDefinitions ?? [],
    relocations,
    tags: options.tags ?? [],
    spareTags: options.spareTags ?? 5,
    got: options.got ?? false,
    dynstrLast: options.dynstrLast ?? false,
  };
  const dyn = isDynamic ? dynamicParts(dynamicOptions, places, e) : undefined;

  const readOnly: SectionPart[] = [];
  if (interpreter !== null) {
    readOnly.push(fixedPart(".interp", SHT.PROGBITS, SHF.ALLOC, 1, new TextEncoder().encode(`${interpreter}\0`)));
  }
  if (!isObject) {
    readOnly.push(
      ...noteParts(
        options.notes ?? [],
        options.buildId === undefined ? Uint8Array.from({ length: 20 }, (_, i) => i + 1) : options.buildId,
        e,
      ),
    );
  }
  readOnly.push(...(dyn?.tables ?? []));
  // A PT_LOAD without a section is what strip programs trip over.
  if (readOnly.length === 0 && !isObject) {
    readOnly.push(fixedPart(".rodata", SHT.PROGBITS, SHF.ALLOC, 1, new Uint8Array(4)));
  }
  const room: Room = {
    slack: options.slack,
    headerGap: options.headerGap ?? 0,
    nullSegments: options.nullSegments ?? 0,
  };
  const text: SectionPart = {
    name: ".text",
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.EXECINSTR,
    align: room.slack === undefined ? 16 : 1,
    size: places.textSize,
  };
  const relro = dyn ? [dyn.dynamic] : [];
  const writable: SectionPart[] = [];
  if (dyn && dynamicOptions.got) writable.push(gotPart(e));
  writable.push({
    name: ".data",
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.WRITE,
    align: wordSize(e),
    size: places.dataSize,
  });
  if (options.bss !== 0) {
    writable.push({
      name: ".bss",
      type: SHT.NOBITS,
      flags: SHF.ALLOC | SHF.WRITE,
      align: wordSize(e),
      size: options.bss ?? 16,
    });
  }

  const hasSections = isObject || (options.sections ?? true);
  const tail: SectionPart[] = [];
  if (hasSections) {
    tail.push(...unloadedParts(options.comment === undefined ? "elfwright" : options.comment, options.debugInfo ?? 0));
    if (options.symtab ?? true) {
      tail.push(...symbolParts([...readOnly, text, ...relro, ...writable], symbols, places, hasEntry, e));
    }
  }
  const image = layOutParts({
    e,
    readOnly,
    text,
    relro,
    writable,
    tail,
    room,
    hasSections,
    isObject,
    base: BigInt(options.base ?? (type === ET.EXEC ? 0x400000 : 0)),
    page: options.pageSize ?? pageSize(machine, 0),
    sectionTable: options.sectionTable ?? "end",
    relroSegment: relro.length > 0 && (options.relro ?? true),
    phdr: options.phdr ?? interpreter !== null,
    stackFlags: options.stackFlags === undefined ? 6 : options.stackFlags,
  });
  return writeElf(
    { ...ident, entry: hasEntry ? image.address(".text") : 0n, extendedNumbering: options.extendedNumbering ?? false },
    image,
  );
}

/** The three words that a lazy-binding loader knows; the first one is the address of .dynamic. */
function gotPart(e: Encoding): SectionPart {
  const word = wordSize(e);
  const bytes: SectionPart["bytes"] = (p) => {
    const b = new Uint8Array(3 * word);
    const address = p.address(".dynamic");
    if (word === 8) viewOf(b).setBigUint64(0, address, e.littleEndian);
    else viewOf(b).setUint32(0, Number(address), e.littleEndian);
    return b;
  };
  return {
    name: ".got.plt",
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.WRITE,
    align: word,
    size: 3 * word,
    entsize: word,
    bytes,
  };
}
