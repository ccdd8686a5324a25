import { contentsOfKind } from "../../image/notes/note-contents.js";
import { ET } from "../../spec/constants.js";
import { sameMachine } from "../../spec/machine-names.js";
import { fileTypeName, machineName } from "../../spec/names.js";
import type { Machine } from "../../targets/target.js";
import type { Facts } from "../facts.js";
import type { Rule } from "./rule.js";

const inWords = ({ machine, class: elfClass, littleEndian }: Machine): string =>
  `${machineName(machine)}, ${elfClass}-bit, ${littleEndian ? "little" : "big"}-endian`;

/** What kind of file it is, and whether it is for the machine at all. */
export const kindRules: readonly Rule[] = [
  {
    id: "wrong-machine",
    severity: "error",
    sentence: "The file is for another machine than the target.",
    advice: "Take the build for the target's machine.",
    *test({ elf: { header }, target, libraries }: Facts) {
      const machine = target?.machine;
      if (machine && !sameMachine(machine, header)) {
        yield {
          message:
            `it is for ${inWords(header)}, the target ${target.name} for ${inWords(machine)}: ` +
            '"Exec format error", or "wrong ELF class" for a library',
        };
      } else if (libraries?.otherMachine) {
        yield {
          message:
            `it is for ${inWords(header)}, the system that was searched for its libraries ` +
            `is for ${inWords(libraries.otherMachine)}: nothing that it needs is there`,
          advice:
            "Take the build for that machine, install the libraries for the file's, " +
            "or look at a system of the file's own machine (--sysroot).",
        };
      }
    },
  },
  {
    id: "not-loadable",
    severity: "note",
    sentence: "Nothing starts or loads this kind of file.",
    advice: "Link it first; an object file has no interpreter, no search path and no needed libraries yet.",
    *test({ linkage, elf, evidence, hasContents }: Facts) {
      if (evidence.some((e) => e.kind === "kernel-module")) {
        yield {
          message: "it is a module of the Linux kernel, which nothing but the kernel loads (insmod, modprobe)",
          advice:
            "It fits only the kernel that it was built for, whatever C library a system has: " +
            "build it against that kernel's headers.",
        };
      } else if (linkage === "relocatable") {
        yield { message: `it is a relocatable object (${fileTypeName(elf.header.type)})` };
      } else if (elf.header.type === ET.CORE) {
        yield {
          message: "it is a core file: the memory of a process that crashed, or was dumped",
          advice: "Open it in a debugger, together with the program that the process ran.",
        };
      } else if (!hasContents) {
        const [buildId] = contentsOfKind(elf.notes, elf.header, "build-id");
        yield {
          message:
            "it is a separate debug file: it has the debug information of a program or library, " +
            `but not its code and data${buildId ? `; the build ID of both is ${buildId.id}` : ""}`,
          advice: "Diagnose the program or library that it belongs to: its build ID is the same.",
        };
      }
    },
  },
];
