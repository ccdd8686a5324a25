import type { DiagnosisRule } from "../../src/diagnose/diagnosis.js";

const WIDTH = 120;

/** Breaks a paragraph at blanks. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join("\n");
}

/** Characters that Markdown would take for its own. */
const escaped = (text: string): string => text.replace(/[*<[\]]/g, (c) => `\\${c}`);

const entry = ({ id, severity, sentence, advice }: DiagnosisRule): string =>
  [`### \`${id}\``, wrapped(`**${severity}.** ${escaped(sentence)}`), wrapped(`Advice: ${escaped(advice)}`)].join(
    "\n\n",
  );

const HEAD = [
  "# Diagnosis rules",
  wrapped(
    "What `diagnose` finds, by id; `diagnosisRules` and `elfwright diagnose --rules` list the same. An " +
      "**error**: the file does not start, or does something wrong. A **warning**: that may happen on some " +
      "systems, or the file is unsafe. A **note**: worth knowing. A finding may have another severity than its " +
      "rule, and advice of its own, where its case is worse or less bad than others. Ids never change. " +
      "[Diagnose](diagnose.md) says how to ask.",
  ),
];

const ON_FILES = "## Rules on the file and its libraries";
const ON_TARGETS = "## Rules on a target\n\nThey need the option `target`, `--target` on the command line.";

/** The page of all rules: it says what the code says, and is made of it. */
export function diagnosisPage(rules: readonly DiagnosisRule[]): string {
  const onTargets = rules.filter((rule) => rule.id.startsWith("target-"));
  const onFiles = rules.filter((rule) => !onTargets.includes(rule));
  return `${[...HEAD, ON_FILES, ...onFiles.map(entry), ON_TARGETS, ...onTargets.map(entry)].join("\n\n")}\n`;
}
