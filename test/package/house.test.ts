import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));

interface Import {
  readonly from: string;
  readonly to: string;
  /** Types alone: nothing of it is loaded. */
  readonly isType: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((f) => f.endsWith(".ts"))
  .sort();

const STATEMENT = /^(?:import|export)( type)? [^;"]*?from "(\.[^"]+)";/gms;

const importsOf = (file: string): Import[] =>
  [...readFileSync(join(SRC, file), "utf8").matchAll(STATEMENT)].map(([, type, path]) => ({
    from: file,
    to: relative(SRC, join(SRC, dirname(file), path!)).replace(/\.js$/, ".ts"),
    isType: type !== undefined,
  }));

const imports = files.flatMap(importsOf);

/** Floors of the house, from the ground up: a room imports from itself and from lower floors (docs/architecture.md). */
const FLOORS: readonly (readonly string[])[] = [
  ["error.ts"],
  ["input.ts"],
  ["spec"],
  ["codec"],
  ["image", "targets", "pieces"],
  ["archive"],
  ["tables", "check", "prove", "resolve"],
  ["report"],
  ["rewrite", "diagnose"],
  ["edit"],
  ["strip"],
  ["patch.ts", "collect.ts"],
  ["api", "node", "testing"],
  ["index.ts"],
  ["cli"],
];

const roomOf = (file: string): string => file.split("/")[0]!;
const floorOf = (file: string): number => FLOORS.findIndex((rooms) => rooms.includes(roomOf(file)));

it("every room has a floor", () => {
  expect([...new Set(files.map(roomOf))].filter((room) => !FLOORS.flat().includes(room))).toEqual([]);
});

it("nothing imports from a higher floor, nor another room of its own", () => {
  const isUp = ({ from, to }: Import): boolean =>
    floorOf(to) > floorOf(from) || (floorOf(to) === floorOf(from) && roomOf(to) !== roomOf(from));
  expect(imports.filter(isUp).map((i) => `${i.from} -> ${i.to}`)).toEqual([]);
});

it("no files import each other in a circle, not even types", () => {
  const targets = new Map(files.map((f) => [f, imports.filter((i) => i.from === f).map((i) => i.to)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;

    for (const to of targets.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };

  for (const f of files) visit(f, []);
  expect(circles).toEqual([]);
});

describe("what the core knows", () => {
  it("nothing of Node", () => {
    const isCore = (file: string): boolean => !["node", "cli"].includes(roomOf(file));
    expect(files.filter((f) => isCore(f) && /from "node:/.test(readFileSync(join(SRC, f), "utf8")))).toEqual([]);
  });

  it("no family of edits: only the index lists them", () => {
    const hasFamily = (file: string): boolean =>
      /^(?:edit|strip)\/[\w-]+\.ts$/.test(file) && /Family\b/.test(readFileSync(join(SRC, file), "utf8"));
    const isCore = (file: string): boolean => ["rewrite", "patch.ts"].includes(roomOf(file));

    const loaded = imports.filter((i) => !i.isType && isCore(i.from) && hasFamily(i.to)).map((i) => i.to);
    expect(loaded.filter((to) => to !== "edit/asked.ts")).toEqual([]);
  });

  // The tables are big: diagnose has only their types, and a target carries its own tables.
  it("of the C libraries' tables, types alone", () => {
    const loaded = imports.filter(
      (i) => roomOf(i.to) === "targets" && !["targets", "cli", "node"].includes(roomOf(i.from)) && !i.isType,
    );
    expect(loaded.map((i) => `${i.from} -> ${i.to}`)).toEqual([]);
  });
});
