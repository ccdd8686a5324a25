import { isElfError } from "../error.js";
import { DF, DF_1, EM, ET, PF, PT, SHN, SHT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { checkedForms } from "../spec/fortify.js";
import { defaultsToExecutableStack, gotOrder } from "../spec/machines.js";
import type { ElfFile, Linkage, SymbolTable } from "./elf.js";
import { gnuProperties } from "./notes/note-contents.js";
import { isDebugFile } from "./headers/sections.js";

/**
 * What in a program or library makes attacks harder, as facts. Null always means: the file does not tell, or it does
 * not apply.
 */
export interface Hardening {
  /**
   * PT_GNU_RELRO: what loaders make read-only after relocation. "full": and nothing is bound later, so that .got.plt is
   * in it too; bind-now alone, without a PT_GNU_RELRO, is "none".
   */
  readonly relro: "none" | "partial" | "full";
  /** DT_BIND_NOW, DF_BIND_NOW or DF_1_NOW. Null where there is no PT_DYNAMIC. */
  readonly bindNow: boolean | null;
  /**
   * May the program be loaded anywhere? Null for libraries and loaders, which always may: only programs are told apart
   * so.
   */
  readonly pie: boolean | null;
  readonly stack: {
    /** Has it a PT_GNU_STACK? */
    readonly stated: boolean;
    /**
     * It asks for an executable stack, or states nothing on a machine where glibc then takes one
     * (`sysdeps/*\/stackinfo.h`, DEFAULT_STACK_PERMS).
     */
    readonly executable: boolean;
  };
  /** p_vaddr of PT_LOADs that are writable and executable. */
  readonly writableExecutable: readonly bigint[];
  /** DT_TEXTREL or DF_TEXTREL: the loader makes code writable while it relocates. */
  readonly textRelocations: boolean;
  /**
   * Something in it checks stack canaries (`__stack_chk_fail` and its like); in a static file that may be the C library
   * alone. Null for a stripped static file and for the C library itself.
   */
  readonly canary: boolean | null;
  /**
   * Functions that are called in the form that checks sizes, and those that are called in the plain form although glibc
   * has such a form. By plain name, sorted. Null as `canary` is.
   */
  readonly fortify: { readonly fortified: readonly string[]; readonly fortifiable: readonly string[] } | null;
  /** x86: indirect branch tracking and shadow stack, as the GNU property note promises. Null on other machines. */
  readonly cet: { readonly ibt: boolean; readonly shstk: boolean } | null;
  /**
   * AArch64: branch target identification, pointer authentication and guarded control stack, likewise. Null on other
   * machines.
   */
  readonly branchProtection: { readonly bti: boolean; readonly pac: boolean; readonly gcs: boolean } | null;
  /**
   * Clang's control flow integrity across libraries (`__cfi_check`, `__cfi_slowpath`); within one it leaves no trace,
   * so that null says nothing.
   */
  readonly cfi: true | null;
  /** Clang's SafeStack. It leaves names in .symtab only; null where that is gone. */
  readonly safeStack: boolean | null;
  /** No .symtab. */
  readonly stripped: boolean;
  /** Has it .debug_* sections? */
  readonly debugInfo: boolean;
  readonly runpath: string | null;
  readonly rpath: string | null;
  /**
   * The smallest p_align of a PT_LOAD, in bytes: pages larger than that may be refused. `pageFitness` says more. Null
   * where there is no PT_LOAD.
   */
  readonly loadAlignment: number | null;
}

/**
 * Reads what hardening a program or library has; null for what no loader maps (relocatable, core and separate debug
 * files). A part that cannot be read counts as not told.
 *
 * @throws ElfError where the program headers cannot be read
 * @example
 * readHardening(readElf(bytes))?.relro // "full"
 */
export function readHardening(elf: ElfFile): Hardening | null {
  const { segments } = elf;
  const sections = attempt(() => elf.sections) ?? [];
  if ((elf.header.type !== ET.EXEC && elf.header.type !== ET.DYN) || (attempt(() => isDebugFile(elf)) ?? false)) {
    return null;
  }

  const loads = segments.filter((s) => s.type === PT.LOAD && s.exact("memsz") > 0n);
  const bindNow = attempt(() => bindsNow(elf));
  const names = attempt(() => namesOf(elf));
  const local = attempt(() => (elf.symbols ? wanted(elf.symbols, true) : null));

  return {
    relro: relro(elf, bindNow),
    bindNow,
    pie: attempt(() => pie(elf)),
    stack: stack(elf),
    writableExecutable: loads.filter((s) => s.flags & PF.W && s.flags & PF.X).map((s) => s.exact("vaddr")),
    textRelocations:
      attempt(() => elf.dynamic?.get(DT.TEXTREL) !== undefined || has(elf, DT.FLAGS, DF.TEXTREL)) ?? false,
    canary: names && CANARY.some((n) => names.has(n)),
    fortify: names && fortify(names),
    ...features(elf),
    cfi: CFI.some((n) => names?.has(n)) ? true : null,
    safeStack: SAFE_STACK.some((n) => names?.has(n) || local?.has(n)) || (local ? false : null),
    stripped: !sections.some((s) => s.header.type === SHT.SYMTAB),
    debugInfo: sections.some((s) => /^\.z?debug_/.test(s.name)),
    runpath: attempt(() => elf.runpath),
    rpath: attempt(() => elf.rpath),
    loadAlignment: loads.length === 0 ? null : loads.reduce((n, s) => Math.min(n, s.near("align")), Infinity),
  };
}

/** A part that is broken tells nothing. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (e) {
    if (!isElfError(e)) throw e;
    return null;
  }
}

const has = (elf: ElfFile, tag: number, flag: number): boolean => ((elf.dynamic?.get(tag) ?? 0n) & BigInt(flag)) !== 0n;

const bindsNow = (elf: ElfFile): boolean | null =>
  elf.dynamic &&
  (elf.dynamic.get(DT.BIND_NOW) !== undefined || has(elf, DT.FLAGS, DF.BIND_NOW) || has(elf, DT.FLAGS_1, DF_1.NOW));

function relro(elf: ElfFile, bindNow: boolean | null): Hardening["relro"] {
  if (!elf.segments.some((s) => s.type === PT.GNU_RELRO && s.exact("memsz") > 0n)) return "none";

  // MIPS binds entries of the global offset table late, without any relocation.
  const lazy =
    attempt(
      () =>
        (elf.dynamic?.get(DT.PLTRELSZ) ?? 0n) > 0n || (elf.dynamic !== null && gotOrder(elf.header.machine) !== null),
    ) ?? true;
  // Without PT_DYNAMIC, only a section header tells whether what IRELATIVE relocations write is in it.
  const outside =
    bindNow === null &&
    (elf.sections.length === 0 ||
      elf.sections.some((s) => s.name === ".got.plt" && !inRelro(elf, s.header.exact("addr"), s.header.exact("size"))));
  return bindNow === true || (!lazy && !outside) ? "full" : "partial";
}

/** GNU ld lets PT_GNU_RELRO end behind the three words that .got.plt begins with. */
const inRelro = (elf: ElfFile, address: bigint, size: bigint): boolean =>
  elf.segments.some(
    (s) =>
      s.type === PT.GNU_RELRO && s.exact("vaddr") <= address && address + size <= s.exact("vaddr") + s.exact("memsz"),
  );

function pie(elf: ElfFile): boolean | null {
  if (elf.header.type === ET.EXEC) return false;
  const { linkage } = elf;
  if (linkage === "static-pie") return true;
  // glibc's libc.so.6 has a PT_INTERP and a name.
  return linkage === "dynamic" && (has(elf, DT.FLAGS_1, DF_1.PIE) || elf.soname === null) ? true : null;
}

function stack({ segments, header: h }: ElfFile): Hardening["stack"] {
  const stated = segments.find((s) => s.type === PT.GNU_STACK);
  return {
    stated: stated !== undefined,
    executable: stated ? (stated.flags & PF.X) !== 0 : defaultsToExecutableStack(h.machine),
  };
}

/** gcc and clang; i386's local form; Intel's compilers. */
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
 * The names that tell, of what other files have to define; of all of .symtab in a file that is linked to no other. Null
 * where there is no such table, and for the C library: calls of its own functions need no dynamic symbol.
 */
function namesOf(elf: ElfFile): Set<string> | null {
  if (SELF_CONTAINED.includes(elf.linkage)) return elf.symbols && wanted(elf.symbols, true);
  const symbols = elf.dynamicSymbols;
  if (!symbols) return null;
  for (const { name, shndx } of symbols) if (shndx !== SHN.UNDEF && name === CANARY[0]) return null;
  return wanted(symbols, false);
}

function wanted(table: SymbolTable, defined: boolean): Set<string> {
  const names = new Set<string>();
  const forms = checkedForms();
  const plain = new Set(forms.values());

  for (const { name, shndx } of table) {
    if (
      (defined || shndx === SHN.UNDEF || name === "__cfi_check") &&
      (forms.has(name) || plain.has(name) || CANARY.includes(name) || CFI.includes(name) || SAFE_STACK.includes(name))
    ) {
      names.add(name);
    }
  }

  return names;
}

function fortify(names: ReadonlySet<string>): NonNullable<Hardening["fortify"]> {
  const forms = [...checkedForms()];
  return {
    fortified: forms
      .filter(([form]) => names.has(form))
      .map(([, plain]) => plain)
      .sort(),
    fortifiable: forms
      .filter(([, plain]) => names.has(plain))
      .map(([, plain]) => plain)
      .sort(),
  };
}

/**
 * The bits of GNU_PROPERTY_X86_FEATURE_1_AND and GNU_PROPERTY_AARCH64_FEATURE_1_AND (their psABIs): what all code of
 * the file is built for.
 */
function features(elf: ElfFile): Pick<Hardening, "cet" | "branchProtection"> {
  const { machine } = elf.header;
  const x86 = machine === EM.X86_64 || machine === EM["386"];
  const arm = machine === EM.AARCH64;
  const properties = x86 || arm ? attempt(() => gnuProperties(elf.notes, elf.header)) : null;
  const has = (flag: string) => properties!.some((p) => p.name?.endsWith("_FEATURE_1_AND") && p.flags?.includes(flag));
  return {
    cet: properties && x86 ? { ibt: has("IBT"), shstk: has("SHSTK") } : null,
    branchProtection: properties && arm ? { bti: has("BTI"), pac: has("PAC"), gcs: has("GCS") } : null,
  };
}
