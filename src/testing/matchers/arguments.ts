import { kindOf, refuseArgument } from "../../input.js";

/**
 * The texts that a matcher is given: one, several, or a list.
 *
 * @throws ElfError `BAD_INPUT` for anything else: a mistake in the test must not pass for a failure
 */
export function textsAmong(of: string, args: readonly unknown[]): string[] {
  const texts = args.flat().filter((text) => text !== undefined);
  const odd = texts.find((text) => typeof text !== "string" || text === "");
  if (odd !== undefined)
    refuseArgument(of, "texts that are not empty", odd, odd === "" ? "an empty text" : kindOf(odd));
  return texts as string[];
}

/** {@link textsAmong}, of which there is one at least. */
export function someTexts(of: string, args: readonly unknown[]): string[] {
  const texts = textsAmong(of, args);
  return texts.length > 0 ? texts : refuseArgument(of, "a text or several", undefined);
}

/** One text, or nothing. */
export function textOrNone(of: string, value: unknown): string | undefined {
  return value === undefined ? undefined : oneText(of, value);
}

export function oneText(of: string, value: unknown): string {
  return typeof value === "string" && value !== "" ? value : refuseArgument(of, "a text", value);
}
