/** The inverse of `frontCoded`. Names must be sorted by code units. */
export function frontCode(
  entries: readonly { readonly name: string; readonly tag?: string; readonly separator?: string }[],
): string {
  let out = "";
  let last = "";
  for (const { name, tag = "", separator = "," } of entries) {
    let shared = 0;
    while (shared < 35 && shared < name.length && name[shared] === last[shared]) shared++;
    out += tag + shared.toString(36) + name.slice(shared) + separator;
    last = name;
  }

  return out;
}

export const base36 = (n: number, digits: number): string => {
  const out = n.toString(36).padStart(digits, "0");
  if (out.length > digits) throw new Error(`${n} needs more than ${digits} digits`);
  return out;
};

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

export const sorted = (names: Iterable<string>): string[] => [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
