import { ALPINE_LIBC } from "../../spec/known-loaders.js";
import type { LoadedObject } from "../../resolve/tree.js";
import { namedLibc } from "../versions/crossing.js";
import { list, type Rule } from "./rule.js";

const isMusl = (name: string): boolean => ALPINE_LIBC.test(name) || /^ld-musl-.*\.so\.1$/.test(name);
const isGlibc = (name: string): boolean => name === "libc.so.6" || /^ld-linux.*\.so\.\d$/.test(name);

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** By the names that the object has: musl's library has no DT_SONAME, and is the loader itself. */
function libcOf(o: LoadedObject): "glibc" | "musl" | null {
  const names = [o.elf.soname ?? "", baseName(o.realPath)];
  if (names.some((n) => n === "libc.so.6")) return "glibc";
  return names.some(isMusl) || (names.includes("libc.so") && o.elf.linkage === "loader") ? "musl" : null;
}

/** A process has one C library. */
export const libcRules: readonly Rule[] = [
  {
    id: "two-libcs",
    severity: "error",
    sentence: "Two C libraries would be loaded into one program.",
    advice:
      "Build all parts for one C library, or replace the names of the other (elfwright patchelf --replace-needed OLD NEW) after reading what that changes.",
    *test(f) {
      const { needed } = f;
      const musl = needed.filter(isMusl);
      const glibc = needed.filter(isGlibc);

      // musl's loader takes libc.so.6 for itself; ld-linux-*.so.* it does not.
      if (musl.length > 0 && glibc.length > 0) {
        yield { message: `it needs ${list(glibc)} of glibc and ${list(musl)} of musl`, names: [...glibc, ...musl] };
        return;
      }

      const objects = f.libraries?.objects.map((o) => ({ o, libc: libcOf(o) })) ?? [];
      const paths = (libc: string) => objects.filter((x) => x.libc === libc).map(({ o }) => o.path);
      if (paths("glibc").length > 0 && paths("musl").length > 0) {
        yield {
          message: `the loader would load ${list(paths("glibc"))} of glibc and ${list(paths("musl"))} of musl`,
          names: [...paths("glibc"), ...paths("musl")],
        };
      }
    },
  },
  {
    id: "musl-libc-so",
    severity: "note",
    sentence: "A library needs musl's libc by a name that means something else on glibc.",
    advice:
      "Use the package that is made for the system's C library; nothing is wrong where a program of musl loads it.",
    *test(f) {
      if (f.libc !== "musl" || !f.needed.includes("libc.so") || f.interpreter !== null) return;
      const glibc = f.target?.libc === "glibc" || namedLibc(f)?.libc === "glibc";
      yield {
        message:
          "it needs libc.so, musl's: a program of glibc finds no such library, or GNU ld's script of that name, and then says \"invalid ELF header\"",
        names: ["libc.so"],
        ...(glibc && { severity: "error" as const }),
      };
    },
  },
];
