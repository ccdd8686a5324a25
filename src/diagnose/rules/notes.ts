import { contentsOfKind, type DlopenDependency } from "../../image/notes/note-contents.js";
import { isForeignSystem, NO_SYSTEM } from "../detect/system.js";
import type { Facts } from "../facts.js";
import { plural, inWords, type Rule } from "./rule.js";

const notesOf = <K extends Parameters<typeof contentsOfKind>[2]>({ elf }: Facts, kind: K) =>
  contentsOfKind(elf.notes, elf.header, kind);

const dlopened = (facts: Facts): DlopenDependency[] => [...notesOf(facts, "dlopen")].flatMap((c) => c.libraries);

/** The kernel of CentOS 7. What asks for no more than that runs on every distribution that this tool knows. */
const OLD_KERNEL = [3, 10] as const;

function isNewer(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split(".").map(Number);
  const [oldMajor, oldMinor] = OLD_KERNEL;
  return major > oldMajor || (major === oldMajor && minor > oldMinor);
}

function described({ sonames, feature }: DlopenDependency): string {
  const names = sonames.join(" or ");
  return feature === null ? names : `${names} (${feature})`;
}

/** What a package's metadata says, in this order. */
const PACKAGE_FIELDS = ["type", "os", "osVersion", "name", "version", "architecture"];

/** What the file's own notes say. */
export const noteRules: readonly Rule[] = [
  {
    id: "kernel-minimum",
    severity: "note",
    sentence: "The C library does not start the file on older kernels.",
    advice: "Build it against a C library that was configured for older kernels (glibc's --enable-kernel).",
    *test(facts) {
      for (const { os, kernel } of notesOf(facts, "abi-tag")) {
        if (os !== "Linux" || !isNewer(kernel)) continue;
        yield {
          message: `its ABI tag asks for Linux ${kernel}: glibc refuses it on older kernels (CentOS 7 has 3.10)`,
        };
      }
    },
  },
  {
    id: "abi-tag-system",
    severity: "warning",
    sentence: "The file is for another system than Linux.",
    advice: "Build it for Linux.",
    *test(facts) {
      const severity = facts.target === null ? "warning" : "error";
      let isSaid = false;
      for (const { os } of notesOf(facts, "abi-tag")) {
        if (os === "Linux") continue;
        yield { message: `its ABI tag says ${os}: glibc on Linux refuses it`, severity };
        isSaid = true;
      }
      for (const { os, version } of notesOf(facts, "system")) {
        yield { message: `a note says that it was built for ${os} ${version}`, severity };
        isSaid = true;
      }
      if (isSaid || !isForeignSystem(facts.system)) return;

      const why = facts.evidence.find((e) => e.kind === "system")?.text ?? "";
      const isHosted = facts.system !== NO_SYSTEM;
      yield {
        message: `${isHosted ? `it is for ${facts.system}` : "it is for no operating system"}: ${why}`,
        severity,
        ...(!isHosted && { advice: "A boot loader, an emulator or a debugger starts it." }),
      };
    },
  },
  {
    id: "dlopen-missing",
    severity: "warning",
    sentence: "The file opens a library by itself and cannot do without it, but nothing brings that library along.",
    advice: "Ship these libraries, or depend on their packages: they are on no list that is made from DT_NEEDED.",
    *test(facts) {
      if (!facts.libraries) return;

      const loaded = new Set(facts.libraries.objects.flatMap((o) => [o.name, o.elf.soname ?? o.name]));
      const required = dlopened(facts).filter((d) => d.priority === "required");
      const missing = required.filter((d) => !d.sonames.some((name) => loaded.has(name)));
      if (missing.length === 0) return;

      const them = missing.length === 1 ? "it" : "them";
      yield {
        message:
          `it opens ${inWords(missing.map(described))} at run time and says that it needs ${them} (.note.dlopen), ` +
          "which nothing that the loader loads brings along",
        names: missing.flatMap((d) => d.sonames),
      };
    },
  },
  {
    id: "dlopen-dependencies",
    severity: "note",
    sentence: "The file opens libraries by itself.",
    advice: "Ship those that are needed: they are on no list that is made from DT_NEEDED.",
    *test(facts) {
      const all = dlopened(facts);
      if (all.length === 0) return;

      const shown = all.map((d) => `${described(d)}, ${d.priority ?? "recommended"}`);
      yield {
        message: `it may open ${plural(all.length, "library")} at run time (.note.dlopen): ${inWords(shown)}`,
        names: all.flatMap((d) => d.sonames),
      };
    },
  },
  {
    id: "package",
    severity: "note",
    sentence: "The file names the package that it belongs to.",
    advice: "Look there for other versions of it, and for fixes.",
    *test(facts) {
      for (const { metadata } of notesOf(facts, "package")) {
        const fields = PACKAGE_FIELDS.filter((f) => (metadata[f] ?? "") !== "");
        if (fields.length === 0) continue;

        const values = fields.map((f) => `${f} ${String(metadata[f])}`);
        yield { message: `it belongs to a package: ${values.join(", ")}` };
      }
    },
  },
];
