import type { ElfFile } from "../../image/elf.js";
import { DF, DF_1, PT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { libraryLibc } from "../detect/libc-names.js";
import { isForeignSystem } from "../detect/system.js";
import type { Facts } from "../facts.js";
import type { Rule } from "./rule.js";

/** A file that dlopen() maps where it maps the file under diagnosis. */
interface Opened {
  readonly elf: ElfFile;
  /** For the message. */
  readonly name: string;
  /** Is it certain that dlopen() maps it? Any other library may be there since the start of the program. */
  readonly isCertain: boolean;
}

/** The file, if it is a library, and what it needs, but for parts of the C library: they are in every process. */
function opened(facts: Facts): Opened[] {
  const { elf, linkage, libraries, system } = facts;
  if ((linkage !== "shared-library" && linkage !== "plugin") || isForeignSystem(system)) return [];

  const own: Opened = { elf, name: "it", isCertain: linkage === "plugin" };
  const others = (libraries?.objects.slice(1) ?? []).filter((o) => o !== libraries?.interpreter?.object);
  const all = [own, ...others.map((o) => ({ elf: o.elf, name: o.path, isCertain: false }))];
  return all.filter((o) => !isOfLibc(o.elf));
}

const isOfLibc = ({ soname, versionDefinitions }: ElfFile): boolean =>
  (soname !== null && libraryLibc(soname) !== undefined) ||
  versionDefinitions.some((d) => d.names[0]?.startsWith("GLIBC_"));

const hasFlag = ({ dynamic }: ElfFile, tag: number, flag: number): boolean =>
  ((dynamic?.get(tag) ?? 0n) & BigInt(flag)) !== 0n;

/** The C library whose dlopen() it is: that of the target, else that of the file. */
const isMusl = ({ target, libc }: Facts): boolean => (target?.libc ?? libc) === "musl";

/**
 * Bytes of thread-local storage that glibc keeps free in each thread for what is opened later: 1664 since 2.3, with the
 * default of glibc.rtld.optional_static_tls (elf/dl-tls.c). Rounding may add up to 64.
 */
const SURPLUS = 1664;
const ROUNDING = 64;

/** What dlopen() makes of the file. */
export const dlopenRules: readonly Rule[] = [
  {
    id: "dlopen-refused",
    severity: "warning",
    sentence: "A library is marked as one that dlopen does not open.",
    advice:
      "Link it without -Wl,-z,nodlopen, clear the flag (clearFlags), " +
      "or have the program need it (DT_NEEDED), which is allowed.",
    *test(facts) {
      if (isMusl(facts)) return;
      for (const { elf, name, isCertain } of opened(facts)) {
        if (!hasFlag(elf, DT.FLAGS_1, DF_1.NOOPEN)) continue;
        yield {
          message: `${name} has DF_1_NOOPEN: glibc's dlopen fails with "shared object cannot be dlopen()ed"`,
          ...(isCertain && { severity: "error" as const }),
        };
      }
    },
  },
  {
    id: "dlopen-static-tls",
    severity: "warning",
    sentence: "A library has thread-local variables at fixed places, for which a process that opens it may lack room.",
    advice:
      "Compile it without -ftls-model=initial-exec, or have the program need it (DT_NEEDED, LD_PRELOAD). " +
      "With glibc, GLIBC_TUNABLES=glibc.rtld.optional_static_tls=BYTES keeps more room.",
    *test(facts) {
      for (const { elf, name, isCertain } of opened(facts)) {
        const size = elf.segments.find((s) => s.type === PT.TLS)?.near("memsz") ?? 0;
        if (size === 0 || !hasFlag(elf, DT.FLAGS, DF.STATIC_TLS)) continue;

        const has = `${name} has ${size} bytes of static thread-local storage (DF_STATIC_TLS)`;
        const severity = isCertain ? "error" : "warning";
        if (isMusl(facts)) {
          yield {
            message: `${has}: musl's dlopen refuses it ("initial-exec TLS resolves to dynamic definition")`,
            severity,
          };
        } else if (size > SURPLUS) {
          yield {
            message:
              `${has}: glibc keeps ${SURPLUS} bytes for all that a process opens, ` +
              'and dlopen fails with "cannot allocate memory in static TLS block"',
            severity: size > SURPLUS + ROUNDING ? severity : "warning",
          };
        } else {
          yield {
            message: `${has}, of ${SURPLUS} that glibc keeps for all that a process opens by dlopen`,
            severity: "note",
          };
        }
      }
    },
  },
];
