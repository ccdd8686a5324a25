import { concat } from "../../codec/bytes.js";
import { instructions, type MachineCode } from "./instructions.js";

/** 32-bit Arm from version 7 on (AAPCS32; Arm's manual, A8): arguments in r0, r1, r2; the call in r7. */
const code = (...words: readonly number[]): Uint8Array => instructions(true, ...words);

const WRITE = 4;
const EXIT_GROUP = 248;
const SVC = 0xef000000;
const RETURN = 0xe12fff1e; // bx lr

/** The instruction's own address as pc tells it. */
const PC = 8;

const half = (opcode: number, register: number, value: number): number =>
  opcode | ((value >>> 12) << 16) | (register << 12) | (value & 0xfff);

/** `movw rN, low; movt rN, high`. */
const move = (register: number, value: number): number[] => [
  half(0xe3000000, register, value & 0xffff),
  half(0xe3400000, register, value >>> 16),
];

const exits = (status: number): Uint8Array => code(...move(0, status), ...move(7, EXIT_GROUP), SVC);

function prints(text: Uint8Array, then: "exit" | "return"): Uint8Array {
  // r7 is the caller's.
  const end = then === "exit" ? exits(0) : code(0xe49d7004, RETURN); // pop {r7}
  const write = (textAt: number) =>
    code(
      0xe28f1000 | (textAt - PC), //    add r1, pc, text
      0xe52d7004, //                    push {r7}
      ...move(0, 1),
      ...move(2, text.length),
      ...move(7, WRITE),
      SVC,
    );
  return concat([write(write(PC).length + end.length), end, text]);
}

export const armCode: MachineCode = {
  exits,
  prints,
  returns: (value) => code(...move(0, value), RETURN),
  calls: (distance) =>
    code(
      ...move(1, distance - 8 - PC),
      0xe08f1001, //    add r1, pc, r1
      0xe5911000, //    ldr r1, [r1]
      0xe3cdd007, //    bic sp, sp, 7
      0xe12fff31, //    blx r1
      ...move(7, EXIT_GROUP),
      SVC,
    ),
  // R_ARM_GLOB_DAT
  addressRelocation: 21,
};
