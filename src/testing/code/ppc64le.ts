import { concat } from "../../codec/bytes.js";
import { instructions, type MachineCode } from "./instructions.js";

/** Little-endian 64-bit PowerPC (its ELFv2 ABI; the Power ISA): arguments in r3, r4, r5; the call in r0. */
const code = (...words: readonly number[]): Uint8Array => instructions(true, ...words);

const WRITE = 4;
const EXIT_GROUP = 234;
const SC = 0x44000002;
const BLR = 0x4e800020;

/** `bcl 20, 31, next`: the address of the next instruction comes into the link register. */
const NEXT = 0x429f0005;

/** `lis rN, high; ori rN, rN, low`. */
const move = (register: number, value: number): number[] => [
  0x3c000000 | (register << 21) | (value >>> 16),
  0x60000000 | (register << 21) | (register << 16) | (value & 0xffff),
];

const exits = (status: number): Uint8Array => code(...move(3, status), ...move(0, EXIT_GROUP), SC);

function prints(text: Uint8Array, then: "exit" | "return"): Uint8Array {
  const end = then === "exit" ? exits(0) : code(BLR);
  const write = (textAt: number) =>
    code(
      0x7d4802a6, //    mflr r10
      NEXT,
      0x7c8802a6, //    mflr r4
      0x7d4803a6, //    mtlr r10
      0x38840000 | (textAt - 8), //    addi r4, r4, text
      ...move(3, 1),
      ...move(5, text.length),
      ...move(0, WRITE),
      SC,
    );
  return concat([write(write(8).length + end.length), end, text]);
}

export const ppc64leCode: MachineCode = {
  exits,
  prints,
  returns: (value) => code(...move(3, value), BLR),
  calls: (distance) => {
    const fromNext = distance - 4;
    const high = ((fromNext + 0x8000) >>> 16) & 0xffff;
    return code(
      NEXT,
      0x7d2802a6, //                          mflr r9
      0x3d290000 | high, //                   addis r9, r9, high
      0xe9890000 | (fromNext & 0xffff), //    ld r12, low(r9): a function finds itself by r12
      0x7d8903a6, //                          mtctr r12
      0xf821ff91, //                          stdu r1, -112(r1): where the function may save its caller
      0x4e800421, //                          bctrl
      ...move(0, EXIT_GROUP),
      SC,
    );
  },
  // R_PPC64_GLOB_DAT
  addressRelocation: 20,
};
