/** The inverse of `frontCoded`. Names must be sorted by code units. */
export function frontCode(
  entries: readonly { readonly name: string; readonly tag?: string; readonly separator?: string }[],
): string {
  let out = "";
  let last = "";
  for (const { name, tag = "", separator = "," } of entries) {
    // At most 35: the length is one digit in base 36.
    let shared = 0;
    while (shared < 35 && shared < name.length && name[shared] === last[shared]) shared++;

    out += tag + shared.toString(36) + name.slice(shared) + separator;
    last = name;
  }

  return out;
}

export function base36(value: number, digits: number): string {
  const text = value.toString(36).padStart(digits, "0");
  if (text.length > digits) throw new Error(`${value} needs more than ${digits} digits`);
  return text;
}

const WIDTH = 160;

/** A text as a constant of a module. */
export function constant(name: string, doc: string, text: string): string {
  if (/[`\\$]/.test(text)) throw new Error(`${name} holds characters that a template literal would read`);
  const lines = text.includes("\n") ? [text] : (text.match(new RegExp(`.{1,${WIDTH}}`, "g")) ?? []);
  return `${docComment(doc)}\nexport const ${name} = \`\n${lines.join("\n")}\n\`;\n`;
}

const COLUMNS = 120;

/** In one line where it fits. */
function docComment(text: string): string {
  const line = `/** ${text} */`;
  if (line.length <= COLUMNS) return line;

  const lines = [" *"];
  for (const word of text.split(" ")) {
    if (`${lines.at(-1)!} ${word}`.length > COLUMNS) lines.push(" *");
    lines.push(`${lines.pop()!} ${word}`);
  }
  return ["/**", ...lines, " */"].join("\n");
}

/** By code units, whatever the locale. */
export const sorted = (names: Iterable<string>): string[] => [...names].sort();
