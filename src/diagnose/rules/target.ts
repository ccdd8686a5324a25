import { fileTypeName, machineName } from "../../spec/names.js";
import type { Facts } from "../facts.js";
import type { DiagnosisRule } from "./rule.js";

const bits = (m: { readonly machine: number; readonly class: number; readonly littleEndian: boolean }): string => `${machineName(m.machine)}, ${m.class}-bit, ${m.littleEndian ? "little" : "big"}-endian`;

/** Whether the file is for the machine at all. */
export const targetRules: readonly DiagnosisRule[] = [
  {
    id: "wrong-machine", severity: "error", sentence: "The file is for another machine than the target.", advice: "Take the build for the target's machine.",
    *test({ elf: { header: h }, target }: Facts) {
      const m = target?.machine;
      if (m && (m.machine !== h.machine || m.class !== h.class || m.littleEndian !== h.littleEndian)) yield { message: `it is for ${bits(h)}, the target ${target.name} for ${bits(m)}: "Exec format error", or "wrong ELF class" for a library` };
    },
  },
  {
    id: "not-loadable", severity: "note", sentence: "Nothing starts or loads this kind of file.", advice: "Link it first; an object file has no interpreter, no search path and no needed libraries yet.",
    *test({ linkage, elf }: Facts) {
      if (linkage === "relocatable") yield { message: `it is a relocatable object (${fileTypeName(elf.header.type)})` };
    },
  },
];
