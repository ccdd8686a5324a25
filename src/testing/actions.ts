import { encodeText } from "../codec/bytes.js";
import { fail } from "../error.js";

/** What the code of a program or of a function does; plain JSON. Made by {@link exits} and its like. */
export type BuildAction =
  | { readonly action: "exits"; readonly status: number }
  | { readonly action: "prints"; readonly text: string }
  | { readonly action: "returns"; readonly value: number }
  | { readonly action: "calls"; readonly symbol: string };

/** The code of a program or of a function: its bytes, or what it shall do. */
export type BuildText = Uint8Array | BuildAction;

const refuse = (message: string): never => fail("BAD_EDIT", message, { edit: "buildElf" });

/**
 * Code that ends the process: for `text` of a program, and of a function. It needs no library.
 *
 * @param status the exit status, 0 to 255
 * @throws ElfError `BAD_EDIT` for another number
 * @example buildElf({ machine: "aarch64", text: exits(7) })
 */
export function exits(status: number): BuildAction {
  if (!Number.isInteger(status) || status < 0 || status > 255) {
    refuse(`exits: an exit status is a whole number from 0 to 255, not ${status}`);
  }
  return { action: "exits", status };
}

/**
 * Code that writes a text to stdout as UTF-8, without a library. A program ends with status 0 after it, a function
 * returns.
 *
 * @throws ElfError `BAD_EDIT` for a text of more than 65,535 bytes
 * @example buildElf({ text: prints("hello\n"), needed: ["libc.so.6"] })
 */
export function prints(text: string): BuildAction {
  const { length } = encodeText(text);
  if (length > 0xffff) refuse(`prints: the text has ${length} bytes, and may have 65535`);
  return { action: "prints", text };
}

/**
 * Code of a function, `int f(void)`, that returns a number.
 *
 * @param value -2^31 to 2^31 - 1
 * @throws ElfError `BAD_EDIT` for another number
 * @example buildElf({ soname: "libanswer.so", symbols: [{ name: "answer", text: returns(42) }] })
 */
export function returns(value: number): BuildAction {
  if ((value | 0) !== value) refuse(`returns: a value is a whole number of 32 bits with its sign, not ${value}`);
  return { action: "returns", value };
}

/**
 * Code of a program that calls a function of a library, `int f(void)`, and exits with the low eight bits of what it
 * returns. The program gets the undefined symbol, if `symbols` has none of this name, and a word that the loader fills
 * with the function's address: the last relocation of the file, as of a slot of a global offset table.
 *
 * @example buildElf({ needed: ["libanswer.so"], runpath: "$ORIGIN", text: calls("answer") })
 */
export function calls(symbol: string): BuildAction {
  return { action: "calls", symbol };
}
