import { PT } from "../../spec/constants.js";
import { knownLoader } from "../../spec/known-loaders.js";
import { machineName } from "../../spec/names.js";
import type { Facts } from "../facts.js";
import { builtFor } from "../versions/crossing.js";
import { buildFolder } from "./folders.js";
import { type RuleMatch, inWords, type Rule } from "./rule.js";

/** PATH_MAX: kernels refuse a PT_INTERP that is longer (`fs/binfmt_elf.c`). */
const LONGEST = 4096;

const interpreterSegment = ({ elf }: Facts) => elf.segments.find((s) => s.type === PT.INTERP);

/** What kernels and loaders make of PT_INTERP. */
export const interpreterRules: readonly Rule[] = [
  {
    id: "interpreter-missing",
    severity: "error",
    sentence: "A program needs libraries, but names no interpreter.",
    advice:
      "Link it without -nostartfiles -Wl,--no-dynamic-linker, or link it statically. " +
      "Until then it starts only through the loader: ld.so ./program.",
    *test(facts) {
      const { linkage, needed } = facts;
      if (linkage !== "dynamic" || needed.length === 0 || interpreterSegment(facts)) return;

      yield {
        message:
          `it needs ${inWords(needed)}, but has no PT_INTERP: ` +
          "the kernel starts it without a loader, and it crashes at its first use of a library",
        names: needed,
      };
    },
  },
  {
    id: "interpreter-broken",
    severity: "error",
    sentence: "PT_INTERP is not a path that kernels accept.",
    advice: "Set it again: elfwright patchelf --set-interpreter PATH.",
    *test(facts) {
      const { elf, interpreter } = facts;
      const segment = interpreterSegment(facts);
      if (!segment || interpreter === null) return;

      const size = segment.exact("filesz");
      if (size > BigInt(LONGEST)) {
        yield { message: `PT_INTERP has ${size} bytes: kernels take at most ${LONGEST} (ENOEXEC)` };
      } else if (interpreter === "") {
        yield { message: "PT_INTERP is empty: kernels refuse the program (ENOEXEC, or ENOENT)" };
      } else if (elf.source.read(segment.offset + segment.filesz - 1, 1)[0] !== 0) {
        const text = JSON.stringify(interpreter);
        yield { message: `PT_INTERP ${text} does not end in a NUL byte: kernels refuse the program (ENOEXEC)` };
      }
    },
  },
  {
    id: "interpreter-relative",
    severity: "warning",
    sentence: "PT_INTERP is not an absolute path.",
    advice: "Set an absolute path: PT_INTERP knows neither $ORIGIN nor any other token.",
    *test({ interpreter }) {
      if (interpreter === null || interpreter === "" || interpreter.startsWith("/")) return;

      const text = JSON.stringify(interpreter);
      yield {
        message: `the interpreter ${text} is looked up in the folder in which somebody starts the program`,
        names: [interpreter],
      };
    },
  },
  {
    id: "interpreter-folder",
    severity: "warning",
    sentence: "PT_INTERP leads into a folder that other systems do not have.",
    advice: "Set the system's own loader (elfwright patchelf --set-interpreter), or ship that folder with the program.",
    *test({ interpreter }) {
      if (interpreter === null) return;

      const folder = buildFolder(interpreter);
      if (folder === undefined) return;
      yield {
        message:
          `the interpreter is ${interpreter}, in ${folder}: ` +
          'where that file is absent, starting the program fails with "No such file or directory"',
        names: [interpreter],
        ...(isStore(folder) && { severity: "note" as const, advice: STORE_ADVICE }),
      };
    },
  },
  {
    id: "interpreter-machine",
    severity: "error",
    sentence: "PT_INTERP names the loader of another machine or class.",
    advice: "Set the loader of the program's own machine.",
    *test({ interpreter, elf: { header } }) {
      if (interpreter === null) return;

      const loader = knownLoader(interpreter);
      if (!loader) return;

      const { libc, machines, class: elfClass } = loader;
      const isOtherMachine = machines !== null && !machines.includes(header.machine);
      const isOtherClass = elfClass !== null && elfClass !== header.class;
      if (!isOtherMachine && !isOtherClass) return;

      const programs = isOtherMachine ? inWords(machines.map(machineName)) : `${elfClass}-bit programs`;
      yield {
        message:
          `the interpreter ${interpreter} is ${libc}'s for ${programs}, ` +
          `but the program is ${header.class}-bit ${machineName(header.machine)}: the kernel refuses it`,
        names: [interpreter],
      };
    },
  },
  {
    id: "interpreter-libc",
    severity: "error",
    sentence: "PT_INTERP is the loader of another C library than the file was built for.",
    advice:
      "Build the program for the C library that it runs with, or set the loader of the one that it was built for.",
    test: foreignLoader,
  },
];

const STORE_ADVICE =
  "This is right on a system with that package. For other systems, set their own loader: " +
  "elfwright patchelf --set-interpreter.";

const isStore = (folder: string): boolean => folder.includes("store");

/**
 * musl's loader takes libc.so.6, libm.so.6 and the like for itself, so that much of what was built for glibc runs with
 * it; glibc's loader knows nothing of musl.
 */
function* foreignLoader(facts: Facts): Generator<RuleMatch> {
  const { interpreter, needed } = facts;
  const loader = interpreter === null ? undefined : knownLoader(interpreter);
  const built = builtFor(facts);
  if (interpreter === null || !loader || !built || loader.libc === built.libc) return;

  const names = [interpreter, ...needed.filter((name) => /^libc\.|^ld-/.test(name))];
  if (built.libc === "glibc" && loader.libc === "musl") {
    yield {
      severity: "warning",
      names,
      message:
        `the interpreter ${interpreter} is musl's, but ${built.because}: ` +
        "musl ignores versions, and what only glibc has is not found",
      advice: "Build it for musl; --target musl shows which symbols are missing there.",
    };
  } else if (built.libc === "musl" && loader.libc === "glibc" && needed.includes("libc.so.6")) {
    yield {
      severity: "warning",
      names,
      message:
        `its interpreter ${interpreter} and libc.so.6 are glibc's, but ${built.because}: ` +
        "a changed interpreter and needed library alone do not make a musl program one for glibc",
      advice:
        "Heed the findings on start code, versions and structures; " +
        "or build it on a system with glibc, or set musl's loader and library again.",
    };
  } else {
    yield {
      names,
      message: `the interpreter ${interpreter} is ${loader.libc}'s, but ${built.because}`,
      advice: built.libc === "musl" ? BACK_TO_MUSL : "Build the program for the C library that it runs with.",
    };
  }
}

const BACK_TO_MUSL = "Set musl's loader again (/lib/ld-musl-ARCH.so.1), or build the program on a system with glibc.";
