import { splitOption, takeValue, UsageError } from "../command.js";

/** The verbs whose options say what a plan is of. */
export type Planner = "patchelf" | "strip";

export interface MapCommand {
  json: boolean;
  /** Where the SVG goes; `-` is stdout. */
  svg: string | undefined;
  color: boolean | undefined;
  ascii: boolean;
  width: number | undefined;
  theme: "auto" | "light" | "dark";
  background: boolean;
  files: string[];
  /** A rewriting verb and its arguments, in place of files. */
  planned: { readonly verb: Planner; readonly args: readonly string[] } | undefined;
}

type Take = (c: MapCommand, value: () => string) => void;

const THEMES = ["auto", "light", "dark"] as const;

const OPTIONS: Readonly<Record<string, Take>> = {
  "--json": (c) => void (c.json = true),
  "--svg": (c, value) => void (c.svg = value()),
  "--color": (c) => void (c.color = true),
  "--no-color": (c) => void (c.color = false),
  "--ascii": (c) => void (c.ascii = true),
  "--width": (c, value) => void (c.width = widthOf(value())),
  "--theme": (c, value) => void (c.theme = themeOf(value())),
  "--no-background": (c) => void (c.background = false),
};

const isPlanner = (s: string): s is Planner => s === "patchelf" || s === "strip";

/** Options, then one file, two files, or a rewriting verb with all that it takes. */
export function parseMap(args: readonly string[]): MapCommand {
  const c: MapCommand = {
    json: false,
    svg: undefined,
    color: undefined,
    ascii: false,
    width: undefined,
    theme: "auto",
    background: true,
    files: [],
    planned: undefined,
  };
  let only = false;
  for (const rest = [...args]; rest.length > 0;) {
    const arg = rest.shift()!;
    if (!only && c.files.length === 0 && isPlanner(arg)) return { ...c, planned: { verb: arg, args: rest } };
    if (!only && arg === "--") only = true;
    else if (!only && arg.startsWith("-") && arg !== "-") option(c, arg, rest);
    else c.files.push(arg);
  }

  if (c.files.length === 0) throw new UsageError("missing file name");
  if (c.files.length > 2) throw new UsageError("one file is shown, or two beside each other");
  return c;
}

function option(c: MapCommand, arg: string, rest: string[]): void {
  const { name, inline } = splitOption(arg);
  const take = Object.hasOwn(OPTIONS, name) ? OPTIONS[name]! : undefined;
  let taken = false;
  if (!take) throw new UsageError(`unknown option ${name}`);
  take(c, () => {
    taken = true;
    return takeValue(name, inline, rest);
  });
  if (inline !== undefined && !taken) throw new UsageError(`option ${name} takes no value`);
}

function widthOf(value: string): number {
  if (!/^\d{1,4}$/.test(value) || Number(value) < 60) {
    throw new UsageError(`--width takes a number of columns from 60 on, not ${JSON.stringify(value)}`);
  }
  return Number(value);
}

function themeOf(value: string): MapCommand["theme"] {
  const found = THEMES.find((t) => t === value);
  if (!found) throw new UsageError(`--theme takes ${THEMES.join(", ")}, not ${JSON.stringify(value)}`);
  return found;
}
