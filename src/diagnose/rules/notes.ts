import { contentsOfKind, type DlopenDependency } from "../../image/notes/note-contents.js";
import type { Facts } from "../facts.js";
import { count, list, type Rule } from "./rule.js";

const of = <K extends Parameters<typeof contentsOfKind>[2]>({ elf }: Facts, kind: K) =>
  contentsOfKind(elf.notes, elf.header, kind);

/** The kernel of CentOS 7: what asks for no more than that runs on every distribution that this tool knows. */
const OLD_KERNEL = [3, 10] as const;

const isNewer = (kernel: string): boolean => {
  const [major = 0, minor = 0] = kernel.split(".").map(Number);
  return major > OLD_KERNEL[0] || (major === OLD_KERNEL[0] && minor > OLD_KERNEL[1]);
};

const describe = (d: DlopenDependency): string =>
  `${d.sonames.join(" or ")}${d.feature === null ? "" : ` (${d.feature})`}`;

/** What the file's own notes say. */
export const noteRules: readonly Rule[] = [
  {
    id: "kernel-minimum",
    severity: "note",
    sentence: "The C library does not start it on older kernels.",
    advice: "Build it against a C library that was configured for older kernels (glibc's --enable-kernel).",
    *test(f) {
      for (const { os, kernel } of of(f, "abi-tag")) {
        if (os === "Linux" && isNewer(kernel)) {
          yield {
            message: `its ABI tag asks for Linux ${kernel}: glibc refuses it on older kernels (CentOS 7 has 3.10)`,
          };
        }
      }
    },
  },
  {
    id: "abi-tag-system",
    severity: "warning",
    sentence: "The file is for another system than Linux.",
    advice: "Build it for Linux.",
    *test(f) {
      for (const { os } of of(f, "abi-tag")) {
        if (os !== "Linux") yield { message: `its ABI tag says ${os}: glibc on Linux refuses it` };
      }
      for (const { os, version } of of(f, "system")) {
        yield { message: `a note says that it was built for ${os} ${version}` };
      }
    },
  },
  {
    id: "dlopen-missing",
    severity: "warning",
    sentence: "A library that it opens by itself, and cannot do without, is in nobody's list.",
    advice: "Ship these libraries, or depend on their packages: no list that is made of DT_NEEDED has them.",
    *test(f) {
      if (!f.libraries) return;
      const loaded = new Set(f.libraries.objects.flatMap((o) => [o.name, o.elf.soname ?? o.name]));
      const missing = dlopened(f).filter((d) => d.priority === "required" && !d.sonames.some((n) => loaded.has(n)));
      if (missing.length > 0) {
        yield {
          message: `it opens ${list(missing.map(describe))} at run time and says that it needs ${missing.length === 1 ? "it" : "them"} (.note.dlopen), which nothing that the loader loads brings along`,
          names: missing.flatMap((d) => d.sonames),
        };
      }
    },
  },
  {
    id: "dlopen-dependencies",
    severity: "note",
    sentence: "Libraries that it opens by itself.",
    advice: "Ship those that are needed: no list that is made of DT_NEEDED has them.",
    *test(f) {
      const all = dlopened(f);
      if (all.length > 0) {
        yield {
          message: `it may open ${count(all.length, "library").replace(/library$/, all.length === 1 ? "library" : "libraries")} at run time (.note.dlopen): ${list(all.map((d) => `${describe(d)}, ${d.priority ?? "recommended"}`))}`,
          names: all.flatMap((d) => d.sonames),
        };
      }
    },
  },
  {
    id: "package",
    severity: "note",
    sentence: "The package that it belongs to.",
    advice: "Look there for other versions of it, and for fixes.",
    *test(f) {
      for (const { metadata: m } of of(f, "package")) {
        const known = ["type", "os", "osVersion", "name", "version", "architecture"].filter(
          (k) => m[k] !== undefined && m[k] !== null && m[k] !== "",
        );
        if (known.length > 0) {
          yield { message: `it belongs to a package: ${known.map((k) => `${k} ${String(m[k])}`).join(", ")}` };
        }
      }
    },
  },
];

const dlopened = (f: Facts): DlopenDependency[] => [...of(f, "dlopen")].flatMap((c) => c.libraries);
