import { concat } from "../../codec/bytes.js";
import { instructions, type MachineCode } from "./instructions.js";

/**
 * s390x (its psABI; the Principles of Operation): arguments in r2, r3, r4; the call in the instruction. Relative
 * addresses count halfwords from the instruction's own start.
 */
const code = (...parts: readonly (string | number)[]): Uint8Array => instructions(false, ...parts);

const EXIT_GROUP = "0af8"; // svc exit_group

const exits = (status: number): Uint8Array => code("c021", status, EXIT_GROUP); // lgfi r2, status

function prints(text: Uint8Array, then: "exit" | "return"): Uint8Array {
  const end = then === "exit" ? exits(0) : code("07fe"); // br r14
  const write = (textAt: number) =>
    code(
      ...["c030", textAt / 2], //                larl r3, text
      "a7290001", //                             lghi r2, 1
      ...["c041", text.length, "0a04"], //       lgfi r4, length; svc write
    );
  return concat([write(write(0).length + end.length), end, text]);
}

export const s390xCode: MachineCode = {
  exits,
  prints,
  returns: (value) => code("c021", value, "07fe"), // lgfi r2, value; br r14
  calls: (distance) =>
    code(
      ...["c418", distance / 2], //    lgrl r1, slot
      "a7fbff60", //                   aghi r15, -160: where the function may save registers
      "0de1", //                       basr r14, r1
      EXIT_GROUP,
    ),
  // R_390_GLOB_DAT
  addressRelocation: 10,
};
