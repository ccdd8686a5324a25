import type { TableKind } from "../table-kinds.js";

/**
 * What elfwright knows of a machine stands in one file of this folder: its card. A card has a part for each kind of
 * reader, since a bundler drops whole constants only: who reads a file carries no names of relocations.
 *
 * Every field is answered. Null means that nothing is known, or that the machine has none: the reader then does what
 * its doc says. `test/spec/machines.test.ts` lists what each card leaves open.
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
 * What d_val means: an address of the file (which follows what it points to), an offset into .dynstr, the entry's own
 * place in memory as base (MIPS), or a plain value.
 */
export type TagKind = "address" | "string" | "self-relative" | "value";

/** For whoever reads PT_DYNAMIC: part of every bundle, so it stays small. */
export interface DynamicCard {
  /** d_tag from 0x70000000 on, by name without `DT_`. */
  readonly tags: Readonly<Record<string, readonly [number, TagKind]>> | null;
  /** Bytes of one DT_HASH entry in a 64-bit file; in 32-bit ones they are 4 everywhere. */
  readonly hashEntry: 4 | 8;
  /** Where the global offset table has the order of the dynamic symbols, which so cannot change it. */
  readonly gotOrder: GotOrder | null;
}

/** How a file says that its global offset table has the order of its dynamic symbols. */
export interface GotOrder {
  /** The tag that holds the number of dynamic symbols. */
  readonly countTag: number;
  /** The tag of the first symbol that has an entry, which the loader fills in without a relocation. */
  readonly firstTag: number;
  /** The tag of a DT_GNU_HASH whose symbols may stand in another order, and its section's sh_type. */
  readonly hashTag: number;
  readonly hashSection: number;
}

/** For layout, checks and hardening. */
export interface MemoryCard {
  /**
   * The largest page size in bytes that a system for this machine may use (its psABI; binutils' ELF_MAXPAGESIZE). A
   * segment that shares a page of this size with another one breaks where the kernel uses such pages. Null: 64 KiB,
   * wide enough for every machine Linux runs on with its usual pages.
   */
  readonly maxPage: number | null;
  /**
   * Does glibc take an executable stack where a file has no PT_GNU_STACK (`sysdeps/*\/stackinfo.h`,
   * DEFAULT_STACK_PERMS)? Null: taken for yes.
   */
  readonly executableStack: boolean | null;
  /** Is the first word at DT_PLTGOT the address of the dynamic section (its psABI)? Null: not looked at. */
  readonly gotHoldsDynamic: boolean | null;
  /** Is the dynamic section read-only? */
  readonly readOnlyDynamic: boolean;
  /** Its own kinds of segments that matter to layout or checks. */
  readonly segments: readonly OwnSegment[] | null;
}

/** A kind of segment that only one machine has. */
export interface OwnSegment {
  /** p_type. */
  readonly type: number;
  /** Must PT_LOADs map its bytes? */
  readonly isMapped: boolean;
  /** Where it is a table that may move, which tools find by its section, too: its kind and that one's sh_type. */
  readonly section: { readonly kind: TableKind; readonly type: number } | null;
}

/** For strip: what GNU strip does on a machine. */
export interface SymbolsCard {
  /** Names of symbols that say what code and data are, which disassemblers and linkers need (its ELF supplement). */
  readonly mapping: RegExp | null;
  /** How names begin that assemblers make for themselves, besides `.L` (binutils' bfd_is_local_label). */
  readonly temporaryPrefix: string | null;
  /** Does BFD write symbols of sections that nothing names, where a file has no relocations? */
  readonly unusedSectionSymbols: boolean;
}

/** For whoever names e_flags, program and section headers, and GNU properties. */
export interface TypesCard {
  /** p_type and sh_type from 0x70000000 on, by name without `PT_` and `SHT_`. */
  readonly segmentTypes: Numbers | null;
  readonly sectionTypes: Numbers | null;
  /** pr_type of its own. */
  readonly properties: Readonly<Record<number, PropertyType>> | null;
  /** e_flags. */
  readonly headerFlags: HeaderFlags | null;
}

/** A GNU property: its name behind `GNU_PROPERTY_`, and the names of its bits where it is a set of them. */
export interface PropertyType {
  readonly name: string;
  readonly bits?: readonly string[];
}

/** For whoever describes a file: much text. */
export interface NamesCard {
  readonly relocations: RelocationTypes | null;
}

/**
 * Names of relocation types (the psABI; binutils where it has none): the prefix, then the names from 0 on, `@N` before
 * one that is number N. Machines for which Linux distributions are made have all of their types, others those that
 * loaders meet.
 */
export interface RelocationTypes {
  readonly prefix: string;
  readonly names: string;
}

/** e_flags in words, without `EF_`. */
export interface HeaderFlags extends FlagSet {
  /** What the bits meant before there was an ABI: where all of `unless` are 0. */
  readonly older: (FlagSet & { readonly unless: number }) | null;
}

/** Single bits, and fields of several whose values have names. */
export interface FlagSet {
  readonly bits: Numbers | null;
  readonly fields: readonly { readonly mask: number; readonly values: Readonly<Record<number, string>> }[] | null;
}

/** For the resolver: what loaders know of a machine, and files do not say. */
export interface LoadingCard {
  /** Its ABIs, told apart by class, byte order and e_flags; the first one that fits a file counts. */
  readonly abis: readonly LoaderAbi[] | null;
  /** By class: what of e_flags all files of one process share (glibc's elf_machine_matches_host). Null: nothing. */
  readonly sameFlags: Readonly<Record<32 | 64, number>> | null;
  /** An EI_OSABI that glibc takes besides those that it takes everywhere. */
  readonly osabi: number | null;
  /** How dynamic relocations are written. Null: taken for "rela". */
  readonly relocationForm: "rel" | "rela" | null;
  /** r_type of dynamic relocations that loaders treat apart. Null: none is. */
  readonly relocations: SpecialRelocations | null;
  /** The bit of st_other without which the value of an undefined symbol does not stand for a function. */
  readonly pltSymbol: number | null;
  /** Does a program's copy of a library's protected object count as the object itself? */
  readonly copiesProtected: boolean;
}

/** One ABI of a machine, and where systems keep its files. */
export interface LoaderAbi {
  /** Null for either. */
  readonly class: 32 | 64 | null;
  readonly littleEndian: boolean | null;
  /** The value that these bits of e_flags have; null for any. */
  readonly flags: readonly [mask: number, value: number] | null;
  /** glibc's loader in its usual places, the likeliest first (each port's shlib-versions). */
  readonly loaders: readonly string[];
  /**
   * The flags of entries in ld.so.cache that its loader takes (sysdeps: dl-cache.h): FLAG_ELF (1), FLAG_ELF_LIBC6 (3),
   * and above them what tells ABIs of one system apart.
   */
  readonly cacheFlags: readonly number[];
  /** AT_PLATFORM. */
  readonly platform: string;
  /** Debian's directory below /lib. */
  readonly multiarch: string | null;
  /** The directory beside /lib where other distributions have this kind of libraries. */
  readonly libraryDirectory: "lib" | "lib32" | "lib64" | "libx32";
  /** LDSO_ARCH of musl's loader, without its variants; null where musl has no port. */
  readonly muslArch: string | null;
}

/** r_type by what it wants of a symbol (the psABI; elf.h has the names). */
export interface SpecialRelocations {
  /** COPY. */
  readonly copy: number;
  /** GLOB_DAT; null where any word may be an entry of the global offset table. */
  readonly got: number | null;
  /** JUMP_SLOT, and the types of thread-local storage. */
  readonly call: readonly number[];
}

/** For a diagnosis: by what the files of a machine are known. */
export interface RecognitionCard {
  /**
   * What stands at e_entry of programs that a C library's (or Go's) start file begins. From start files of Debian 12
   * (glibc 2.36, musl 1.2.3, dietlibc 0.34, klibc 2.0.12), from programs of the npm registry (LoongArch, RISC-V of
   * musl, bionic) and of Go 1.19 and 1.26.
   */
  readonly startCode: readonly StartCode[] | null;
  /**
   * What e_entry is: the address of the first instruction; that with a lowest bit that says Thumb code; the address of
   * a function descriptor; that, unless e_flags says version 2 of the ABI.
   */
  readonly entry: "address" | "thumb" | "descriptor" | "descriptor-v1";
  /** Program interpreters (glibc's `shlib-versions`, gcc's `GLIBC_DYNAMIC_LINKER`, musl's LDSO_ARCH in `reloc.h`). */
  readonly interpreters: readonly Interpreter[] | null;
  /** Sizes of pages that systems have besides 4 KiB. */
  readonly pages: readonly SystemPages[] | null;
  /** Do its linkers ask for an executable stack by themselves? */
  readonly asksForExecutableStack: boolean;
  /** Why no C library can be for it. */
  readonly noLibc: string | null;
}

/** Start files of one class and byte order. */
export interface StartCode {
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** Instructions are words in the file's byte order: the same code for the other one, not seen in a program. */
  readonly bothOrders: boolean;
  /**
   * `code` in hex digits, `.` for any; blanks are for reading. "likely" where it was derived from the start file's
   * source and not seen in a program; "certain" is left out.
   */
  readonly rows: readonly (readonly [of: StartFile, code: string, confidence?: "likely"])[];
}

export type StartFile = "glibc" | "musl" | "bionic" | "dietlibc" | "klibc" | "go";

/** A program interpreter that only some machines have. */
export interface Interpreter {
  readonly name: RegExp;
  readonly libc: "glibc" | "musl";
  /** Null where both classes have one of this name. */
  readonly class: 32 | 64 | null;
}

/** A size of pages in bytes, with whose it is. */
export interface SystemPages {
  /** Android's, or Linux's with other C libraries. */
  readonly bionic: boolean;
  /** Null for both. */
  readonly class: 32 | 64 | null;
  readonly size: number;
  readonly whose: string;
}

/** Names that other tools have for a machine. */
export interface PortsCard {
  /** What BFD calls its formats behind `elf32-` or `elf64-`: for the least and for the most significant byte first. */
  readonly formats: readonly [little: string | null, big: string | null] | null;
  /** Classes and byte orders with names of their own: in policies of wheels, tables of C libraries, compilers. */
  readonly ports: readonly Port[] | null;
}

/** Machines by the names that the kernel and distributions use. `arm` is 32-bit EABI. */
export type MachineName = "x86_64" | "i386" | "aarch64" | "arm" | "ppc64le" | "s390x" | "riscv64" | "loongarch64";

/** A class and byte order of a machine that has names of its own. */
export interface Port {
  readonly class: 32 | 64;
  /** Null for either. */
  readonly littleEndian: boolean | null;
  /** Its name in the tables of C libraries; null where they do not cover it. */
  readonly name: MachineName | null;
  /** `platform.machine()` of Python, and whether policies of wheels (manylinux, musllinux) know it. */
  readonly python: string;
  readonly hasPolicies: boolean;
  /** The target of `zig cc` with glibc. */
  readonly zig: string | null;
  /** The file name of glibc's loader, which is a library too (the port's shlib-versions). */
  readonly glibcLoader: string | null;
}
