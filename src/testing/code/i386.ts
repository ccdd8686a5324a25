import { concat } from "../../codec/bytes.js";
import { instructions, type MachineCode } from "./instructions.js";

/** i386 (its psABI; Intel's manual, volume 2): arguments in ebx, ecx, edx; the call in eax. */
const code = (...parts: readonly (string | number)[]): Uint8Array => instructions(true, ...parts);

function exits(status: number): Uint8Array {
  return code(
    ...["bb", status], //         mov ebx, status
    ...["b8", 252, "cd80"], //    mov eax, exit_group; int 0x80
  );
}

function prints(text: Uint8Array, then: "exit" | "return"): Uint8Array {
  // ebx is the caller's.
  const end = then === "exit" ? exits(0) : code("5b c3"); // pop ebx; ret
  const write = (textAt: number) =>
    code(
      "53", //                               push ebx
      ...["e8", 0, "59"], //                 call next; next: pop ecx
      ...["81c1", textAt - 6], //            add ecx, text - next
      ...["bb", 1], //                       mov ebx, 1
      ...["ba", text.length], //             mov edx, length
      ...["b8", 4, "cd80"], //               mov eax, write; int 0x80
    );
  return concat([write(write(0).length + end.length), end, text]);
}

export const i386Code: MachineCode = {
  exits,
  prints,
  returns: (value) => code("b8", value, "c3"), // mov eax, value; ret
  calls: (distance) =>
    code(
      ...["e8", 0, "5b"], //           call next; next: pop ebx
      "83e4f0", //                     and esp, -16
      ...["ff93", distance - 5], //    call [ebx + slot - next]
      "89c3", //                       mov ebx, eax
      ...["b8", 252, "cd80"], //       mov eax, exit_group; int 0x80
    ),
  // R_386_GLOB_DAT
  addressRelocation: 6,
};
