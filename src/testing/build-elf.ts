import { encodeText, viewOf } from "../codec/bytes.js";
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
import { type BuildMemory, type Identity, writeCore, writeElf } from "./write.js";

/**
 * What {@link buildElf} makes. Without any option: a little-endian 64-bit PIE for x86-64 that needs libc.so.6.
 */
export interface BuildOptions {
  /** ELFCLASS. Default: 64. */
  class?: ElfClass;
  /** Default: true. */
  littleEndian?: boolean;
  /** EM_*. Default by class and byte order: x86-64, i386, 64-bit S/390, 32-bit PowerPC. */
  machine?: number;
  /** ET_*: EXEC, DYN, REL or CORE. Default: ET_DYN. */
  type?: number;
  /** EI_OSABI. Default: 0. */
  osabi?: number;
  /** e_flags. Default: 0. */
  flags?: number;
  /**
   * Whether e_entry is the start of .text. Default: true for programs (ET_EXEC, or a PT_INTERP). Set it for a
   * static-pie program or a loader.
   */
  entry?: boolean;

  /**
   * Whether the file has a PT_DYNAMIC with its tables. False makes a static program. Default: true for ET_EXEC and
   * ET_DYN.
   */
  dynamic?: boolean;
  /**
   * PT_INTERP; null for none. Default: the machine's usual loader; none for a static program or where `soname` is
   * given.
   */
  interpreter?: string | null;
  /** DT_NEEDED in order. Default: libc.so.6. */
  needed?: readonly string[];
  /** DT_SONAME. Default: none. */
  soname?: string | null;
  /** DT_RUNPATH. Default: none. */
  runpath?: string | null;
  /** DT_RPATH. Default: none. */
  rpath?: string | null;
  /** Entries before the DT_NULL. A DT_DEBUG or DT_FLAGS_1 among them replaces the one that a program has by itself. */
  tags?: readonly { readonly tag: number; readonly value: number | bigint }[];
  /** DT_NULL entries behind the terminating one. Default: 5, as GNU ld. */
  spareTags?: number;
  /**
   * Symbols in .symtab and, except local ones, in .dynsym (there in the order that the hash table needs). Default:
   * none.
   */
  symbols?: readonly BuildSymbol[];
  /** The tables that find a dynamic symbol: DT_GNU_HASH, DT_HASH. Default: "gnu". */
  hash?: "gnu" | "sysv" | "both" | "none";
  /** The versions that the file needs. Default: none. */
  versionNeeds?: readonly BuildVersionNeed[];
  /** The versions that the file defines. The base definition with the file's own name is added. Default: none. */
  versionDefinitions?: readonly BuildVersionDefinition[];
  /** Dynamic relocations. Default: none. */
  relocations?: readonly BuildRelocation[];
  /** A .got.plt with DT_PLTGOT; its first word is the address of .dynamic. Default: false. */
  got?: boolean;

  /** The address of the first byte of the file; a multiple of the page size. Default: 0, for ET_EXEC 0x400000. */
  base?: number | bigint;
  /** p_align of PT_LOAD. Default: the machine's largest page. */
  pageSize?: number;
  /**
   * Zero bytes, in file and memory, behind each read-only segment. Default: the rest of the page, as GNU ld's -z
   * separate-code.
   */
  slack?: number;
  /** Unused zero bytes behind the program header table. Default: 0. */
  headerGap?: number;
  /** PT_NULL entries at the end of the program header table. Default: 0. */
  nullSegments?: number;
  /** .dynstr at the end of its segment, behind the version tables. Default: false. */
  dynstrLast?: boolean;
  /** PT_GNU_RELRO over .dynamic, its end on a page boundary. Default: true where there is a .dynamic. */
  relro?: boolean;
  /** p_flags of PT_GNU_STACK; null for none. Default: PF_R | PF_W. */
  stackFlags?: number | null;
  /** PT_PHDR. Default: true where there is a PT_INTERP. */
  phdr?: boolean;
  /** Bytes of .bss. Default: 16. */
  bss?: number;
  /** .note.gnu.build-id; null for none. Default: 20 bytes. */
  buildId?: Uint8Array | null;
  /** More notes, behind the build ID. In a core file, these are all notes. */
  notes?: readonly BuildNote[];

  /**
   * Section headers and all that only they find (.comment, .symtab, .debug_info). Default: true; a core file has none.
   */
  sections?: boolean;
  /** The section header table at the end, or right behind the program headers as Go's linker has it. Default: "end". */
  sectionTable?: "end" | "start";
  /** The text of .comment; null for none. Default: "elfwright". */
  comment?: string | null;
  /** .symtab and .strtab. Default: true. */
  symtab?: boolean;
  /** Bytes of .debug_info. Default: 0, no such section. */
  debugInfo?: number;
  /**
   * e_phnum PN_XNUM, e_shnum 0 and e_shstrndx SHN_XINDEX, with the numbers in section header 0, however small they are
   * (readelf -l does not accept that). Default: false.
   */
  extendedNumbering?: boolean;
  /** Bytes behind the end of the ELF file. Default: none. */
  overlay?: Uint8Array;
  /** The PT_LOADs of a core file. Default: one with bytes, one without, and a page above 2^53 (on 64 bits). */
  memory?: readonly BuildMemory[];
}

/**
 * Makes a tiny ELF file that is valid in structure, but not meant to run: for tests of code that reads or changes such
 * files, without a compiler. The layout is GNU ld's: headers and read-only tables, .text, .dynamic with .data and .bss,
 * then what is not loaded. The same options give the same bytes.
 *
 * @throws ElfError `BAD_EDIT` for options that contradict each other
 * @example
 * const library = buildElf({ soname: "libx.so.1", runpath: "/opt/lib", symbols: [{ name: "answer" }] });
 * readElf(library).runpath // "/opt/lib"
 */
export function buildElf(options: BuildOptions = {}): Uint8Array {
  const identity = identityOf(options);
  const { encoding, type, machine } = identity;
  if (type === ET.CORE) return buildCore(options, identity);

  const isObject = type === ET.REL;
  const isDynamic = !isObject && (options.dynamic ?? true);
  const interpreter = interpreterOf(options, identity, isDynamic);
  const hasEntry = !isObject && (options.entry ?? (type === ET.EXEC || interpreter !== null));
  const symbols = options.symbols ?? [];
  const places = new SymbolPlaces(symbols, options.relocations?.length ?? 0, encoding);
  const room: Room = {
    slack: options.slack,
    headerGap: options.headerGap ?? 0,
    nullSegments: options.nullSegments ?? 0,
  };

  const dynamic = isDynamic
    ? dynamicParts(dynamicOptions(options, identity, interpreter), places, encoding)
    : undefined;
  const readOnly = readOnlyParts(options, identity, interpreter, dynamic?.tables ?? []);
  const text: SectionPart = {
    name: ".text",
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.EXECINSTR,
    align: room.slack === undefined ? 16 : 1,
    size: places.textSize,
  };
  const relro = dynamic ? [dynamic.dynamic] : [];
  const writable = writableParts(options, isDynamic, places.dataSize, encoding);

  const hasSections = isObject || (options.sections ?? true);
  const tail: SectionPart[] = [];
  if (hasSections) {
    const comment = options.comment === undefined ? "elfwright" : options.comment;
    tail.push(...unloadedParts(comment, options.debugInfo ?? 0));
    if (options.symtab ?? true) {
      tail.push(...symbolParts([...readOnly, text, ...relro, ...writable], symbols, places, hasEntry, encoding));
    }
  }

  const image = layOutParts({
    encoding,
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
    relroSegment: isDynamic && (options.relro ?? true),
    phdr: options.phdr ?? interpreter !== null,
    stackFlags: options.stackFlags === undefined ? 6 : options.stackFlags,
  });
  const entry = hasEntry ? image.address(".text") : 0n;
  return writeElf({ ...identity, entry, extendedNumbering: options.extendedNumbering ?? false }, image);
}

function identityOf(options: BuildOptions): Identity {
  const encoding: Encoding = { class: options.class ?? 64, littleEndian: options.littleEndian ?? true };
  return {
    encoding,
    type: options.type ?? ET.DYN,
    machine: options.machine ?? usualMachine(encoding),
    osabi: options.osabi ?? 0,
    flags: options.flags ?? 0,
    overlay: options.overlay ?? new Uint8Array(0),
  };
}

function usualMachine(encoding: Encoding): number {
  if (encoding.class === 64) return encoding.littleEndian ? EM.X86_64 : EM.S390;
  return encoding.littleEndian ? EM["386"] : EM.PPC;
}

function buildCore(options: BuildOptions, identity: Identity): Uint8Array {
  const notes = (options.notes ?? []).map((n) => encodeNote(n, identity.encoding));
  return writeCore(identity, notes, options.memory, options.pageSize ?? 0x1000);
}

function interpreterOf(options: BuildOptions, identity: Identity, isDynamic: boolean): string | null {
  if (options.interpreter !== undefined) return options.interpreter;

  const hasName = options.soname !== undefined && options.soname !== null;
  if (!isDynamic || hasName) return null;

  const { encoding, machine, flags } = identity;
  return loaderAbi({ ...encoding, machine, flags })?.loaders[0] ?? "/lib/ld.so.1";
}

function dynamicOptions(
  options: BuildOptions,
  { type, machine }: Identity,
  interpreter: string | null,
): DynamicOptions {
  return {
    type,
    machine,
    interpreter,
    needed: options.needed ?? ["libc.so.6"],
    soname: options.soname ?? null,
    runpath: options.runpath ?? null,
    rpath: options.rpath ?? null,
    hash: options.hash ?? "gnu",
    symbols: (options.symbols ?? []).filter((s) => s.binding !== STB.LOCAL),
    versionNeeds: options.versionNeeds ?? [],
    versionDefinitions: options.versionDefinitions ?? [],
    relocations: options.relocations ?? [],
    tags: options.tags ?? [],
    spareTags: options.spareTags ?? 5,
    got: options.got ?? false,
    dynstrLast: options.dynstrLast ?? false,
  };
}

/** The sections of the first PT_LOAD. */
function readOnlyParts(
  options: BuildOptions,
  { type, encoding }: Identity,
  interpreter: string | null,
  tables: readonly SectionPart[],
): SectionPart[] {
  const out: SectionPart[] = [];
  if (interpreter !== null) {
    out.push(fixedPart(".interp", SHT.PROGBITS, SHF.ALLOC, 1, encodeText(`${interpreter}\0`)));
  }
  if (type === ET.REL) return out;

  const usualId = Uint8Array.from({ length: 20 }, (_, i) => i + 1);
  const buildId = options.buildId === undefined ? usualId : options.buildId;
  out.push(...noteParts(options.notes ?? [], buildId, encoding), ...tables);

  // Strip programs do not cope with a PT_LOAD without a section.
  if (out.length === 0) out.push(fixedPart(".rodata", SHT.PROGBITS, SHF.ALLOC, 1, new Uint8Array(4)));
  return out;
}

/** The sections of the last PT_LOAD, behind .dynamic. */
function writableParts(options: BuildOptions, isDynamic: boolean, dataSize: number, encoding: Encoding): SectionPart[] {
  const flags = SHF.ALLOC | SHF.WRITE;
  const align = wordSize(encoding);
  const out: SectionPart[] = [];
  if (isDynamic && options.got) out.push(gotPart(encoding));
  out.push({ name: ".data", type: SHT.PROGBITS, flags, align, size: dataSize });
  if (options.bss !== 0) out.push({ name: ".bss", type: SHT.NOBITS, flags, align, size: options.bss ?? 16 });
  return out;
}

/** The three words that a lazily binding loader knows; the first one is the address of .dynamic. */
function gotPart(encoding: Encoding): SectionPart {
  const word = wordSize(encoding);
  return {
    name: ".got.plt",
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.WRITE,
    align: word,
    size: 3 * word,
    entsize: word,
    bytes(placed) {
      const bytes = new Uint8Array(3 * word);
      const address = placed.address(".dynamic");
      if (word === 8) viewOf(bytes).setBigUint64(0, address, encoding.littleEndian);
      else viewOf(bytes).setUint32(0, Number(address), encoding.littleEndian);
      return bytes;
    },
  };
}
