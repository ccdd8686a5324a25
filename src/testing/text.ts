import { encodeText } from "../codec/bytes.js";
import { fail } from "../error.js";
import { EM, STT } from "../spec/constants.js";
import type { BuildText } from "./actions.js";
import { aarch64Code } from "./code/aarch64.js";
import { armCode } from "./code/arm.js";
import { i386Code } from "./code/i386.js";
import type { MachineCode } from "./code/instructions.js";
import { ppc64leCode } from "./code/ppc64le.js";
import { riscv64Code } from "./code/riscv64.js";
import { s390xCode } from "./code/s390x.js";
import { x86_64Code } from "./code/x86-64.js";
import type { BuildTarget } from "./machines.js";
import type { BuildSymbol } from "./parts.js";

const refuse = (message: string): never => fail("BAD_EDIT", message, { edit: "buildElf" });

const codeOf = ({ machine, encoding, name }: BuildTarget): MachineCode => {
  const is64 = encoding.class === 64;
  const le = encoding.littleEndian;
  if (machine === EM.X86_64 && is64 && le) return x86_64Code;
  if (machine === EM["386"] && !is64 && le) return i386Code;
  if (machine === EM.AARCH64 && is64 && le) return aarch64Code;
  if (machine === EM.ARM && !is64 && le) return armCode;
  if (machine === EM.RISCV && is64 && le) return riscv64Code;
  if (machine === EM.S390 && is64 && !le) return s390xCode;
  if (machine === EM.PPC64 && is64 && le) return ppc64leCode;
  const order = le ? "little" : "big";
  return refuse(`buildElf: there is no code for ${name}, ${encoding.class} bits, ${order}-endian; text may be bytes`);
};

/** The relocation that the code of `calls` needs. */
export const addressRelocation = (target: BuildTarget): number => codeOf(target).addressRelocation;

/** The code of a program. */
export function programCode(text: BuildText, target: BuildTarget, slotDistance: number): Uint8Array {
  if (text instanceof Uint8Array) return text;

  const code = codeOf(target);
  switch (text.action) {
    case "exits":
      return code.exits(text.status);
    case "prints":
      return code.prints(encodeText(text.text), "exit");
    case "calls":
      return code.calls(slotDistance);
    case "returns":
      return refuse("buildElf: a program does not return; exits() ends it");
  }
}

/** The code of a file. */
export interface TextCode {
  /** The code of the program. Its bytes may follow from the layout, its size does not. Null for none. */
  readonly entry: Uint8Array | null;
  readonly functions: ReadonlyMap<BuildSymbol, Uint8Array>;
  readonly hasCode: boolean;
}

export function codeOfOptions(
  text: BuildText | undefined,
  symbols: readonly BuildSymbol[],
  target: BuildTarget,
): TextCode {
  const entry = text === undefined ? null : programCode(text, target, 0);
  const functions = new Map<BuildSymbol, Uint8Array>();
  for (const symbol of symbols) {
    if (symbol.text === undefined) continue;

    if (symbol.defined === false || symbol.type === STT.OBJECT) {
      refuse(`buildElf: ${symbol.name} has code, so it is a function that the file defines`);
    }
    functions.set(symbol, functionCode(symbol.text, target));
  }
  return { entry, functions, hasCode: entry !== null || functions.size > 0 };
}

/** The code of a function. */
export function functionCode(text: BuildText, target: BuildTarget): Uint8Array {
  if (text instanceof Uint8Array) return text;

  const code = codeOf(target);
  switch (text.action) {
    case "exits":
      return code.exits(text.status);
    case "prints":
      return code.prints(encodeText(text.text), "return");
    case "returns":
      return code.returns(text.value);
    case "calls":
      return refuse("buildElf: calls() is the text of a program, not of a symbol");
  }
}
