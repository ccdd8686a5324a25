import { cardsOf } from "./machines/card-of.js";
import { RECOGNITION } from "./machines/lists/recognition.js";

/** A program interpreter that is known by its file name. */
export interface KnownLoader {
  readonly libc: "glibc" | "musl" | "bionic" | "uclibc" | "klibc";
  /** EM_* of the machines it exists for; null for one whose name does not say so. */
  readonly machines: readonly number[] | null;
  readonly class: 32 | 64 | null;
}

type Row = readonly [name: RegExp, libc: KnownLoader["libc"], elfClass: 32 | 64 | null];

/** Names that do not say for which machine: glibc's and musl's of other ones, bionic's, uClibc-ng's and klibc's own. */
const ROWS: readonly Row[] = [
  [/^ld(?:-linux(?:-[\w-]+)?|-lsb-[\w-]+)?\.so\.\d$/, "glibc", null],
  [/^ld-musl-[\w-]+\.so\.1$/, "musl", null],
  [/^linker$/, "bionic", 32],
  [/^linker64$/, "bionic", 64],
  [/^ld(64)?-uClibc([-.][\w.]+)?\.so(\.\d)?$/, "uclibc", null],
  [/^klibc-[\w-]+\.so$/, "klibc", null],
];

/** Which C library's loader a PT_INTERP names, and for which machine; undefined for one that nobody knows. */
export function knownLoader(path: string): KnownLoader | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);

  const own = cardsOf(RECOGNITION).flatMap(({ machine, card: { interpreters } }) => {
    const found = interpreters?.find((i) => i.name.test(name));
    return found ? [{ machine, found }] : [];
  });
  const [first] = own;
  if (first) return { libc: first.found.libc, machines: own.map((o) => o.machine), class: first.found.class };

  const row = ROWS.find(([r]) => r.test(name));
  return row && { libc: row[1], machines: null, class: row[2] };
}

/** The name that Alpine gives musl's libc.so: for dependencies of packages. */
export const ALPINE_LIBC = /^libc\.musl-[^.]+\.so\.1$/;
