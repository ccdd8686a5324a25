import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "./pages.js";

/** The codes that src/error.ts declares: types, of which nothing is left when the tests run. */
export function declaredCodes(): { readonly errors: readonly string[]; readonly notes: readonly string[] } {
  const path = join(ROOT, "src/error.ts");
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const details = source.statements.filter(ts.isInterfaceDeclaration).find((s) => s.name.text === "ElfErrorDetails")!;
  const codes = source.statements.filter(ts.isTypeAliasDeclaration).find((s) => s.name.text === "NoteCode")!;

  const errors = details.members.map((member) => (member.name as ts.Identifier).text);
  const notes = (codes.type as ts.UnionTypeNode).types.map((type) => {
    const { literal } = type as ts.LiteralTypeNode;
    return (literal as ts.StringLiteral).text;
  });
  return { errors, notes };
}
