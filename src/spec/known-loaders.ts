import { cardsOf } from "./machines/card-of.js";
import { RECOGNITION } from "./machines/lists/recognition.js";

/** A program interpreter with a known file name. */
export interface KnownLoader {
  readonly libc: "glibc" | "musl" | "bionic" | "uclibc" | "klibc";
  /** EM_* of the machines that it exists for. Null where the name does not tell. */
  readonly machines: readonly number[] | null;
  readonly class: 32 | 64 | null;
}

type Row = readonly [name: RegExp, libc: KnownLoader["libc"], elfClass: 32 | 64 | null];

/** Names that do not tell the machine: glibc's and musl's for other machines, bionic's, uClibc-ng's and klibc's. */
const ROWS: readonly Row[] = [
  [/^ld(?:-linux(?:-[\w-]+)?|-lsb-[\w-]+)?\.so\.\d$/, "glibc", null],
  [/^ld-musl-[\w-]+\.so\.1$/, "musl", null],
  [/^linker$/, "bionic", 32],
  [/^linker64$/, "bionic", 64],
  [/^ld(64)?-uClibc([-.][\w.]+)?\.so(\.\d)?$/, "uclibc", null],
  [/^klibc-[\w-]+\.so$/, "klibc", null],
];

/** The C library and the machines of the loader that PT_INTERP names. Undefined for an unknown name. */
export function knownLoader(path: string): KnownLoader | undefined {
  const file = path.slice(path.lastIndexOf("/") + 1);

  const known = cardsOf(RECOGNITION).flatMap(({ machine, card }) => {
    const interpreter = card.interpreters?.find(({ name }) => name.test(file));
    return interpreter ? [{ machine, interpreter }] : [];
  });
  if (known.length > 0) {
    const { libc, class: elfClass } = known[0]!.interpreter;
    return { libc, machines: known.map(({ machine }) => machine), class: elfClass };
  }

  const row = ROWS.find(([name]) => name.test(file));
  return row && { libc: row[1], machines: null, class: row[2] };
}

/** The name of musl's libc.so on Alpine, which dependencies of packages need. */
export const ALPINE_LIBC = /^libc\.musl-[^.]+\.so\.1$/;
