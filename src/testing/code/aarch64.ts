import { concat } from "../../codec/bytes.js";
import { instructions, type MachineCode } from "./instructions.js";

/** AArch64 (AAPCS64; Arm's manual, C6): arguments in x0, x1, x2; the call in x8. */
const code = (...words: readonly number[]): Uint8Array => instructions(true, ...words);

const WRITE = 64;
const EXIT_GROUP = 94;
const SVC = 0xd4000001;
const RET = 0xd65f03c0;

/** `movz wN, low; movk wN, high, lsl 16`. */
const move = (register: number, value: number): number[] => [
  0x52800000 | ((value & 0xffff) << 5) | register,
  0x72a00000 | (((value >>> 16) & 0xffff) << 5) | register,
];

/** `adr xN, . + distance`. */
const address = (register: number, distance: number): number =>
  0x10000000 | ((distance & 3) << 29) | ((distance >> 2) << 5) | register;

const exits = (status: number): Uint8Array => code(...move(0, status), ...move(8, EXIT_GROUP), SVC);

function prints(text: Uint8Array, then: "exit" | "return"): Uint8Array {
  const end = then === "exit" ? exits(0) : code(RET);
  const write = (textAt: number) =>
    code(address(1, textAt), ...move(0, 1), ...move(2, text.length), ...move(8, WRITE), SVC);
  return concat([write(write(0).length + end.length), end, text]);
}

export const aarch64Code: MachineCode = {
  exits,
  prints,
  returns: (value) => code(...move(0, value), RET),
  calls: (distance) =>
    code(
      address(9, 0),
      ...move(10, distance),
      0xf86a6929, //    ldr x9, [x9, x10]
      0xd63f0120, //    blr x9
      ...move(8, EXIT_GROUP),
      SVC,
    ),
  // R_AARCH64_GLOB_DAT
  addressRelocation: 1025,
};
