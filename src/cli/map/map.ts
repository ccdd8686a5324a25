import { statSync } from "node:fs";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import { writeTextFile } from "../../node/new-file.js";
import { onFile } from "../../node/source.js";
import { compareMaps, type MapComparison } from "../../report/map/compare.js";
import { layoutMap } from "../../report/map/layout-map.js";
import { mapSvg } from "../../report/map/map-svg.js";
import { mapText } from "../../report/map/map-text.js";
import type { LayoutMap } from "../../report/map/model.js";
import { attemptFile, type ErrorEntry, OK, print, REFUSED, toJson, USAGE, type Verb } from "../command.js";
import { type MapCommand, parseMap } from "./map-options.js";
import { plannedBy } from "./map-plan.js";
import { withFile } from "../read-files.js";

/** What is shown, and the names of the files. The name of a file that is only planned is null. */
interface Shown {
  readonly map: LayoutMap | MapComparison;
  readonly names: readonly (string | null)[];
  readonly titles: readonly string[];
}

type Attempt = { readonly result: Shown } | { readonly refusal: ErrorEntry };

function look({ files, planned }: MapCommand): Attempt {
  if (planned) return lookAtPlan(planned);

  const [file, other] = files;
  if (other !== undefined) return lookAtBoth(file!, other);
  return attemptFile(file!, () => ({ map: withFile(file!, layoutMap), names: [file!], titles: [file!] }));
}

function lookAtPlan({ verb, args }: NonNullable<MapCommand["planned"]>): Attempt {
  const { file, plan } = plannedBy(verb, args);
  const show = (elf: ElfFile): Shown => ({
    map: compareMaps(elf, readElf(plan(elf))),
    names: [file, null],
    titles: [file, `${file} after ${verb}`],
  });
  return attemptFile(file, () => withFile(file, show));
}

/** Each file is opened by itself, so that a refusal names the right one. */
function lookAtBoth(before: string, after: string): Attempt {
  const first = attemptFile(before, () => withFile(before, () => null));
  if ("refusal" in first) return first;

  const names = [before, after];
  const show = (a: ElfFile, b: ElfFile): Shown => ({ map: compareMaps(a, b), names, titles: names });
  return attemptFile(after, () => withFile(before, (a) => withFile(after, (b) => show(a, b))));
}

function entriesOf({ map, names }: Shown) {
  const maps = "before" in map ? [map.before, map.after] : [map];
  return maps.map((one, i) => ({ file: names[i]!, map: one }));
}

const isColorTerminal = (): boolean =>
  process.stdout.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";

/** Refuses to write over a file that the picture shows: a slip of the hand must not cost a program. */
function writePicture(path: string, picture: string, names: Shown["names"]): void {
  const target = onFile(path, () => statSync(path, { throwIfNoEntry: false }));
  for (const name of names) {
    const file = name === null ? undefined : onFile(name, () => statSync(name));
    if (file && target && file.ino === target.ino && file.dev === target.dev) {
      fail("IO", `${path}: the picture would take the place of the file that it shows`, { path });
    }
  }

  onFile(path, () => writeTextFile(path, picture));
}

function draw(shown: Shown, command: MapCommand): void {
  const { map, names, titles } = shown;
  const { svg, theme, background } = command;
  const title = titles.length === 1 ? titles[0]! : ([titles[0]!, titles[1]!] as const);

  if (svg !== undefined) {
    const picture = mapSvg(map, { title, theme, background });
    if (svg === "-") print(picture);
    else writePicture(svg, picture, names);
  }

  if (command.json) {
    print(toJson(entriesOf(shown)));
    return;
  }
  if (svg !== undefined) return;

  const width = command.width ?? process.stdout.columns ?? 80;
  const color = command.color ?? isColorTerminal();
  print(mapText(map, { title, width, color, ascii: command.ascii }));
}

export const mapVerb: Verb = {
  name: "map",
  help: `usage: elfwright map [OPTIONS] FILE
       elfwright map [OPTIONS] BEFORE AFTER
       elfwright map [OPTIONS] patchelf|strip THEIR-OPTIONS FILE

Prints the file on the left, with offsets, and memory on the right, with addresses: sections inside
PT_LOADs, headers, bytes that nothing describes, .bss, what whole pages add. For two files, prints
both beside each other and what moved, changed, came and went. With patchelf or strip, compares the
file with what that verb would make of it; nothing is written. Write ./strip for a file with the
name of one of these two verbs.
  --svg OUT                draw a picture for browsers and documents; - is standard output
  --theme auto|light|dark  colours of the SVG; auto follows the reader's setting
  --no-background          let the page show through the SVG
  --width COLUMNS          width of the text, from 60 on; default: that of the terminal, or 80
  --color, --no-color      text with colours, or without; default: with colours on a terminal where
                           NO_COLOR is not set
  --ascii                  draw the text in ASCII only
  --json                   an array of { file, map } (see docs/json.md)`,
  usageCode: USAGE,
  run(args) {
    const command = parseMap(args);
    const shown = look(command);
    if ("refusal" in shown) {
      if (command.json) print(toJson([shown.refusal]));
      return REFUSED;
    }
    const subject = command.svg ?? shown.result.names[0]!;
    const drawn = attemptFile(subject, () => draw(shown.result, command));
    return "refusal" in drawn ? REFUSED : OK;
  },
};
