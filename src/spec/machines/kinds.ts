import type { TableKind } from "../table-kinds.js";

/**
 * One file of this folder holds all that elfwright knows of a machine: its card. A card has a part for each kind of
 * reader, since a bundler drops whole constants only: a program that reads files carries no names of relocations.
 *
 * Every field is answered. Null means that nothing is known, or that the machine has none. The comment of the field
 * says what readers do then. `test/spec/machines.test.ts` lists what each card leaves open.
 */

/** The machines that have a card, by their names in {@link EM}. */
export type CardId =
  | "386" | "X86_64" | "IAMCU" | "AARCH64" | "ARM" | "RISCV" | "LOONGARCH" | "PPC" | "PPC64" | "S390" | "S390_OLD"
  | "MIPS" | "MIPS_RS3_LE" | "SPARC" | "SPARC32PLUS" | "SPARCV9" | "68K" | "ALPHA" | "ALPHA_OLD" | "SH" | "PARISC"
  | "IA_64" | "MICROBLAZE" | "OPENRISC" | "NIOS2" | "ARC_COMPACT" | "ARC_COMPACT2" | "CSKY" | "TILEGX" | "TILEPRO"
  | "BPF";

/** One part of every card. */
export type CardList<T> = Readonly<Record<CardId, T>>;

type Numbers = Readonly<Record<string, number>>;

/**
 * What d_val means: an address in the file (it changes when its target moves), an offset into .dynstr, a distance from
 * the entry's own place in memory (MIPS), or a plain value.
 */
export type TagKind = "address" | "string" | "self-relative" | "value";

/** For readers of PT_DYNAMIC. It is part of every bundle, so it stays small. */
export interface DynamicCard {
  /** d_tag from 0x70000000 on, by name without `DT_`. */
  readonly tags: Readonly<Record<string, readonly [number, TagKind]>> | null;
  /** Bytes of one DT_HASH entry in a 64-bit file. In 32-bit files of every machine they are 4. */
  readonly hashEntry: 4 | 8;
  /** Where the global offset table has the order of the dynamic symbols, so that this order cannot change. */
  readonly gotOrder: GotOrder | null;
}

/** How a file says that its global offset table has the order of its dynamic symbols. */
export interface GotOrder {
  /** The tag that holds the number of dynamic symbols. */
  readonly countTag: number;
  /** The tag of the first symbol with an entry. The loader fills entries in without relocations. */
  readonly firstTag: number;
  /** The tag of a DT_GNU_HASH whose symbols may have another order, and the sh_type of its section. */
  readonly hashTag: number;
  readonly hashSection: number;
}

/** For layout, checks and hardening. */
export interface MemoryCard {
  /**
   * The largest page size in bytes that a system for this machine may use (its psABI; binutils' ELF_MAXPAGESIZE). A
   * segment that shares a page of this size with another one breaks where the kernel uses such pages. Null: 64 KiB,
   * wide enough for every machine that Linux runs on with its usual pages.
   */
  readonly maxPage: number | null;
  /**
   * Does glibc make the stack executable where a file has no PT_GNU_STACK (`sysdeps/*\/stackinfo.h`,
   * DEFAULT_STACK_PERMS)? Null counts as yes.
   */
  readonly executableStack: boolean | null;
  /** Is the first word at DT_PLTGOT the address of the dynamic section (its psABI)? Null: nobody looks at it. */
  readonly gotHoldsDynamic: boolean | null;
  /** Is the dynamic section read-only? */
  readonly readOnlyDynamic: boolean;
  /** The machine's own kinds of segments that matter to layout or checks. */
  readonly segments: readonly OwnSegment[] | null;
  /**
   * The meaning of e_entry. "address": that of the first instruction. "thumb": the same, with a lowest bit that says
   * Thumb code. "descriptor": the address of a function descriptor. "descriptor-v1": likewise, unless e_flags says
   * version 2 of the ABI.
   */
  readonly entry: "address" | "thumb" | "descriptor" | "descriptor-v1";
}

/** A kind of segment that only one machine has. */
export interface OwnSegment {
  /** p_type. */
  readonly type: number;
  /** Must PT_LOADs map its bytes? */
  readonly isMapped: boolean;
  /** For a table that may move, and that tools find by its section too: its kind, and the sh_type of the section. */
  readonly section: { readonly kind: TableKind; readonly type: number } | null;
}

/** For strip: what GNU strip does on a machine. */
export interface SymbolsCard {
  /** Mapping symbols: they tell code from data, and disassemblers and linkers need them (its ELF supplement). */
  readonly mapping: RegExp | null;
  /** The beginning of names that assemblers make for themselves, besides `.L` (binutils' bfd_is_local_label). */
  readonly temporaryPrefix: string | null;
  /** Does BFD write section symbols that nothing refers to into a file without relocations? */
  readonly unusedSectionSymbols: boolean;
}

/** For names of e_flags, program and section headers, and GNU properties. */
export interface TypesCard {
  /** p_type and sh_type from 0x70000000 on, by name without `PT_` and `SHT_`. */
  readonly segmentTypes: Numbers | null;
  readonly sectionTypes: Numbers | null;
  /** The machine's own pr_type. */
  readonly properties: Readonly<Record<number, PropertyType>> | null;
  /** e_flags. */
  readonly headerFlags: HeaderFlags | null;
}

/** A GNU property: its name behind `GNU_PROPERTY_`, and the names of its bits where it is a set of bits. */
export interface PropertyType {
  readonly name: string;
  readonly bits?: readonly string[];
}

/** For descriptions of a file. It is much text. */
export interface NamesCard {
  readonly relocations: RelocationTypes | null;
}

/**
 * Names of relocation types (the psABI; binutils where it has none): the prefix, then the names from number 0 on. `@N`
 * makes N the number of the next name. Machines with a Linux distribution have all of their types, others those that
 * loaders meet.
 */
export interface RelocationTypes {
  readonly prefix: string;
  readonly names: string;
}

/** e_flags in words, without `EF_`. */
export interface HeaderFlags extends FlagSet {
  /** The meaning of the bits before there was an ABI: in files where all bits of `unless` are 0. */
  readonly older: (FlagSet & { readonly unless: number }) | null;
}

/** Single bits, and fields of several bits whose values have names. */
export interface FlagSet {
  readonly bits: Numbers | null;
  readonly fields: readonly { readonly mask: number; readonly values: Readonly<Record<number, string>> }[] | null;
}

/** For the resolver: what loaders know of a machine, and files do not tell. */
export interface LoadingCard {
  /** Its ABIs, told apart by class, byte order and e_flags. The first one that fits a file counts. */
  readonly abis: readonly LoaderAbi[] | null;
  /** By class: the bits of e_flags that are the same in all files of a process (glibc's elf_machine_matches_host). */
  readonly sameFlags: Readonly<Record<32 | 64, number>> | null;
  /** An EI_OSABI that glibc accepts besides those that it accepts on every machine. */
  readonly osabi: number | null;
  /** The form of dynamic relocations. Null counts as "rela". */
  readonly relocationForm: "rel" | "rela" | null;
  /** r_type of the dynamic relocations that loaders treat in a special way. Null: there are none. */
  readonly relocations: SpecialRelocations | null;
  /** The bit of st_other that lets the value of an undefined symbol stand for a function. Null: no bit is needed. */
  readonly pltSymbol: number | null;
  /** Does a program's copy of a protected object of a library count as the object itself? */
  readonly copiesProtected: boolean;
}

/** One ABI of a machine, and the places of its files. */
export interface LoaderAbi {
  /** Null for both classes. */
  readonly class: 32 | 64 | null;
  /** Null for both byte orders. */
  readonly littleEndian: boolean | null;
  /** The value that these bits of e_flags have. Null for any value. */
  readonly flags: readonly [mask: number, value: number] | null;
  /** glibc's loader in its usual places, the most likely one first (each port's shlib-versions). */
  readonly loaders: readonly string[];
  /**
   * The flags of entries in ld.so.cache that its loader accepts (sysdeps: dl-cache.h): FLAG_ELF (1), FLAG_ELF_LIBC6
   * (3), and higher bits that tell the ABIs of one system apart.
   */
  readonly cacheFlags: readonly number[];
  /** AT_PLATFORM. */
  readonly platform: string;
  /** Debian's directory below /lib. */
  readonly multiarch: string | null;
  /** The directory beside /lib where other distributions have libraries of this ABI. */
  readonly libraryDirectory: "lib" | "lib32" | "lib64" | "libx32";
  /** LDSO_ARCH of musl's loader, without its variants. Null where musl has no port. */
  readonly muslArch: string | null;
}

/** r_type by what the relocation wants of a symbol (the psABI; elf.h has the names). */
export interface SpecialRelocations {
  /** COPY. */
  readonly copy: number;
  /** GLOB_DAT. Null where any word may be an entry of the global offset table. */
  readonly got: number | null;
  /** JUMP_SLOT, and the types of thread-local storage. */
  readonly call: readonly number[];
}

/** For a diagnosis: what it recognizes files of a machine by. */
export interface RecognitionCard {
  /**
   * The code at e_entry of programs that begin with a start file of a C library, or of Go. Taken from start files of
   * Debian 12 (glibc 2.36, musl 1.2.3, dietlibc 0.34, klibc 2.0.12), and from programs of the npm registry (LoongArch,
   * RISC-V of musl, bionic) and of Go 1.19 and 1.26.
   */
  readonly startCode: readonly StartCode[] | null;
  /** Program interpreters (glibc's `shlib-versions`, gcc's `GLIBC_DYNAMIC_LINKER`, musl's LDSO_ARCH in `reloc.h`). */
  readonly interpreters: readonly Interpreter[] | null;
  /** The page sizes of systems, besides 4 KiB. */
  readonly pages: readonly SystemPages[] | null;
  /** Do its linkers ask for an executable stack by themselves? */
  readonly asksForExecutableStack: boolean;
  /** The reason why no C library can be for the machine. */
  readonly noLibc: string | null;
}

/** Start files of one class and byte order. */
export interface StartCode {
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /**
   * Instructions are words in the byte order of the file: the code counts for the other one too, unseen in programs.
   */
  readonly bothOrders: boolean;
  /**
   * `code` is hex digits, with `.` for any digit. Blanks are for readers. The confidence is "likely" for code that was
   * derived from the source of the start file and not seen in a program. "certain" is left out.
   */
  readonly rows: readonly (readonly [of: StartFile, code: string, confidence?: "likely"])[];
}

export type StartFile = "glibc" | "musl" | "bionic" | "dietlibc" | "klibc" | "go";

/** A program interpreter that only some machines have. */
export interface Interpreter {
  readonly name: RegExp;
  readonly libc: "glibc" | "musl";
  /** Null where both classes have an interpreter of this name. */
  readonly class: 32 | 64 | null;
}

/** A page size, and the systems that have it. */
export interface SystemPages {
  /** True for Android, false for Linux with other C libraries. */
  readonly bionic: boolean;
  /** Null for both classes. */
  readonly class: 32 | 64 | null;
  /** Bytes. */
  readonly size: number;
  readonly whose: string;
}

/** Names that other tools have for a machine. */
export interface PortsCard {
  /** BFD's names of its formats, behind `elf32-` or `elf64-`: for the least and for the most significant byte first. */
  readonly formats: readonly [little: string | null, big: string | null] | null;
  /** Classes and byte orders with names of their own in policies of wheels, tables of C libraries, and compilers. */
  readonly ports: readonly Port[] | null;
}

/** Machines by the names that the kernel and distributions use. `arm` is 32-bit EABI. */
export type MachineName = "x86_64" | "i386" | "aarch64" | "arm" | "ppc64le" | "s390x" | "riscv64" | "loongarch64";

/** A class and byte order of a machine that has names of its own. */
export interface Port {
  readonly class: 32 | 64;
  /** Null for both byte orders. */
  readonly littleEndian: boolean | null;
  /** Its name in the tables of C libraries. Null where they do not cover it. */
  readonly name: MachineName | null;
  /** `platform.machine()` of Python, and whether policies of wheels (manylinux, musllinux) know it. */
  readonly python: string;
  readonly hasPolicies: boolean;
  /** The target of `zig cc` with glibc. */
  readonly zig: string | null;
  /** The file name of glibc's loader, which is a library too (the port's shlib-versions). */
  readonly glibcLoader: string | null;
}
