import { encodeText } from "../../codec/bytes.js";
import { SHN, STB, STT, VERSYM } from "../../spec/constants.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";
import { LookupName } from "./hash-lookup.js";
import type { DynamicSymbol, ObjectSymbols } from "./object-symbols.js";
import type { BoundSymbol, ScopeMember, Reference, Scope } from "./scope.js";
import type { LoadedObject } from "../tree.js";

/** The symbol types and bindings of a definition (OK_TYPES and OK_BINDS in ldso/dynlink.c). */
const DEFINITIONS: ReadonlySet<number> = /* @__PURE__ */ new Set([
  STT.NOTYPE,
  STT.OBJECT,
  STT.FUNC,
  STT.COMMON,
  STT.TLS,
]);
const BINDINGS: ReadonlySet<number> = /* @__PURE__ */ new Set([STB.GLOBAL, STB.WEAK, STB.GNU_UNIQUE]);

/**
 * The names that musl's loader also accepts with `64` behind them, although musl has not exported those since 1.2.4
 * (get_lfs64 in ldso/dynlink.c).
 */
const LARGE_FILE: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "aio_cancel",
  "aio_error",
  "aio_fsync",
  "aio_read",
  "aio_return",
  "aio_suspend",
  "aio_write",
  "alphasort",
  "creat",
  "fallocate",
  "fgetpos",
  "fopen",
  "freopen",
  "fseeko",
  "fsetpos",
  "fstat",
  "fstatat",
  "fstatfs",
  "fstatvfs",
  "ftello",
  "ftruncate",
  "ftw",
  "getdents",
  "getrlimit",
  "glob",
  "globfree",
  "lio_listio",
  "lockf",
  "lseek",
  "lstat",
  "mkostemp",
  "mkostemps",
  "mkstemp",
  "mkstemps",
  "mmap",
  "nftw",
  "open",
  "openat",
  "posix_fadvise",
  "posix_fallocate",
  "pread",
  "preadv",
  "prlimit",
  "pwrite",
  "pwritev",
  "readdir",
  "scandir",
  "sendfile",
  "setrlimit",
  "stat",
  "statfs",
  "statvfs",
  "tmpfile",
  "truncate",
  "versionsort",
  "__fxstat",
  "__fxstatat",
  "__lxstat",
  "__xstat",
]);

/** The name under which musl's loader finds `open64`, `readdir64_r` and the like; undefined for any other name. */
export function muslAlias(name: string): string | undefined {
  if (name === "readdir64_r") return "readdir_r";
  const plain = name.slice(0, -2);
  return name.endsWith("64") && LARGE_FILE.has(plain) ? plain : undefined;
}

/**
 * The lookup of musl (find_sym in ldso/dynlink.c): each object's first public symbol of the name, in the order of the
 * objects. The version that a reference asks for does not count, and hidden versions are never found. Visibility and
 * DT_SYMBOLIC do not matter.
 */
export class MuslScope implements Scope {
  readonly members: readonly ScopeMember[];
  /** The index of the loader among the members; -1 for none. */
  readonly #loader: number;
  /** See `pltSymbol` of a machine's card. */
  readonly #pltSymbol: number | null;

  constructor(members: readonly ScopeMember[], loader: LoadedObject | null, machine: number) {
    this.members = members;
    this.#loader = members.findIndex((m) => m.object === loader);
    this.#pltSymbol = cardOf(LOADING, machine)?.pltSymbol ?? null;
  }

  isLookedUp(binding: number): boolean {
    return binding !== STB.LOCAL;
  }

  isWeak(binding: number, shndx: number): boolean {
    return binding === STB.WEAK && shndx === SHN.UNDEF;
  }

  find(r: Reference): BoundSymbol | undefined {
    // A copy relocation passes over the program itself.
    const first = r.use === "copy" ? 1 : 0;
    return this.#findFrom(first, r.name, r.use === "call") ?? this.#largeFile(r.text);
  }

  complaint(r: Reference): string {
    return `${r.text}: symbol not found`;
  }

  #largeFile(text: string): BoundSymbol | undefined {
    const alias = muslAlias(text);
    if (alias === undefined || this.#loader < 0) return undefined;

    const found = this.#findFrom(this.#loader, new LookupName(encodeText(alias)), true);
    return found && { ...found, alias };
  }

  /** @param isCall undefined symbols that have a value do not count */
  #findFrom(first: number, name: LookupName, isCall: boolean): BoundSymbol | undefined {
    for (let i = first; i < this.members.length; i++) {
      const member = this.members[i]!;
      const index = member.symbols ? firstPublic(member.symbols, name) : 0;
      if (index === 0) continue;

      const symbol = member.symbols!.symbol(index);
      if (this.#isDefinition(symbol, isCall)) return { member, index };
    }
    return undefined;
  }

  #isDefinition(s: DynamicSymbol, isCall: boolean): boolean {
    if (s.shndx === SHN.UNDEF) {
      const isReserved = this.#pltSymbol !== null && !(s.other & this.#pltSymbol);
      if (isCall || s.type === STT.TLS || isReserved) return false;
    }
    if (s.isZero && s.type !== STT.TLS) return false;
    return DEFINITIONS.has(s.type) && BINDINGS.has(s.binding);
  }
}

/** The index of an object's first public symbol of a name, 0 for none. */
const firstPublic = (symbols: ObjectSymbols, name: LookupName): number =>
  symbols.remembered(
    () => name.key,
    () => symbols.firstNamed(name, (index) => !(symbols.versym(index) & VERSYM.HIDDEN)),
  );
