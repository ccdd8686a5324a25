import { encodeText } from "../../codec/bytes.js";
import { SHN, STB, STT, VERSYM } from "../../spec/constants.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";
import { LookupName } from "./hash-lookup.js";
import type { ObjectSymbols } from "./object-symbols.js";
import type { BoundSymbol, ScopeMember, Reference, Scope } from "./scope.js";
import type { LoadedObject } from "../tree.js";

const DEFINITIONS: ReadonlySet<number> = new Set([STT.NOTYPE, STT.OBJECT, STT.FUNC, STT.COMMON, STT.TLS]);
const BINDINGS: ReadonlySet<number> = new Set([STB.GLOBAL, STB.WEAK, STB.GNU_UNIQUE]);

/**
 * Names that musl's loader takes with `64` behind them, though its library has not exported these since 1.2.4
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

/**
 * The name under which musl's loader finds what is called so with `64` behind it (`open64`, `readdir64_r`); undefined
 * for any other name.
 */
export function muslAlias(name: string): string | undefined {
  if (name === "readdir64_r") return "readdir_r";
  const plain = name.slice(0, -2);
  return name.endsWith("64") && LARGE_FILE.has(plain) ? plain : undefined;
}

/**
 * The lookup of musl (find_sym in ldso/dynlink.c): objects in order, each one's first public symbol of the name.
 * Versions that a reference asks for do not count, hidden versions are never found, visibility and DT_SYMBOLIC do not
 * matter.
 */
export class MuslScope implements Scope {
  readonly members: readonly ScopeMember[];
  readonly #loader: number;
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
    return this.#from(r.use === "copy" ? 1 : 0, r.name, r.use === "call") ?? this.#largeFile(r.text);
  }

  complaint(r: Reference): string {
    return `${r.text}: symbol not found`;
  }

  #largeFile(text: string): BoundSymbol | undefined {
    const alias = muslAlias(text);
    const found =
      alias === undefined || this.#loader < 0
        ? undefined
        : this.#from(this.#loader, new LookupName(encodeText(alias)), true);
    return found && { ...found, alias: alias! };
  }

  #from(first: number, name: LookupName, definition: boolean): BoundSymbol | undefined {
    for (let i = first; i < this.members.length; i++) {
      const member = this.members[i]!;
      const index = member.symbols ? firstPublic(member.symbols, name) : 0;
      if (index === 0) continue;

      const s = member.symbols!.symbol(index);
      if (
        s.shndx === SHN.UNDEF &&
        (definition || s.type === STT.TLS || (this.#pltSymbol !== null && !(s.other & this.#pltSymbol)))
      ) {
        continue;
      }
      if ((!s.isZero || s.type === STT.TLS) && DEFINITIONS.has(s.type) && BINDINGS.has(s.binding)) {
        return { member, index };
      }
    }
    return undefined;
  }
}

function firstPublic(o: ObjectSymbols, name: LookupName): number {
  let found = 0;
  o.find?.(name, (index) => {
    const isFound =
      index < o.count && !(o.versym(index) & VERSYM.HIDDEN) && o.isNamed(o.symbol(index).nameOffset, name.bytes);
    if (isFound) found = index;
    return isFound;
  });
  return found;
}
