import { expect, it } from "vitest";
import { resolveFileLibraries } from "../../src/node/index.js";
import { fixturePath } from "../support/fixtures.js";

it.each([
  ["missing", fixturePath("no-such-folder")],
  ["a file", fixturePath("x86_64-glibc-pie")],
])("a sysroot that is %s is an error, not a system without libraries", (_, sysroot) => {
  expect(() => resolveFileLibraries(fixturePath("x86_64-glibc-pie"), { sysroot })).toThrow(
    expect.objectContaining({ code: "IO" }),
  );
});
