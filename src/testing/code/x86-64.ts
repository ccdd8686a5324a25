import { concat } from "../../codec/bytes.js";
import { instructions, type MachineCode } from "./instructions.js";

/** x86-64 (its psABI; Intel's manual, volume 2): arguments in rdi, rsi, rdx; the call in rax. */
const code = (...parts: readonly (string | number)[]): Uint8Array => instructions(true, ...parts);

function exits(status: number): Uint8Array {
  return code(
    ...["bf", status], //         mov edi, status
    ...["b8", 231, "0f05"], //    mov eax, exit_group; syscall
  );
}

function prints(text: Uint8Array, then: "exit" | "return"): Uint8Array {
  const end = then === "exit" ? exits(0) : code("c3"); // ret
  const write = (textAt: number) =>
    code(
      ...["b8", 1], //                       mov eax, write
      ...["bf", 1], //                       mov edi, 1
      ...["488d35", textAt - 17], //         lea rsi, [rip + text]
      ...["ba", text.length, "0f05"], //     mov edx, length; syscall
    );
  return concat([write(write(0).length + end.length), end, text]);
}

export const x86_64Code: MachineCode = {
  exits,
  prints,
  returns: (value) => code("b8", value, "c3"), // mov eax, value; ret
  calls: (distance) =>
    code(
      "4883e4f0", //                    and rsp, -16
      ...["ff15", distance - 10], //    call [rip + slot]
      "89c7", //                        mov edi, eax
      ...["b8", 231, "0f05"], //        mov eax, exit_group; syscall
    ),
  // R_X86_64_GLOB_DAT
  addressRelocation: 6,
};
