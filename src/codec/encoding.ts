/** ELFCLASS32 or ELFCLASS64. */
export type ElfClass = 32 | 64;

/** How the multi-byte fields of one file are laid out (gABI, "ELF Identification"). */
export interface Encoding {
  /** EI_CLASS: the width of addresses, offsets and words in bits. */
  readonly class: ElfClass;
  /** EI_DATA is ELFDATA2LSB. */
  readonly littleEndian: boolean;
}

/** Bytes of an address, offset or xword: 4 or 8. */
export const wordSize = (e: Encoding): 4 | 8 => (e.class === 64 ? 8 : 4);
