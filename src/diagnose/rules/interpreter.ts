import { PT } from "../../spec/constants.js";
import { knownLoader } from "../../spec/known-loaders.js";
import { machineName } from "../../spec/names.js";
import type { Facts } from "../facts.js";
import { builtFor } from "../versions/crossing.js";
import { buildFolder } from "./folders.js";
import { type RuleMatch, list, type Rule } from "./rule.js";

/** PATH_MAX: kernels refuse a PT_INTERP that is longer (`fs/binfmt_elf.c`). */
const LONGEST = 4096;

const interpOf = (f: Facts) => f.elf.segments.find((s) => s.type === PT.INTERP);

/** What kernels and loaders make of PT_INTERP. */
export const interpreterRules: readonly Rule[] = [
  {
    id: "interpreter-missing",
    severity: "error",
    sentence: "A program needs libraries, but names no interpreter.",
    advice:
      "Link it without -nostartfiles -Wl,--no-dynamic-linker, or link it statically. Until then it starts only through the loader: ld.so ./program.",
    *test(f) {
      if (f.linkage === "dynamic" && f.needed.length > 0 && !interpOf(f)) {
        yield {
          message: `it needs ${list(f.needed)}, but has no PT_INTERP: the kernel starts it without a loader, and it crashes at its first use of a library`,
          names: f.needed,
        };
      }
    },
  },
  {
    id: "interpreter-broken",
    severity: "error",
    sentence: "PT_INTERP is no path that kernels take.",
    advice: "Set it anew: elfwright patchelf --set-interpreter PATH.",
    *test(f) {
      const s = interpOf(f);
      const text = f.interpreter;
      if (!s || text === null) return;

      if (s.exact("filesz") > BigInt(LONGEST)) {
        yield { message: `PT_INTERP has ${s.exact("filesz")} bytes: kernels take at most ${LONGEST} (ENOEXEC)` };
      } else if (text === "") {
        yield { message: "PT_INTERP is empty: kernels refuse the program (ENOEXEC, or ENOENT)" };
      } else if (f.elf.source.read(s.offset + s.filesz - 1, 1)[0] !== 0) {
        yield {
          message: `PT_INTERP ${JSON.stringify(text)} does not end in a NUL byte: kernels refuse the program (ENOEXEC)`,
        };
      }
    },
  },
  {
    id: "interpreter-relative",
    severity: "warning",
    sentence: "PT_INTERP is not an absolute path.",
    advice: "Set an absolute path: PT_INTERP knows neither $ORIGIN nor any other token.",
    *test({ interpreter: i }) {
      if (i !== null && i !== "" && !i.startsWith("/")) {
        yield {
          message: `the interpreter ${JSON.stringify(i)} is looked up in the folder in which somebody starts the program`,
          names: [i],
        };
      }
    },
  },
  {
    id: "interpreter-folder",
    severity: "warning",
    sentence: "PT_INTERP leads into a folder that other systems do not have.",
    advice: "Set the system's own loader (elfwright patchelf --set-interpreter), or ship that folder with the program.",
    *test({ interpreter: i }) {
      const folder = i === null ? undefined : buildFolder(i);
      if (folder !== undefined) {
        yield {
          message: `the interpreter is ${i!}, in ${folder}: where that file is absent, starting the program fails with "No such file or directory"`,
          names: [i!],
          ...(isStore(folder) && { severity: "note" as const, advice: STORE_ADVICE }),
        };
      }
    },
  },
  {
    id: "interpreter-machine",
    severity: "error",
    sentence: "PT_INTERP names the loader of another machine or class.",
    advice: "Set the loader of the program's own machine.",
    *test({ interpreter: i, elf: { header: h } }) {
      const known = i === null ? undefined : knownLoader(i);
      if (!known) return;

      const machine = known.machines !== null && !known.machines.includes(h.machine);
      const wide = known.class !== null && known.class !== h.class;
      if (machine || wide) {
        yield {
          message: `the interpreter ${i!} is ${known.libc}'s for ${machine ? list(known.machines.map(machineName)) : `${known.class}-bit programs`}, but the program is ${h.class}-bit ${machineName(h.machine)}: the kernel refuses it`,
          names: [i!],
        };
      }
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
  "Right on a system with that package. For others, set their own loader: elfwright patchelf --set-interpreter.";
const isStore = (folder: string): boolean => folder.includes("store");

/**
 * musl's loader takes libc.so.6, libm.so.6 and the like for itself, so that much of what was built for glibc runs with
 * it; glibc's loader knows nothing of musl.
 */
function* foreignLoader(f: Facts): Generator<RuleMatch> {
  const { interpreter: i, needed } = f;
  const loader = i === null ? undefined : knownLoader(i);
  const from = builtFor(f);
  if (i === null || !loader || !from || loader.libc === from.libc) return;

  const names = [i, ...needed.filter((n) => /^libc\.|^ld-/.test(n))];
  if (from.libc === "glibc" && loader.libc === "musl") {
    yield {
      severity: "warning",
      names,
      message: `the interpreter ${i} is musl's, but ${from.because}: musl ignores versions, and what only glibc has is not found`,
      advice: "Build it for musl, or see with --target musl which symbols are missing there.",
    };
  } else if (from.libc === "musl" && loader.libc === "glibc" && needed.includes("libc.so.6")) {
    yield {
      severity: "warning",
      names,
      message: `its interpreter ${i} and libc.so.6 are glibc's, but ${from.because}: a changed interpreter and needed library alone do not make a musl program one for glibc`,
      advice:
        "Heed the findings on start code, versions and structures; else build it on a system with glibc, or set musl's loader and library again.",
    };
  } else {
    yield {
      names,
      message: `the interpreter ${i} is ${loader.libc}'s, but ${from.because}`,
      advice: from.libc === "musl" ? BACK_TO_MUSL : "Build the program for the C library that it runs with.",
    };
  }
}

const BACK_TO_MUSL = "Set musl's loader again (/lib/ld-musl-ARCH.so.1), or build the program on a system with glibc.";
