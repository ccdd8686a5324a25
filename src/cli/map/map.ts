import { statSync, writeFileSync } from "node:fs";
import { fail } from "../../error.js";
import { readElf } from "../../image/read-elf.js";
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

/** What is shown, and the files' names; null where the file is only planned. */
interface Shown {
  readonly map: LayoutMap | MapComparison;
  readonly names: readonly (string | null)[];
  readonly titles: readonly string[];
}

type Attempt = { readonly result: Shown } | { readonly refusal: ErrorEntry };

function look(c: MapCommand): Attempt {
  const [file, other] = c.files;
  if (c.planned) {
    const { file, plan } = plannedBy(c.planned.verb, c.planned.args);
    return attemptFile(file, () =>
      withFile(file, (elf) => ({
        map: compareMaps(elf, readElf(plan(elf))),
        names: [file, null],
        titles: [file, `${file} after ${c.planned!.verb}`],
      })),
    );
  }
  if (other === undefined) {
    return attemptFile(file!, () => ({ map: withFile(file!, layoutMap), names: [file!], titles: [file!] }));
  }

  // Each is opened on its own, so that a refusal names the right one.
  const first = attemptFile(file!, () => withFile(file!, () => null));
  if ("refusal" in first) return first;
  return attemptFile(other, () =>
    withFile(file!, (a) =>
      withFile(other, (b) => ({ map: compareMaps(a, b), names: [file!, other], titles: [file!, other] })),
    ),
  );
}

const entries = ({ map, names }: Shown) =>
  ("before" in map ? [map.before, map.after] : [map]).map((m, i) => ({ file: names[i]!, map: m }));

const colored = (): boolean =>
  process.stdout.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";

/** A slip of the hand must not cost a program. */
function writePicture(path: string, picture: string, names: Shown["names"]): void {
  const there = onFile(path, () => statSync(path, { throwIfNoEntry: false }));
  for (const name of names) {
    const file = name === null ? undefined : onFile(name, () => statSync(name));
    if (file && there && file.ino === there.ino && file.dev === there.dev) {
      fail("IO", `${path}: the picture would take the place of the file that it shows`, { path });
    }
  }
  onFile(path, () => writeFileSync(path, picture));
}

function draw(s: Shown, c: MapCommand): void {
  const title = s.titles.length === 1 ? s.titles[0]! : ([s.titles[0]!, s.titles[1]!] as const);
  if (c.svg !== undefined) {
    const { svg } = c;
    const picture = mapSvg(s.map, { title, theme: c.theme, background: c.background });
    if (svg === "-") print(picture);
    else writePicture(svg, picture, s.names);
  }

  if (c.json) {
    print(toJson(entries(s)));
  } else if (c.svg === undefined) {
    print(
      mapText(s.map, {
        title,
        width: c.width ?? process.stdout.columns ?? 80,
        color: c.color ?? colored(),
        ascii: c.ascii,
      }),
    );
  }
}

export const mapVerb: Verb = {
  name: "map",
  help: `usage: elfwright map [OPTIONS] FILE
       elfwright map [OPTIONS] BEFORE AFTER
       elfwright map [OPTIONS] patchelf|strip THEIR-OPTIONS FILE

Prints the file on the left with offsets and memory on the right with addresses: sections inside of PT_LOADs, headers,
bytes that nothing describes, .bss, what whole pages add. Of two files, or of what patchelf or strip would make of one
(nothing is written), both beside each other and what moved, changed, came and went. A file that is named as one of
these two verbs is ./strip.
  --svg OUT               a picture for browsers and documents; - is standard output
  --theme auto|light|dark colours of the SVG; auto follows the reader's setting
  --no-background         let the page show through the SVG
  --width COLUMNS         of the text; the terminal's, or 80
  --color, --no-color     colours in the text; those of a terminal where NO_COLOR is not set
  --ascii                 no letters or lines but ASCII
  --json                  an array of { file, map } (see docs/json.md)`,
  usageCode: USAGE,
  run(args) {
    const command = parseMap(args);
    const shown = look(command);
    if ("refusal" in shown) {
      if (command.json) print(toJson([shown.refusal]));
      return REFUSED;
    }
    const drawn = attemptFile(command.svg ?? shown.result.names[0]!, () => draw(shown.result, command));
    return "refusal" in drawn ? REFUSED : OK;
  },
};
