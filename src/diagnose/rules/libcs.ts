import { ALPINE_LIBC } from "../../spec/known-loaders.js";
import type { LoadedObject } from "../../resolve/tree.js";
import { namedLibc } from "../versions/crossing.js";
import { inWords, type Rule } from "./rule.js";

const isMusl = (name: string): boolean => ALPINE_LIBC.test(name) || /^ld-musl-.*\.so\.1$/.test(name);
const isGlibc = (name: string): boolean => name === "libc.so.6" || /^ld-linux.*\.so\.\d$/.test(name);

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The C library that an object is, by its names. musl's library has no DT_SONAME, and is the loader itself. */
function libcOf({ elf, realPath }: LoadedObject): "glibc" | "musl" | null {
  const names = [elf.soname ?? "", baseName(realPath)];
  if (names.includes("libc.so.6")) return "glibc";
  if (names.some(isMusl)) return "musl";
  return names.includes("libc.so") && elf.linkage === "loader" ? "musl" : null;
}

/** A process has one C library. */
export const libcRules: readonly Rule[] = [
  {
    id: "two-libcs",
    severity: "error",
    sentence: "Two C libraries would be loaded into one program.",
    advice:
      "Build all parts for one C library, or replace the names of the other " +
      "(elfwright patchelf --replace-needed OLD NEW) after reading what that changes.",
    *test({ needed, libraries }) {
      // musl's loader takes libc.so.6 for itself, but not ld-linux-*.so.*.
      const musl = needed.filter(isMusl);
      const glibc = needed.filter(isGlibc);
      if (musl.length > 0 && glibc.length > 0) {
        yield {
          message: `it needs ${inWords(glibc)} of glibc and ${inWords(musl)} of musl`,
          names: [...glibc, ...musl],
        };
        return;
      }

      const loaded = libraries?.objects.map((o) => ({ path: o.path, libc: libcOf(o) })) ?? [];
      const ofGlibc = loaded.filter((o) => o.libc === "glibc").map((o) => o.path);
      const ofMusl = loaded.filter((o) => o.libc === "musl").map((o) => o.path);
      if (ofGlibc.length > 0 && ofMusl.length > 0) {
        yield {
          message: `the loader would load ${inWords(ofGlibc)} of glibc and ${inWords(ofMusl)} of musl`,
          names: [...ofGlibc, ...ofMusl],
        };
      }
    },
  },
  {
    id: "musl-libc-so",
    severity: "note",
    sentence: "A library needs musl's libc by a name that means something else to glibc.",
    advice: "Use the package that is made for the system's C library; nothing is wrong if a musl program loads it.",
    *test(facts) {
      if (facts.libc !== "musl" || !facts.needed.includes("libc.so") || facts.interpreter !== null) return;

      const runsWithGlibc = facts.target?.libc === "glibc" || namedLibc(facts)?.libc === "glibc";
      yield {
        message:
          "it needs libc.so, musl's: a program of glibc finds no such library, or GNU ld's script of that name, " +
          'and then says "invalid ELF header"',
        names: ["libc.so"],
        ...(runsWithGlibc && { severity: "error" as const }),
      };
    },
  },
];
