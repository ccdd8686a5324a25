import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { spawn } from "node:child_process";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect } from "vitest";
import { fixturePath, scratch } from "../support/fixtures.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();
const repository = fileURLToPath(new URL("../../", import.meta.url));
const project = files.path("project");
const installed = join(project, "node_modules", "elfwright");

/** Uses the main job, a list that is made late, and a constant. */
const USE = `
const { bytes: out } = patch(bytes, [setRunpath("/opt/lib"), replaceNeeded("libc.so.6", "libd.so")]);
const elf = readElf(out);
const said = [elf.runpath, elf.needed.join(), checkRules.length > 40, DT.RUNPATH, check(elf).length].join(" ");
`;
/** What `said` is then. */
const SAID = "/opt/lib libd.so true 29 0";
const NAMES = "check, checkRules, DT, patch, readElf, replaceNeeded, setRunpath";

beforeAll(() => {
  mkdirSync(installed, { recursive: true });
  cpSync(join(repository, "dist"), join(installed, "dist"), { recursive: true });
  cpSync(join(repository, "package.json"), join(installed, "package.json"));
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(project, "use.mjs"),
    `import { readFileSync } from "node:fs";
     import { ${NAMES} } from "elfwright";
     import { readElfFile } from "elfwright/node";
     import { distribution } from "elfwright/targets";
     const path = ${JSON.stringify(fixturePath("x86_64-glibc-pie"))};
     const bytes = readFileSync(path);
     ${USE}
     const file = readElfFile(path);
     console.log(said, file.needed.join(), distribution("centos7").name.length > 0);
     file.close();`,
  );
  writeFileSync(
    join(project, "use.cjs"),
    `const { readFileSync } = require("node:fs");
     const { ${NAMES} } = require("elfwright");
     const bytes = readFileSync(${JSON.stringify(fixturePath("x86_64-glibc-pie"))});
     ${USE}
     console.log(said);`,
  );
});

const EVERYTHING = `${SAID} libc.so.6 true\n`;

describe("other runtimes", () => {
  itWithTools(["deno"], "Deno imports and requires it", () => {
    const deno = (script: string) =>
      must("deno", ["run", "--allow-all", "--no-lock", "--node-modules-dir=manual", script], { cwd: project });
    expect(deno("use.mjs")).toBe(EVERYTHING);
    expect(deno("use.cjs")).toBe(`${SAID}\n`);
  });

  itWithTools(["bun"], "Bun imports and requires it, and bundles it", () => {
    expect(must("bun", ["use.mjs"], { cwd: project })).toBe(EVERYTHING);
    expect(must("bun", ["use.cjs"], { cwd: project })).toBe(`${SAID}\n`);

    must("bun", ["build", "--target=node", "--outfile=bundled.mjs", "use.mjs"], { cwd: project });
    expect(must(process.execPath, ["bundled.mjs"], { cwd: project })).toBe(EVERYTHING);
  });

  itWithTools(["chromium"], "Chromium imports it", async () => {
    const page = `<pre id="out">nothing</pre><script type="module">
      import { ${NAMES} } from "/dist/index.js";
      const bytes = await (await fetch("/program")).arrayBuffer();
      ${USE}
      document.getElementById("out").textContent = said + " done";
    </script>`;
    expect(await shownBy("chromium", page)).toContain(`<pre id="out">${SAID} done</pre>`);
  });
});

const TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", ".html": "text/html" };

/**
 * The document that a browser has when the scripts of a page have run. The page comes from a server with the package.
 */
async function shownBy(browser: string, page: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const path = request.url === "/program" ? fixturePath("x86_64-glibc-pie") : join(installed, request.url ?? "");
    const isPage = request.url === "/";
    const body = isPage ? page : await readFile(path).catch(() => "");
    response.setHeader("Content-Type", isPage ? "text/html" : (TYPES[extname(path)] ?? "application/octet-stream"));
    response.end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));

  try {
    const { port } = server.address() as AddressInfo;
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"];
    const profile = `--user-data-dir=${files.path("profile")}`;
    return await outputOf(browser, [...flags, profile, `http://127.0.0.1:${port}/`]);
  } finally {
    server.close();
  }
}

/** The server lives in this process, so the browser must not block it. */
function outputOf(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.on("error", reject);
    child.on("close", () => resolve(out));
  });
}
