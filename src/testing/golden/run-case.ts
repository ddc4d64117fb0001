/** Runs a case of a golden file and compares. */
import { runCli, type CliRun } from "../run-cli.js";
import { nodeHost } from "../../driver/host-node.js";
import type { Host } from "../../support/host.js";
import type { GoldenCase, Section } from "./parse.js";
import { matchChecks } from "./partial.js";

/** Name that the program of a case has in messages. */
const FILE = "case.relax";
/** Folder for what a case writes. */
const OUT = "/w/out";

export interface CaseResult {
  /** What differs, in words; empty when all is as expected. */
  readonly problems: readonly string[];
  /** What each section of the case holds now. */
  readonly actual: ReadonlyMap<Section, string>;
}

/** Runs the case in process. */
export async function runCase(golden: GoldenCase): Promise<CaseResult> {
  const run = await runProgram(golden.run, golden.program);
  const problems: string[] = [];
  const actual = new Map<Section, string>();
  for (const section of golden.sections) {
    if (section.kind === "repaired") {
      problems.push(...(await repairedProblems(section, golden.program)));
      continue;
    }
    const text = textOf(section, run);
    actual.set(section, text);
    if (text !== section.text) problems.push(difference(section, text));
  }
  if (golden.checks.length > 0) {
    const unmatched = matchChecks(golden.checks, run.stdout);
    if (unmatched !== undefined) problems.push(`${unmatched}\n${quote(run.stdout)}`);
  }
  if (golden.claims.length > 0) problems.push(...(await claimProblems(golden)));
  for (const sizes of golden.values) {
    const { valuesDiffer } = await import("./values.js");
    const found = await valuesDiffer(golden.program, run.stdout, sizes);
    if (found !== undefined) problems.push(`values ${sizes}: ${found}`);
  }
  const unexpectedEnd = exitProblems(golden, run);
  // What a run that went wrong has written is never taken for the expectation.
  if (unexpectedEnd.length > 0) actual.clear();
  return { problems: [...problems, ...unexpectedEnd], actual };
}

let outside: Host | undefined;

/** Runs a line as typed after `relaxc`; the program is the input unless the line names one by `%file`. */
function runProgram(line: string, program: string): Promise<CliRun> {
  const words = splitWords(line);
  const named = words.some((word) => word.includes("%file") || word === "-");
  const withInput = named || program === "" ? words : [words[0]!, FILE, ...words.slice(1)];
  const argv = withInput.map((word) =>
    word.replaceAll("%file", FILE).replaceAll("%dir", "/w").replaceAll("%out", OUT),
  );
  outside ??= nodeHost();
  return runCli(argv, { files: { [FILE]: program }, stdin: program, below: outside });
}

/** Words of a command line; quotes keep blanks together. */
export function splitWords(line: string): string[] {
  const words = line.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, a, b) => String(a ?? b)));
}

function textOf({ kind, name }: Section, { stdout, stderr, host }: CliRun): string {
  const plain = (text: string): string => (text === "" ? "" : `${text.trimEnd()}\n`);
  if (kind === "file") return plain(fileText(host.files.get(`${OUT}/${name}`)));
  if (kind === "files") {
    const names = [...host.files.keys()].filter((path) => path.startsWith(`${OUT}/`));
    return names.map((path) => `${path.slice(OUT.length + 1)}\n`).sort().join(""); // prettier-ignore
  }
  if (kind === "stderr") return plain(stderr);
  if (kind !== "diagnostics") return plain(stdout);
  // A command whose result they are writes diagnostics to standard output, the count of them to the other.
  const isResult = /^(error|warning|note)\[/m.test(stdout);
  return plain(
    isResult ? stdout : stderr.replace(/^\d+ (errors?|warnings?)(, \d+ warnings?)?\n$/m, ""),
  );
}

/** A file as text; lines of 32 bytes when it is none. */
function fileText(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "(there is no such file)";
  if (!bytes.includes(0)) return new TextDecoder().decode(bytes);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 32)
    lines.push(Array.from(bytes.subarray(at, at + 32), (b) => b.toString(16).padStart(2, "0")).join("")); // prettier-ignore
  return lines.join("\n");
}

/** The repaired program (the case's own when only the command is repaired) runs without findings. */
async function repairedProblems({ run: line, text }: Section, program: string): Promise<string[]> {
  const run = await runProgram(line ?? "check", text === "" ? program : text);
  if (run.exit === 0) return [];
  return [`the repaired form has errors:\n${quote(run.stdout + run.stderr)}`];
}

/** Each claim is met by a diagnostic, and each diagnostic is claimed. */
async function claimProblems({ program, claims }: GoldenCase): Promise<string[]> {
  interface Found {
    readonly code: string;
    readonly line: number;
    readonly message: string;
  }
  const run = await runProgram("check --report jsonl", program);
  const { diagnostics } = JSON.parse(run.stdout.split("\n")[0]!) as { diagnostics: Found[] };
  const left = [...diagnostics];
  const problems: string[] = [];
  for (const { line, code, text } of claims) {
    const at = left.findIndex(
      (d) => d.line === line && d.code === code && d.message.includes(text ?? ""),
    );
    if (at >= 0) left.splice(at, 1);
    else problems.push(`no ${code}${text === undefined ? "" : ` with "${text}"`} on line ${line}`);
  }
  const unclaimed = left.map((d) => `line ${d.line}: ${d.code} ${d.message} is not claimed`);
  return [...problems, ...unclaimed];
}

/** Without `expect exit`, a case that expects no findings must end well, and no case may end in a bug of ours. */
function exitProblems({ exit, sections, claims }: GoldenCase, run: CliRun): string[] {
  const mayFind =
    claims.length > 0 || sections.some((s) => s.kind === "diagnostics" || s.kind === "stderr");
  const fine =
    exit === undefined ? run.exit === 0 || (mayFind && run.exit === 1) : run.exit === exit;
  if (fine) return [];
  return [`exit code ${run.exit}, expected ${exit ?? 0}\n${quote(run.stderr)}`];
}

function difference(section: Section, actual: string): string {
  return `expected ${section.kind} (line ${section.from}):\n${quote(section.text)}\ngot:\n${quote(actual)}`;
}

const quote = (text: string): string =>
  text
    .trimEnd()
    .split("\n")
    .slice(0, 80)
    .map((line) => `    ${line}`)
    .join("\n");
