import { smallest } from "../codec/ascending.js";
import { isElfError } from "../error.js";
import { DF, DF_1, EM, ET, PF, PT, SHN, SHT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { checkedForms } from "../spec/fortify.js";
import { defaultsToExecutableStack, gotOrder } from "../spec/machines.js";
import type { ElfFile, Linkage, SymbolTable } from "./elf.js";
import { gnuProperties } from "./notes/note-contents.js";
import { isDebugFile } from "./headers/sections.js";
import { assertElf } from "../input.js";

/**
 * What makes attacks on a program or library harder, as facts. Null always means that the file does not tell, or that
 * the question does not apply.
 */
export interface Hardening {
  /**
   * PT_GNU_RELRO: what loaders make read-only after relocation. "full" means that nothing is bound later either, so
   * that .got.plt is part of it. A file that binds all symbols at start but has no PT_GNU_RELRO is "none".
   */
  readonly relro: "none" | "partial" | "full";
  /** DT_BIND_NOW, DF_BIND_NOW or DF_1_NOW. Null where there is no PT_DYNAMIC. */
  readonly bindNow: boolean | null;
  /** May the program be loaded at any address? Null for libraries and loaders, for which this is always so. */
  readonly pie: boolean | null;
  readonly stack: {
    /** Is there a PT_GNU_STACK? */
    readonly stated: boolean;
    /**
     * Does the file ask for an executable stack? Also true where it states nothing, on a machine where glibc then makes
     * the stack executable (`sysdeps/*\/stackinfo.h`, DEFAULT_STACK_PERMS).
     */
    readonly executable: boolean;
  };
  /** p_vaddr of PT_LOADs that are writable and executable. */
  readonly writableExecutable: readonly bigint[];
  /** DT_TEXTREL or DF_TEXTREL: the loader makes code writable while it relocates. */
  readonly textRelocations: boolean;
  /**
   * Does anything in the file check stack canaries (`__stack_chk_fail` and its like)? In a static file that may be the
   * C library alone. Null for a stripped static file and for the C library itself.
   */
  readonly canary: boolean | null;
  /**
   * Functions that are called in the form that checks sizes, and functions that are called in the plain form although
   * glibc has a checked one. By plain name, sorted. Null where `canary` is.
   */
  readonly fortify: { readonly fortified: readonly string[]; readonly fortifiable: readonly string[] } | null;
  /** x86: indirect branch tracking and shadow stack, as the GNU property note promises. Null on other machines. */
  readonly cet: { readonly ibt: boolean; readonly shstk: boolean } | null;
  /**
   * AArch64: branch target identification, pointer authentication and guarded control stack, as the GNU property note
   * promises. Null on other machines.
   */
  readonly branchProtection: { readonly bti: boolean; readonly pac: boolean; readonly gcs: boolean } | null;
  /**
   * Clang's control flow integrity across libraries (`__cfi_check`, `__cfi_slowpath`). Within one library it leaves no
   * trace, so null says nothing.
   */
  readonly cfi: true | null;
  /** Clang's SafeStack. Its names are in .symtab only; null where that is gone. */
  readonly safeStack: boolean | null;
  /** Is there no .symtab? */
  readonly stripped: boolean;
  /** Are there .debug_* sections? */
  readonly debugInfo: boolean;
  readonly runpath: string | null;
  readonly rpath: string | null;
  /**
   * The smallest p_align of a PT_LOAD, in bytes. A system with larger pages may refuse the file; `pageFitness` says
   * more. Null where there is no PT_LOAD.
   */
  readonly loadAlignment: number | null;
}

/**
 * Reads the hardening of a program or library; null for a file that no loader maps (relocatable, core and separate
 * debug files). A part that cannot be read counts as not told.
 *
 * @throws ElfError where the program headers cannot be read
 * @example
 * readHardening(readElf(bytes))?.relro // "full"
 */
export function readHardening(elf: ElfFile): Hardening | null {
  assertElf("readHardening", elf);
  const { segments } = elf;
  const sections = attempt(() => elf.sections) ?? [];
  const isMapped = elf.header.type === ET.EXEC || elf.header.type === ET.DYN;
  if (!isMapped || attempt(() => isDebugFile(elf)) === true) return null;

  const loads = segments.filter((s) => s.type === PT.LOAD && s.exact("memsz") > 0n);
  const isBoundNow = attempt(() => bindsNow(elf));
  const names = attempt(() => tellingNames(elf));
  const ownNames = attempt(() => (elf.symbols ? tellingNamesOf(elf.symbols, true) : null));
  const hasSafeStack = SAFE_STACK.some((n) => names?.has(n) || ownNames?.has(n));

  return {
    relro: relroOf(elf, isBoundNow),
    bindNow: isBoundNow,
    pie: attempt(() => isPie(elf)),
    stack: stackOf(elf),
    writableExecutable: loads.filter((s) => s.flags & PF.W && s.flags & PF.X).map((s) => s.exact("vaddr")),
    textRelocations: attempt(() => hasTextRelocations(elf)) ?? false,
    canary: names && CANARY.some((n) => names.has(n)),
    fortify: names && fortifyOf(names),
    ...branchFeatures(elf),
    cfi: CFI.some((n) => names?.has(n)) ? true : null,
    safeStack: hasSafeStack || (ownNames ? false : null),
    stripped: !sections.some((s) => s.header.type === SHT.SYMTAB),
    debugInfo: sections.some((s) => /^\.z?debug_/.test(s.name)),
    runpath: attempt(() => elf.runpath),
    rpath: attempt(() => elf.rpath),
    loadAlignment: loads.length === 0 ? null : smallest(loads.map((s) => s.near("align"))),
  };
}

/** Reads a part; null where it is broken, and so tells nothing. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (e) {
    if (!isElfError(e)) throw e;
    return null;
  }
}

const hasFlag = (elf: ElfFile, tag: number, flag: number): boolean =>
  ((elf.dynamic?.get(tag) ?? 0n) & BigInt(flag)) !== 0n;

function bindsNow(elf: ElfFile): boolean | null {
  if (!elf.dynamic) return null;
  if (elf.dynamic.get(DT.BIND_NOW) !== undefined) return true;
  return hasFlag(elf, DT.FLAGS, DF.BIND_NOW) || hasFlag(elf, DT.FLAGS_1, DF_1.NOW);
}

const hasTextRelocations = (elf: ElfFile): boolean =>
  elf.dynamic?.get(DT.TEXTREL) !== undefined || hasFlag(elf, DT.FLAGS, DF.TEXTREL);

function relroOf(elf: ElfFile, isBoundNow: boolean | null): Hardening["relro"] {
  if (!elf.segments.some((s) => s.type === PT.GNU_RELRO && s.exact("memsz") > 0n)) return "none";

  const isLazy = attempt(() => mayBindLazily(elf)) ?? true;
  // Without PT_DYNAMIC, only a section header tells whether the words that IRELATIVE relocations write are in it.
  const isGotOutside = isBoundNow === null && mayHaveGotOutsideRelro(elf);
  return isBoundNow === true || (!isLazy && !isGotOutside) ? "full" : "partial";
}

function mayBindLazily(elf: ElfFile): boolean {
  const hasPltRelocations = (elf.dynamic?.get(DT.PLTRELSZ) ?? 0n) > 0n;
  // MIPS binds entries of the global offset table late, without any relocation.
  return hasPltRelocations || (elf.dynamic !== null && gotOrder(elf.header.machine) !== null);
}

function mayHaveGotOutsideRelro(elf: ElfFile): boolean {
  if (elf.sections.length === 0) return true;
  return elf.sections.some(
    ({ name, header: s }) => name === ".got.plt" && !isInRelro(elf, s.exact("addr"), s.exact("size")),
  );
}

/** GNU ld lets PT_GNU_RELRO end behind the three words that .got.plt begins with. */
const isInRelro = (elf: ElfFile, address: bigint, size: bigint): boolean =>
  elf.segments.some(
    (s) =>
      s.type === PT.GNU_RELRO && s.exact("vaddr") <= address && address + size <= s.exact("vaddr") + s.exact("memsz"),
  );

function isPie(elf: ElfFile): boolean | null {
  if (elf.header.type === ET.EXEC) return false;
  const { linkage } = elf;
  if (linkage === "static-pie") return true;
  // glibc's libc.so.6 has a PT_INTERP, but also a name.
  return linkage === "dynamic" && (hasFlag(elf, DT.FLAGS_1, DF_1.PIE) || elf.soname === null) ? true : null;
}

function stackOf({ segments, header: h }: ElfFile): Hardening["stack"] {
  const stated = segments.find((s) => s.type === PT.GNU_STACK);
  return {
    stated: stated !== undefined,
    executable: stated ? (stated.flags & PF.X) !== 0 : defaultsToExecutableStack(h.machine),
  };
}

/** gcc and clang; i386's local form; OpenBSD's; Intel's compilers. */
const CANARY: readonly string[] = [
  "__stack_chk_fail",
  "__stack_chk_fail_local",
  "__stack_chk_guard",
  "__stack_smash_handler",
  "__intel_security_cookie",
];
const CFI: readonly string[] = ["__cfi_check", "__cfi_slowpath", "__cfi_slowpath_diag"];
const SAFE_STACK: readonly string[] = ["__safestack_init", "__safestack_unsafe_stack_ptr"];

const SELF_CONTAINED: readonly Linkage[] = ["static", "static-pie", "loader"];

/**
 * The names that tell something, among those that other files have to define; in a file that is linked to no other, all
 * of .symtab. Null where there is no such table, and for the C library, which calls its own functions without dynamic
 * symbols.
 */
function tellingNames(elf: ElfFile): Set<string> | null {
  if (SELF_CONTAINED.includes(elf.linkage)) return elf.symbols && tellingNamesOf(elf.symbols, true);

  const symbols = elf.dynamicSymbols;
  if (!symbols) return null;
  for (const { name, shndx } of symbols) if (shndx !== SHN.UNDEF && name === CANARY[0]) return null;
  return tellingNamesOf(symbols, false);
}

/** @param defined whether the names of defined symbols count, too */
function tellingNamesOf(table: SymbolTable, defined: boolean): Set<string> {
  const forms = checkedForms();
  const telling = new Set([...forms.keys(), ...forms.values(), ...CANARY, ...CFI, ...SAFE_STACK]);
  const names = new Set<string>();
  for (const { name, shndx } of table) {
    const counts = defined || shndx === SHN.UNDEF || name === "__cfi_check";
    if (counts && telling.has(name)) names.add(name);
  }
  return names;
}

function fortifyOf(names: ReadonlySet<string>): NonNullable<Hardening["fortify"]> {
  const fortified: string[] = [];
  const fortifiable: string[] = [];
  for (const [checked, plain] of checkedForms()) {
    if (names.has(checked)) fortified.push(plain);
    if (names.has(plain)) fortifiable.push(plain);
  }
  return { fortified: fortified.sort(), fortifiable: fortifiable.sort() };
}

/**
 * The bits of GNU_PROPERTY_X86_FEATURE_1_AND and GNU_PROPERTY_AARCH64_FEATURE_1_AND (their psABIs): what all code of
 * the file is built for.
 */
function branchFeatures(elf: ElfFile): Pick<Hardening, "cet" | "branchProtection"> {
  const { machine } = elf.header;
  const isX86 = machine === EM.X86_64 || machine === EM["386"];
  const isArm = machine === EM.AARCH64;
  const properties = isX86 || isArm ? attempt(() => gnuProperties(elf.notes, elf.header)) : null;
  if (!properties) return { cet: null, branchProtection: null };

  const has = (flag: string) => properties.some((p) => p.name?.endsWith("_FEATURE_1_AND") && p.flags?.includes(flag));
  return {
    cet: isX86 ? { ibt: has("IBT"), shstk: has("SHSTK") } : null,
    branchProtection: isArm ? { bti: has("BTI"), pac: has("PAC"), gcs: has("GCS") } : null,
  };
}
