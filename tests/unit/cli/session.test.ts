import { suite } from "uvu";
import * as assert from "uvu/assert";
import { defineCommand, type Command } from "../../../src/cli/command.js";
import { commonFlags } from "../../../src/cli/common-flags.js";
import { parseArguments } from "../../../src/cli/flags.js";
import { runCommand } from "../../../src/cli/session.js";
import { defineCodes } from "../../../src/support/diagnostic.js";
import { readText } from "../../../src/support/host.js";
import { memoryHost } from "../../../src/testing/memory-host.js";

const session = suite("cli: session");
const codes = defineCodes("SCO", {
  missing: { number: 3, message: "the name `{name}` is not defined here", hint: "define `{name}`" },
  unused: { number: 4, severity: "warning", message: "`{name}` is never used" },
});
const source = { name: "a.relax", text: "x = y\nz = 100%\n" };
const missing = codes.missing({ name: "y", at: { source, start: 4, end: 5 }, label: "here" });
const unused = codes.unused({ name: "z", at: { source, start: 6, end: 7 } });

/** A command that reports what it is given, or does what it is told. */
const command = (run: Command["run"]): Command =>
  defineCommand({
    name: "probe",
    summary: "Probes.",
    args: [],
    flags: {},
    examples: [],
    diagnosticsTo: "stdout",
    run,
  });

async function run(words: string, body: Command["run"]) {
  const host = memoryHost();
  const argv = words === "" ? [] : words.split(" ");
  const exit = await runCommand(host, command(body), parseArguments(argv, commonFlags), argv);
  return { exit, ...host.written };
}
const reporting =
  (...diagnostics: (typeof missing)[]): Command["run"] =>
  async ({ report }) => {
    report({ file: "a.relax", diagnostics });
    return "ok";
  };

session("errors make exit code 1, warnings do not unless they are denied", async () => {
  assert.is((await run("", reporting(missing))).exit, 1);
  assert.is((await run("", reporting(unused))).exit, 0);
  assert.is((await run("--deny warnings", reporting(unused))).exit, 1);
  assert.is((await run("--exit-zero", reporting(missing))).exit, 0);
  assert.is((await run("", reporting())).exit, 0);
});

session("nothing is said when there is nothing to say", async () => {
  assert.equal(await run("", reporting()), { exit: 0, stdout: "", stderr: "" });
});

session("the full report goes to the result, the count of findings beside it", async () => {
  const { stdout, stderr } = await run("", reporting(unused, missing));
  assert.ok(stdout.indexOf("SCO003") < stdout.indexOf("SCO004"));
  assert.is(stderr, "1 error, 1 warning\n");
  assert.is((await run("--quiet", reporting(missing))).stderr, "");
});

session("colours come only when they are asked for", async () => {
  assert.not.match((await run("", reporting(missing))).stdout, "\u001b");
  assert.match((await run("--color always", reporting(missing))).stdout, "\u001b[");
});

session("concise has one line a finding", async () => {
  const { stdout } = await run("--report concise", reporting(missing, unused));
  assert.equal(stdout.trimEnd().split("\n"), [
    "a.relax:1:5: error[SCO003] the name `y` is not defined here",
    "a.relax:2:1: warning[SCO004] `z` is never used",
  ]);
});

session("jsonl has the short form, one object a file", async () => {
  const { stdout } = await run("--report jsonl", reporting(missing));
  assert.equal(JSON.parse(stdout), {
    file: "a.relax",
    ok: false,
    diagnostics: [
      {
        code: "SCO003",
        severity: "error",
        line: 1,
        column: 5,
        endLine: 1,
        endColumn: 6,
        message: "the name `y` is not defined here",
        hint: "define `y`",
      },
    ],
  });
  const clean = await run("--report jsonl", reporting());
  assert.equal(JSON.parse(clean.stdout), { file: "a.relax", ok: true, diagnostics: [] });
});

session("json has offsets and labels in one document", async () => {
  const { stdout } = await run("--report json", reporting(missing));
  const document = JSON.parse(stdout) as { schema: string; diagnostics: { range: object }[] };
  assert.is(document.schema, "diagnostics/1");
  assert.equal(document.diagnostics[0]!.range, {
    start: { line: 1, column: 5, offset: 4 },
    end: { line: 1, column: 6, offset: 5 },
  });
});

session(
  "sarif has one rule a code and one result a finding, and is there without findings",
  async () => {
    interface Sarif {
      readonly version: string;
      readonly runs: readonly [
        {
          readonly tool: { readonly driver: { readonly rules: readonly { id: string }[] } };
          readonly results: readonly { ruleId: string; level: string }[];
        },
      ];
    }
    const log = JSON.parse(
      (await run("--report sarif", reporting(unused, missing, missing))).stdout,
    ) as Sarif;
    assert.is(log.version, "2.1.0");
    const [only] = log.runs;
    assert.equal(
      only.tool.driver.rules.map((r) => r.id),
      ["SCO003", "SCO004"],
    );
    assert.equal(
      only.results.map((r) => `${r.ruleId} ${r.level}`),
      ["SCO003 error", "SCO004 warning"],
    );
    const none = JSON.parse((await run("--report sarif", reporting())).stdout) as Sarif;
    assert.equal(none.runs[0].results, []);
  },
);

session("github annotations escape what the format gives a meaning", async () => {
  const odd = codes.missing({
    name: "50%\nx",
    at: { source: { name: "a,b:c.relax", text: "x" }, start: 0, end: 1 },
  });
  const { stdout } = await run("--report github", reporting(odd));
  assert.match(
    stdout,
    /^::error file=a%2Cb%3Ac\.relax,line=1,col=1,endLine=1,endColumn=2,title=[^:]*::the name `50%25%0Ax`/,
  );
});

session("trouble with a file is exit code 3 and says why", async () => {
  const { exit, stderr } = await run("", async ({ host }) => {
    await readText(host, "nowhere.relax");
    return "ok";
  });
  assert.is(exit, 3);
  assert.match(stderr, "nowhere.relax: there is no such file or folder");
});

session(
  "a bug of ours is exit code 70, one short reason, and a trace only on request",
  async () => {
    const broken: Command["run"] = async () => {
      throw new TypeError("x is not a function\nwith more lines");
    };
    const { exit, stderr } = await run("", broken);
    assert.is(exit, 70);
    assert.match(stderr, "error[INT001]: TypeError: x is not a function");
    assert.not.match(stderr, /\n\s+at /);
    assert.match((await run("--backtrace", broken)).stderr, /\n\s+at /);
  },
);

session("readers are spared a flood; machines get all", async () => {
  const many = Array.from({ length: 50 }, (_, i) =>
    codes.missing({ name: `n${i}`, at: { source, start: 4, end: 5 } }),
  );
  const { stdout } = await run("--report concise", reporting(...many));
  assert.is(stdout.trimEnd().split("\n").length, 21);
  assert.match(stdout, "30 more not shown");
  const all = JSON.parse((await run("--report jsonl", reporting(...many))).stdout) as {
    diagnostics: unknown[];
  };
  assert.is(all.diagnostics.length, 50);
});

session.run();
