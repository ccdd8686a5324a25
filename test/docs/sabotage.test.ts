import { expect, it } from "vitest";
import { FAULTS } from "../sabotage/faults.js";
import { PAGES } from "./pages.js";

it("the page on sabotage has a line for every fault, in their order", () => {
  const { lines } = PAGES.find((page) => page.path === "docs/sabotage.md")!;
  const ids = lines.flatMap((line) => /^\| `([\w-]+)` \|/.exec(line)?.[1] ?? []);
  const inOrder = (["bytes", "skipped check"] as const).flatMap((kind) => FAULTS.filter((f) => f.kind === kind));
  expect(ids).toEqual(inOrder.map((f) => f.id));
});
