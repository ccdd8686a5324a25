// The kernel's virtual machine. Its programs are relocatable files, which the kernel's loaders read.
// Sources: Linux's Documentation/bpf.
import type { RecognitionCard } from "./kinds.js";

export { dynamic, memory, symbols, types, names, loading, ports } from "./plain.js";

export const recognition: RecognitionCard = {
  startCode: null,
  interpreters: null,
  pages: null,
  asksForExecutableStack: false,
  noLibc: "code for the kernel's BPF machine",
};
