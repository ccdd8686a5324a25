import { gnuProperties } from "../../image/notes/note-contents.js";
import type { Facts } from "../facts.js";
import { inWords, type Rule } from "./rule.js";

/** Registers that older x86-64 processors do not have. */
const NEWER_REGISTERS: readonly string[] = ["YMM", "ZMM", "TMM", "MASK"];

const flagsOf = ({ elf }: Facts, name: string): string[] =>
  gnuProperties(elf.notes, elf.header).flatMap((p) => (p.name === name ? (p.flags ?? []) : []));

/** The processor that the file asks for. */
export const cpuRules: readonly Rule[] = [
  {
    id: "cpu-isa-level",
    severity: "warning",
    sentence: "The file needs a newer x86-64 processor than the first ones.",
    advice:
      "Compile with -march=x86-64 and link without -Wl,-z,x86-64-vN for a program that runs everywhere, " +
      "or put the library into glibc-hwcaps/x86-64-vN beside a plain one.",
    *test(facts) {
      const levels = flagsOf(facts, "GNU_PROPERTY_X86_ISA_1_NEEDED").filter((level) => level !== "x86-64-baseline");
      const level = levels.sort().at(-1);
      if (level === undefined) return;

      yield {
        message:
          `its property note asks for ${level}: on an older processor, glibc from 2.33 on refuses it ` +
          '("CPU ISA level is lower than required"), others start it and may crash',
        severity: level === "x86-64-v2" ? "note" : "warning",
        names: [level],
      };
    },
  },
  {
    id: "cpu-features",
    severity: "note",
    sentence: "The file needs registers that not every x86-64 processor has.",
    advice: "Choose such code at run time, by what the processor supports.",
    *test(facts) {
      const features = flagsOf(facts, "GNU_PROPERTY_X86_FEATURE_2_NEEDED");
      const registers = features.filter((name) => NEWER_REGISTERS.includes(name));
      if (registers.length > 0) {
        yield { message: `its property note says that it needs the registers ${inWords(registers)}`, names: registers };
      }
    },
  },
];
