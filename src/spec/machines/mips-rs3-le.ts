// Little-endian MIPS R3000, a number that hardly any file has.
// Sources: the gABI; binutils' include/elf/common.h.
export { names } from "./mips.js";
export { dynamic, memory, symbols, types, loading, recognition, ports } from "./plain.js";
