import type { ElfClass } from "../codec/encoding.js";
import type { BuildRelocation, BuildVersionDefinition, BuildVersionNeed } from "./dynamic-options.js";
import type { BuildSegment } from "./layout.js";
import type { BuildMachine } from "./machines.js";
import type { BuildNote, BuildSymbol } from "./parts.js";
import type { BuildSection } from "./section-parts.js";
import type { BuildText } from "./actions.js";
import type { BuildMemory } from "./write.js";

/** ET_EXEC, ET_DYN, ET_REL, ET_CORE. */
export type BuildType = "exec" | "dyn" | "rel" | "core";

/**
 * What `buildElf` makes. Without any option: a little-endian 64-bit PIE for x86-64 that needs libc.so.6.
 */
export interface BuildOptions {
  /**
   * A name, which brings its class, byte order and e_flags with it, or EM_*. Default by class and byte order: x86-64,
   * i386, 64-bit S/390, 32-bit PowerPC.
   */
  machine?: BuildMachine | number;
  /** ELFCLASS. Default: that of the machine's name; 64 without a name. */
  class?: ElfClass;
  /** EI_DATA. Default: that of the machine's name; "little" without a name. */
  byteOrder?: "little" | "big";
  /** ET_EXEC, ET_DYN, ET_REL or ET_CORE, by name or number. Default: "dyn". */
  type?: BuildType | number;
  /** EI_OSABI. Default: 0. */
  osabi?: number;
  /** e_flags. Default: those of the machine's name; 0 without a name. */
  flags?: number;
  /**
   * Whether e_entry is the start of .text. Default: true for programs (ET_EXEC, a PT_INTERP, or `text`). Set it for a
   * static-pie program or a loader.
   */
  entry?: boolean;
  /**
   * The code of the program, at the start of .text: bytes, or {@link exits}, {@link prints}, {@link calls}, which
   * really run, on x86-64, i386, aarch64, arm, riscv64, s390x and ppc64le. Default: zeros.
   */
  text?: BuildText;

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
  versions?: readonly BuildVersionDefinition[];
  /** Dynamic relocations. Default: none. */
  relocations?: readonly BuildRelocation[];
  /** Functions among `symbols` that run when a loader has loaded the file: DT_INIT_ARRAY, in order. Default: none. */
  initArray?: readonly string[];
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
  sectionHeaders?: boolean;
  /** More sections. Default: none. */
  sections?: readonly BuildSection[];
  /** More program headers, behind the others. Default: none. */
  segments?: readonly BuildSegment[];
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
