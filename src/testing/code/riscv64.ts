import { concat } from "../../codec/bytes.js";
import { instructions, type MachineCode } from "./instructions.js";

/** RV64I (the RISC-V psABI and the unprivileged manual): arguments in a0, a1, a2; the call in a7. */
const code = (...words: readonly number[]): Uint8Array => instructions(true, ...words);

const RA = 1;
const T0 = 5;
const T1 = 6;
const A0 = 10;
const A1 = 11;
const A2 = 12;
const A7 = 17;

const WRITE = 64;
const EXIT_GROUP = 94;
const ECALL = 0x73;
const RET = 0x8067;

/** The upper 20 bits, so that the lower 12 with their sign make up the value. */
const upper = (value: number): number => (value + 0x800) & 0xfffff000;

/** `lui rN, upper; addiw rN, rN, lower`. */
const move = (register: number, value: number): number[] => [
  0x37 | (register << 7) | upper(value),
  0x1b | (register << 7) | (register << 15) | (value << 20),
];

/** `auipc rN, upper`: the instruction's own address and the upper bits. */
const address = (register: number, distance: number): number => 0x17 | (register << 7) | upper(distance);

const exits = (status: number): Uint8Array => code(...move(A0, status), ...move(A7, EXIT_GROUP), ECALL);

function prints(text: Uint8Array, then: "exit" | "return"): Uint8Array {
  const end = then === "exit" ? exits(0) : code(RET);
  const write = (textAt: number) =>
    code(
      address(A1, textAt),
      0x13 | (A1 << 7) | (A1 << 15) | (textAt << 20), //    addi a1, a1, lower
      ...move(A0, 1),
      ...move(A2, text.length),
      ...move(A7, WRITE),
      ECALL,
    );
  return concat([write(write(0).length + end.length), end, text]);
}

export const riscv64Code: MachineCode = {
  exits,
  prints,
  returns: (value) => code(...move(A0, value), RET),
  calls: (distance) =>
    code(
      address(T0, distance),
      0x3003 | (T1 << 7) | (T0 << 15) | (distance << 20), //    ld t1, lower(t0)
      0x67 | (RA << 7) | (T1 << 15), //                         jalr ra, t1
      ...move(A7, EXIT_GROUP),
      ECALL,
    ),
  // R_RISCV_64
  addressRelocation: 2,
};
