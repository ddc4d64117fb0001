import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { firstFlaw, type ProofStep } from "../../../src/sat/index.js";
import { runCli } from "../../../src/testing/run-cli.js";

const cgra = suite("cli: cgra");

const PROGRAM = `
@T.prim_func
def scale(x: T.Buffer(("n",), "int32"), y: T.Buffer(("n",), "int32")):
    n = T.int32()
    for i in T.serial(n, annotations={"cgra.kernel": "scale"}):
        y[i] = x[i] * 3 + 1
`;
const FABRIC = JSON.stringify({
  name: "line",
  rows: 1,
  cols: 4,
  route: "bypass",
  pe: { ops: ["mov", "alu", "mul", "ctl", "mem"], rf: { regs: 4, read: 4, write: 2 } },
  mem: { banks: [{ name: "b", bytes: 4096, ports: 4, pes: [0, 1, 2, 3] }] },
  ctrl: { loops: 2 },
});
const FLAGS = ["--fabric", "line.fabric.json"];
const FILES = { "scale.relax": PROGRAM, "line.fabric.json": FABRIC };
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

cgra("a kernel is simulated beside the interpreter, with a timeline", async () => {
  const argv = ["cgra", "sim", "scale.relax", "--shape", "n=9", "--trace", "t.json", ...FLAGS];
  const run = await runCli(argv, { files: FILES });
  assert.is(run.exit, 0, run.stderr);
  assert.match(run.stdout, /9 iterations in \d+ cycles/);
  assert.match(run.stdout, /equal to the interpreter/);
  const { traceEvents } = JSON.parse(text(run.host.files.get("/w/t.json"))) as {
    traceEvents: { name: string; ph: string }[];
  };
  assert.is(traceEvents.filter((e) => e.ph === "X" && e.name === "ST").length, 9);
});

cgra("kernel, text and image go round", async () => {
  const whole = await runCli(["cgra", "asm", "scale.relax", ...FLAGS], { files: FILES });
  assert.is(whole.exit, 0, whole.stderr);
  const files = { ...FILES, "scale.txt": whole.stdout };
  const made = await runCli(["cgra", "asm", "scale.txt", "-o", "s.cgrabin", ...FLAGS], { files });
  assert.is(made.exit, 0, made.stderr);
  const image = made.host.files.get("/w/s.cgrabin")!;
  const shown = await runCli(["cgra", "dis", "s.cgrabin", ...FLAGS], { files: { ...files, "s.cgrabin": image } }); // prettier-ignore
  assert.is(shown.stdout, whole.stdout);
  const other = await runCli(["cgra", "dis", "s.cgrabin"], { files: { ...files, "s.cgrabin": image } }); // prettier-ignore
  assert.is(other.exit, 1);
  assert.match(other.stderr, /another fabric/);
});

cgra("faults name the node and the line of the program", async () => {
  const made = await runCli(["cgra", "asm", "scale.relax", "-o", "s.cgrabin", ...FLAGS], { files: FILES }); // prettier-ignore
  const files = { ...FILES, "s.cgrabin": made.host.files.get("/w/s.cgrabin")! };
  const shown = await runCli(["cgra", "dis", "s.cgrabin", ...FLAGS], { files });
  const numbers = shown.stdout.match(/^launch/gm)!.map(() => "2000");
  const run = await runCli(["cgra", "sim", "s.cgrabin", ...numbers, ...FLAGS], { files });
  assert.is(run.exit, 1, run.stdout);
  assert.match(
    run.stderr,
    /nothing at address [^(]*\(node\s+\d+,\s+line\s+6\s+of\s+scale\.relax\)/,
  );
});

cgra("waves show what the elements issue and put out, in the order of time", async () => {
  const argv = ["cgra", "sim", "scale.relax", "--shape", "n=9", "--vcd", "t.vcd", ...FLAGS];
  const run = await runCli(argv, { files: FILES });
  assert.is(run.exit, 0, run.stderr);
  const lines = text(run.host.files.get("/w/t.vcd")).split("\n");
  assert.is(lines.filter((l) => l.startsWith("$var wire 32")).length, 4);
  const times = lines.filter((l) => l.startsWith("#")).map((l) => Number(l.slice(1)));
  assert.equal(times, [...new Set(times)].sort((a, b) => a - b)); // prettier-ignore
  assert.is(times.at(-1), Number(/iterations in (\d+) cycles/.exec(run.stdout)![1]));
  // Each of nine elements is loaded and stored.
  const ops = lines.filter((l) => / op \$end$/.test(l)).map((l) => l.split(" ")[3]!);
  const issues = (code: number): number => {
    let count = 0;
    let last = 0;
    const active = new Set<string>();
    for (const line of lines.slice(lines.indexOf("$end"))) {
      if (line.startsWith("#")) {
        count += active.size * (Number(line.slice(1)) - last);
        last = Number(line.slice(1));
      }
      const [value, id] = line.split(" ");
      if (id === undefined || !ops.includes(id)) continue;
      if (value === `b${code.toString(2)}`) active.add(id);
      else active.delete(id);
    }
    return count;
  };
  assert.is(issues(49), 9);
  assert.is(issues(53), 9);
});

cgra("an image is launched with as many numbers as it has, of 32 bits", async () => {
  const made = await runCli(["cgra", "asm", "scale.relax", "-o", "s.cgrabin", ...FLAGS], { files: FILES }); // prettier-ignore
  const files = { ...FILES, "s.cgrabin": made.host.files.get("/w/s.cgrabin")! };
  const fabric = "line.fabric.json";
  for (const command of [
    ["sim", "s.cgrabin", ...FLAGS],
    ["rtl", fabric, "s.cgrabin"],
  ]) {
    const few = await runCli(["cgra", ...command], { files });
    assert.is(few.exit, 2, few.stdout);
    assert.match(few.stderr, /CFG019.*launch of `scale_1`: \d wanted \(.*\bn\b/s);
    const count = Number(/: (\d) wanted/.exec(few.stderr)![1]);
    const numbers = (word: string): string[] => [word, ...Array<string>(count - 1).fill("0")];
    for (const word of ["abc", "2147483648", "1.5"]) {
      const wrong = await runCli(["cgra", ...command, ...numbers(word)], { files });
      assert.is(wrong.exit, 2);
      assert.match(wrong.stderr, /CFG020/);
      assert.not.match([...wrong.host.files.keys()].join(), /\.hex/);
    }
    const right = await runCli(["cgra", ...command, ...numbers("4")], { files });
    assert.is(right.exit, 0, right.stderr);
  }
});

cgra("words that are missing or too much are refused", async () => {
  for (const [argv, code] of [
    [["sim"], "CFG007"],
    [["llvm"], "CFG007"],
    [["layout", "hycube-4x4", "more"], "CFG008"],
    [["sim", "scale.relax", "4"], "CFG008"],
  ] as const) {
    const run = await runCli(["cgra", ...argv], { files: FILES });
    assert.is(run.exit, 2, argv.join(" "));
    assert.match(run.stderr, new RegExp(`${code}.*cgra ${argv[0]}`, "s"));
  }
});

cgra("kernels that are not there are said to be missing, with those there are", async () => {
  const files = { ...FILES, "none.relax": PROGRAM.replace(/, annotations=.*\)/, ")") };
  for (const argv of [
    ["map"],
    ["cgra", "sim", "--shape", "n=4"],
    ["cgra", "llvm"],
    ["cgra", "asm"],
  ]) {
    const run = await runCli([...argv, "scale.relax", "--kernel", "scal", ...FLAGS], { files });
    assert.is(run.exit, 1, argv.join(" "));
    assert.match(run.stderr + run.stdout, /scal`.*scale/s);
    const none = await runCli([...argv, "none.relax", ...FLAGS], { files });
    assert.is(none.exit, 1, argv.join(" "));
    assert.not.match(none.stdout, /Kernels for/);
  }
});

cgra("mistakes in texts show their place, actions that do not exist what there is", async () => {
  const files = { ...FILES, "bad.txt": 'kernel "k" interval=1 stages=1 tail=0\nelement 9\n' };
  const run = await runCli(["cgra", "asm", "bad.txt", ...FLAGS], { files });
  assert.is(run.exit, 1);
  assert.match(run.stderr, /MAP214/);
  assert.match(run.stderr, /bad\.txt:2:1/);
  const wrong = await runCli(["cgra", "asmm"]);
  assert.is(wrong.exit, 2);
  assert.match(wrong.stderr, /asm/);
  const layout = await runCli(["cgra", "layout", "hycube-4x4"]);
  assert.match(layout.stdout, /^ {2}0-5 +op +operation$/m);
});

cgra("capacity counts peaks, memory and configuration", async () => {
  const text = await runCli(["cgra", "capacity", "npu-6x6"]);
  assert.is(text.exit, 0);
  assert.match(text.stdout, /^operations a cycle: 36 \(.*dot 36.*sfu 6.*\)$/m);
  const { stdout } = await runCli(["cgra", "capacity", "npu-6x6", "--as", "json"]);
  const found = JSON.parse(stdout) as Record<string, number>;
  // A product of four bytes adds four products; 500 MHz.
  assert.is(found["arithmetic"], 36 * 8);
  assert.is(found["gops"], 144);
  assert.is(found["accesses"], 6);
  assert.is(found["words"], 36 * 32);
  assert.is(found["configurationBits"], found["words"]! * found["wordBits"]!);
  assert.is(found["loadCycles"], Math.ceil(found["configurationBits"]! / 64));
  assert.is(found["registerBits"], 36 * 8 * 32);
});

cgra(
  "what is not mapped is told with what is missing, what was placed, and what would help",
  async () => {
    // A value that is read seven iterations later is there seven times, and there is one register.
    const graph = JSON.stringify({
    name: "late",
    nodes: [0, 1].map((id) => ({ id, op: "ADD" })),
    edges: [[0, 1, 0, "I1"], [0, 1, 7, "I2"]],
  }); // prettier-ignore
    const pair = { name: "pair", rows: 1, cols: 2, route: "bypass", pe: { ops: ["alu"], rf: { regs: 1 } } }; // prettier-ignore
    const files = { "late.json": graph, "line.fabric.json": JSON.stringify(pair) };
    const run = await runCli(["map", "late.json", "--max-ii", "2", ...FLAGS], { files });
    assert.is(run.exit, 1);
    assert.match(run.stderr, /MAP041.*over all\s+slots\s+\d+\s+registers\s+are\s+missing/s);
    assert.match(run.stderr, /--max-ii\).*rf\.regs/s);
    assert.match(
      run.stdout,
      /^interval \d as far as it came: over all slots \d+ registers are missing$/m,
    );
    assert.match(run.stdout, /^not placed: ADD\d/m);
    assert.match(run.stdout, /^slot 0$/m);
  },
);

cgra("why no smaller interval was found is written as clauses and a proof that holds", async () => {
  // Each of the three is joined to both others, and a line has no such elements: not in one cycle.
  const graph = JSON.stringify({
    name: "triangle",
    nodes: [0, 1, 2].map((id) => ({ id, op: "ADD" })),
    edges: [[0, 1, 0, "I1"], [1, 2, 0, "I1"], [0, 2, 0, "I2"]],
  }); // prettier-ignore
  const line = JSON.stringify({
    name: "line",
    rows: 1,
    cols: 3,
    route: "none",
    pe: { ops: ["alu"] },
  });
  const files = { "triangle.json": graph, "line.fabric.json": line };
  const run = await runCli(["map", "triangle.json", "--proof", "why", ...FLAGS], { files });
  assert.is(run.exit, 0, run.stderr);
  assert.match(run.stdout, /^interval 2: smaller ones are refuted/m);
  const numbersOf = (lines: readonly string[]): number[][] =>
    lines.map((l) => l.split(" ").slice(0, -1).map(Number));
  const [comment, problem, ...clauses] = text(run.host.files.get("/w/why.cnf")).trim().split("\n");
  assert.match(comment!, /^c triangle on line: interval 1, schedules of any length, /);
  assert.match(problem!, new RegExp(`^p cnf [0-9]+ ${clauses.length}$`));
  const proof = text(run.host.files.get("/w/why.drat")).trim().split("\n");
  const steps = proof.map((l): ProofStep => {
    const [clause] = numbersOf([l.replace(/^d /, "")]);
    return { kind: l.startsWith("d ") ? "remove" : "add", clause: clause! };
  });
  assert.is(firstFlaw(numbersOf(clauses), steps), undefined);
  assert.is(firstFlaw(numbersOf(clauses.slice(1)), steps.slice(-1)), 0);

  const both = ["map", "triangle.json", "--proof", "why", "--solver", "cadical", ...FLAGS];
  const refused = await runCli(both, { files });
  assert.is(refused.exit, 2);
});

cgra("places of a ring that get one another's values are values that nothing makes", async () => {
  const name = "gemm-bytes.relax";
  const files = { [name]: readFileSync(`samples/cgra/kernels/${name}`, "utf8") };
  const { exit, stdout, stderr } = await runCli(["cgra", "sim", name], { files });
  assert.is(exit, 0, stderr);
  assert.match(stdout, /equal to the interpreter/);
});

cgra.run();
