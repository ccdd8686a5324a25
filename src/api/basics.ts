// Errors, constants of ELF by name, and the types that every part takes.

export {
  ElfError,
  type ElfErrorCode,
  type ElfErrorDetails,
  type ElfErrorOf,
  isElfError,
  type Note,
  type NoteCode,
} from "../error.js";
export type { ElfClass, Encoding } from "../codec/encoding.js";
export type { ByteSource, ElfInput } from "../codec/source.js";
export { DF, DF_1, ELFOSABI, EM, ET, PF, PT, SHF, SHN, SHT, STB, STT, STV } from "../spec/constants.js";
export { DT } from "../spec/tags.js";
