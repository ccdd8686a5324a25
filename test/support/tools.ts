import { it } from "vitest";
import { hasTool } from "./run.js";

export { hasTool, must, type Ran, run } from "./run.js";

/** Set in CI, where an absent tool is a failure and not a skipped test. */
export const REQUIRED = process.env["ELFWRIGHT_REQUIRE_TOOLS"] === "1";

/**
 * A test that needs tools (names on PATH, or absolute paths). Where one is absent, the test is skipped and its title
 * names the tool; where tools are required, the test fails.
 */
export function itWithTools(
  tools: readonly string[],
  title: string,
  body: () => void | Promise<void>,
  timeout?: number,
): void {
  const missing = tools.filter((t) => !hasTool(t));
  if (missing.length === 0) {
    it(title, body, timeout);
  } else if (REQUIRED) {
    it(title, () => {
      throw new Error(`required tools are absent: ${missing.join(", ")}`);
    });
  } else {
    it.skip(`${title} [absent: ${missing.join(", ")}]`, () => {});
  }
}
