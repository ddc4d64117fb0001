import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readFileSync } from "node:fs";
import { commands } from "../../../src/cli/commands.gen.js";
import { commonFlags } from "../../../src/cli/common-flags.js";
import { parseArguments, spelling, type FlagSpec } from "../../../src/cli/flags.js";
import { targetPresets } from "../../../src/support/target-description.js";
import { runCli } from "../../../src/testing/run-cli.js";

const app = suite("cli: app");

app("--version names the version of the package", async () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const { stdout, exit } = await runCli(["--version"]);
  assert.is(stdout, `relaxc ${manifest.version}\n`);
  assert.is(exit, 0);
});

app(
  "the list of commands is that of the folder, with the declared names and summaries",
  async () => {
    for (const entry of commands) {
      const command = await entry.load();
      assert.is(command.name, entry.name);
      assert.is(command.summary, entry.summary);
      assert.ok(command.examples.length > 0, `${command.name} has no example`);
      assert.ok(command.summary.endsWith("."), `${command.name}: a summary is a sentence`);
    }
  },
);

app("help shows every flag of every command", async () => {
  for (const entry of commands) {
    const { flags } = await entry.load();
    const { stdout, exit } = await runCli([entry.name, "--help"]);
    assert.is(exit, 0);
    for (const key of [...Object.keys(flags), ...Object.keys(commonFlags)]) {
      assert.match(stdout, spelling(key), `${entry.name} ${spelling(key)}`);
    }
  }
});

app("the general help lists every command and every exit code", async () => {
  const { stdout } = await runCli(["--help"]);
  for (const { name } of commands) assert.match(stdout, new RegExp(`^ +${name} `, "m"));
  for (const code of [0, 1, 2, 3, 4, 70, 130]) assert.match(stdout, new RegExp(`^ +${code} `, "m"));
});

app("a result goes to a file when one is named", async () => {
  const { stdout, host } = await runCli(["list", "commands", "--output-file", "out.txt"]);
  assert.is(stdout, "");
  assert.match(new TextDecoder().decode(host.files.get("/w/out.txt")), "list");
});

app("a completion script names every command and the values of choices", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout, exit } = await runCli(["completion", shell]);
    assert.is(exit, 0);
    for (const { name } of commands) assert.match(stdout, name);
    assert.match(stdout, "sarif");
  }
  assert.is((await runCli(["completion", "tcsh"])).exit, 2);
});

app("flags are read in every spelling, and what follows `--` is kept apart", () => {
  const set = {
    fast: { type: "boolean", short: "f", help: "" },
    size: { type: "int", placeholder: "N", default: 3, help: "" },
    input: { type: "list", placeholder: "F", help: "" },
    printChanged: { type: "optional", placeholder: "HOW", implied: "full", help: "" },
  } as const;
  const argv = "a -f --size=5 --input x --input=y --print-changed - -7 -- --size 9".split(" ");
  const { args, rest, flags, problems } = parseArguments(argv, set);
  assert.equal(problems, []);
  assert.equal(args, ["a", "-", "-7"]);
  assert.equal(rest, ["--size", "9"]);
  assert.equal(flags, { fast: true, size: 5, input: ["x", "y"], printChanged: "full" });
});

for (const [words, code] of [
  ["--sise 3", "CFG002"],
  ["--size", "CFG003"],
  ["--fast=yes", "CFG004"],
  ["--kind c", "CFG005"],
  ["--size 3.5", "CFG006"],
  ["--size -1", "CFG018"],
  ["--size 0", undefined],
] as const) {
  app(`\`${words}\` is ${code ?? "taken"}`, () => {
    const set = {
      fast: { type: "boolean", help: "" },
      size: { type: "int", placeholder: "N", least: 0, help: "" },
      kind: { type: "choice", choices: ["a", "b"], help: "" },
    } as const;
    const { problems } = parseArguments(words.split(" "), set);
    assert.equal(
      problems.map((p) => p.code),
      code === undefined ? [] : [code],
    );
  });
}

app("flags for other targets are refused, whatever their value", () => {
  const set = {
    target: { type: "string", placeholder: "T", default: "wasm", help: "" },
    fabric: { type: "string", placeholder: "F", default: "npu-6x6", only: ["cgra"], help: "" },
    small: { type: "boolean", only: ["c", "cgra"], help: "" },
  } as const;
  const codesOf = (words: string): string[] =>
    parseArguments(words.split(" "), set).problems.map((p) => `${p.code} ${p.message}`);
  assert.equal(codesOf("--fabric npu-6x6"), ["CFG021 `--fabric` is for `cgra`, but the target is `wasm`"]); // prettier-ignore
  assert.is(codesOf("--small --target llvm").length, 1);
  assert.equal(codesOf("--target cgra --small --fabric x"), []);
  assert.equal(codesOf("--small --target c"), []);
});

app("no flag names a target that there is not", async () => {
  const kinds = targetPresets.map(({ name }) => name);
  for (const entry of commands)
    for (const { only = [] } of Object.values<FlagSpec>((await entry.load()).flags))
      assert.ok(only.every((name) => kinds.some((kind) => kind === name)));
});

app.run();
