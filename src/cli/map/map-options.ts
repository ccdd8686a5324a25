import { splitOption, takeValue, UsageError } from "../command.js";

/** The verbs that a map can show the plan of. */
export type Planner = "patchelf" | "strip";

export interface MapCommand {
  json: boolean;
  /** The file for the SVG. `-` is stdout. */
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

const THEMES = ["auto", "light", "dark"] as const;

const isPlanner = (arg: string): arg is Planner => arg === "patchelf" || arg === "strip";

/** Options, then one file, two files, or a rewriting verb with all that it takes. */
export function parseMap(args: readonly string[]): MapCommand {
  const command: MapCommand = {
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

  let onlyFiles = false;
  const rest = [...args];
  while (rest.length > 0) {
    const arg = rest.shift()!;
    if (!onlyFiles && command.files.length === 0 && isPlanner(arg)) {
      return { ...command, planned: { verb: arg, args: rest } };
    }

    if (!onlyFiles && arg === "--") onlyFiles = true;
    else if (!onlyFiles && arg.startsWith("-") && arg !== "-") takeOption(command, arg, rest);
    else command.files.push(arg);
  }

  if (command.files.length === 0) throw new UsageError("missing file name");
  if (command.files.length > 2) throw new UsageError("one file is shown, or two beside each other");
  return command;
}

function takeOption(command: MapCommand, arg: string, rest: string[]): void {
  const { name, inline } = splitOption(arg);
  const value = () => takeValue(name, inline, rest);

  switch (name) {
    case "--svg":
      command.svg = value();
      return;
    case "--width":
      command.width = widthOf(value());
      return;
    case "--theme":
      command.theme = themeOf(value());
      return;
  }

  if (!takeFlag(command, name)) throw new UsageError(`unknown option ${name}`);
  if (inline !== undefined) throw new UsageError(`option ${name} takes no value`);
}

/** Takes an option without a value. False for another one. */
function takeFlag(command: MapCommand, name: string): boolean {
  switch (name) {
    case "--json":
      command.json = true;
      return true;
    case "--color":
      command.color = true;
      return true;
    case "--no-color":
      command.color = false;
      return true;
    case "--ascii":
      command.ascii = true;
      return true;
    case "--no-background":
      command.background = false;
      return true;
    default:
      return false;
  }
}

function widthOf(value: string): number {
  if (!/^\d{1,4}$/.test(value) || Number(value) < 60) {
    throw new UsageError(`--width takes a number of columns from 60 on, not ${JSON.stringify(value)}`);
  }
  return Number(value);
}

function themeOf(value: string): MapCommand["theme"] {
  const theme = THEMES.find((name) => name === value);
  if (!theme) throw new UsageError(`--theme takes ${THEMES.join(", ")}, not ${JSON.stringify(value)}`);
  return theme;
}
