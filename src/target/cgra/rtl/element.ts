/** The module of a kind of processing element. */
import { MOST_STAGES, type WordLayout } from "../machine/layout.js";
import { hasResult, operations } from "../machine/operation.js";
import type { Source } from "../machine/program.js";
import { opcodes } from "../opcodes.js";
import { floatFunctions } from "./float.js";
import { indexBits, partsOf, type ElementKind, type Structure } from "./kinds.js";
import { EXPRESSIONS, integerFunctions } from "./unit.js";

const part = (vector: string, i: number): string => `${vector}[${32 * i + 31}:${32 * i}]`;
const isMemory = (op: string): boolean => operations.get(op)?.access !== undefined;
const isStream = (op: string): boolean => op === "POP" || op === "PUSH";
const isEdge = (op: string): boolean => op === "IDX" || op === "FIRST" || op === "LAST";
const opNumber = (op: string): string => `6'd${opcodes.get(op)!.number}`;

export const reachesMemory = (kind: ElementKind): boolean =>
  kind.ops.some((op) => isMemory(op) || (isStream(op) && kind.streams > 0));
export const reachesStreams = (kind: ElementKind): boolean =>
  kind.streams > 0 && kind.ops.some(isStream);
export const knowsEdges = ({ fabric }: Structure): boolean => fabric.control.loops > 0;
export const knowsIndices = (structure: Structure, kind: ElementKind): boolean =>
  knowsEdges(structure) && kind.ops.includes("IDX");

/** Input and output ports with their widths. */
export function portsOfModule(
  structure: Structure,
  kind: ElementKind,
): readonly (readonly [direction: "input" | "output", width: number, name: string])[] {
  const { fabric, layout } = structure;
  const { loops } = fabric.control;
  const ports: ["input" | "output", number, string][] = [
    ["input", 1, "clk"],
    ["input", 1, "clear"],
    ["input", 1, "run"],
    ["input", indexBits(fabric.configuration.depth), "slot"],
    ["input", MOST_STAGES, "valid"],
    ["input", 1, "word_we"],
    ["input", 1, "constant_we"],
    ["input", 18, "cfg_index"],
    ["input", 32, "cfg_data"],
    ["output", 32, "out"],
  ];
  if (knowsEdges(structure))
    ports.push(["input", MOST_STAGES * loops, "first"], ["input", MOST_STAGES * loops, "last"]);
  if (knowsIndices(structure, kind)) ports.push(["input", MOST_STAGES * loops * 32, "indices"]);
  if (kind.registers > 1) ports.push(["input", indexBits(kind.registers), "turn"]);
  if (kind.linksIn > 0) ports.push(["input", 32 * kind.linksIn, "links"]);
  if (kind.linksOut > 0) ports.push(["output", 32 * kind.linksOut, "drives"]);
  kind.besides.forEach((regs, i) => {
    if (regs > 0) ports.push(["input", 32 * regs, `beside${i}`]);
  });
  if (kind.isRead) ports.push(["output", 32 * kind.registers, "registers"]);
  if (reachesMemory(kind))
    ports.push(
      ["output", 1, "mem_read"],
      ["output", 1, "mem_write"],
      ["output", 32, "mem_address"],
      ["output", 2, "mem_size"],
      ["output", 32, "mem_data"],
      ["input", 32, "mem_word"],
    );
  if (reachesStreams(kind))
    ports.push(
      ["output", kind.streams, "step"],
      ["input", 32 * kind.streams, "stream_number"],
      ["input", 32 * kind.streams, "stream_address"],
      ["input", 3 * kind.streams, "stream_form"],
    );
  if (layout.bits === 0) throw new Error("words without bits");
  return ports;
}

/** Slices of the word by field; fields of no bits are 0. */
function fieldsOf(layout: WordLayout): (name: string) => string {
  const at = new Map(layout.fields.map((f) => [f.name, f]));
  return (name) => {
    const field = at.get(name);
    return field === undefined ? "1'b0" : `word[${field.offset + field.bits - 1}:${field.offset}]`;
  };
}

/** The value of a source in the module; undefined for what the kind does not have. */
function sourceText(kind: ElementKind, loops: number, source: Source): string | undefined {
  switch (source.kind) {
    case "none":
      return "32'd0";
    case "immediate":
      return "imm";
    case "output":
      return "out";
    case "constant":
      return `constant${source.constant}`;
    case "first":
    case "last":
      return `{31'b0, ${source.kind}[stage * ${loops} + ${source.level}]}`;
    case "link":
    case "neighbour-output":
      return source.link < kind.linksIn ? part("links", source.link) : undefined;
    case "register":
      return source.register < kind.registers ? part("logical", source.register) : undefined;
    case "neighbour-register":
      return source.register < (kind.besides[source.link] ?? 0)
        ? part(`beside${source.link}`, source.register)
        : undefined;
  }
}

/** A multiplexer: `target` takes the source that the code chooses. */
function choose(
  structure: Structure,
  kind: ElementKind,
  target: string,
  code: string,
  sources: readonly Source[],
): string {
  const { loops } = structure.fabric.control;
  const cases = sources.flatMap((source, i) => {
    const text = sourceText(kind, loops, source);
    return source.kind === "none" || text === undefined ? [] : [`      ${i}: ${target} = ${text};`];
  });
  return [
    "  always @* begin",
    `    case (${code})`,
    ...cases,
    `      default: ${target} = 32'd0;`,
    "    endcase",
    "  end",
  ].join("\n");
}

export function elementModule(structure: Structure, kind: ElementKind): string {
  const { fabric, layout } = structure;
  const { loops } = fabric.control;
  const { depth } = fabric.configuration;
  const field = fieldsOf(layout);
  const ports = portsOfModule(structure, kind);
  const parts = partsOf(layout);
  const has = (test: (op: string) => boolean): boolean => kind.ops.some(test);
  const lines: string[] = [];
  const add = (...text: readonly string[]): void => {
    lines.push(...text);
  };

  const list = ports.map(([dir, width, name]) => `  ${dir} ${width === 1 && name !== "step" ? "" : `[${width - 1}:0] `}${name}`); // prettier-ignore
  add(
    `// Elements ${kind.elements.join(", ")}.`,
    `module ${kind.module} (`,
    list.join(",\n"),
    ");",
    `  reg [${layout.bits - 1}:0] words [0:${depth - 1}];`,
    `  wire [${layout.bits - 1}:0] word = words[slot];`,
    "  reg [31:0] result_register;",
    "  assign out = result_register;",
    "  integer i;",
    "",
    "  // Configuration: words in parts of 32 bits, constants.",
    `  initial for (i = 0; i < ${depth}; i = i + 1) words[i] = ${layout.bits}'d0;`,
  );
  for (let k = 0; k < fabric.constants; k++) add(`  reg [31:0] constant${k};`);
  add("  always @(posedge clk) begin");
  for (let k = 0; k < parts; k++) {
    const high = Math.min(layout.bits, 32 * k + 32) - 1;
    add(
      `    if (word_we && cfg_index[3:0] == 4'd${k})`,
      `      words[cfg_index[${3 + indexBits(depth)}:4]][${high}:${32 * k}] <= cfg_data[${high - 32 * k}:0];`,
    );
  }
  for (let k = 0; k < fabric.constants; k++)
    add(`    if (constant_we && cfg_index == 18'd${k}) constant${k} <= cfg_data;`);
  add("  end");
  if (fabric.constants > 0)
    add(`  initial begin ${range(fabric.constants).map((k) => `constant${k} = 32'd0;`).join(" ")} end`); // prettier-ignore

  const immediate = fabric.immediateBits;
  add(
    "",
    `  wire [5:0] op = ${field("op")};`,
    `  wire [5:0] stage = ${field("stage")};`,
    immediate === 0
      ? "  wire [31:0] imm = 32'd0;"
      : immediate === 32
        ? `  wire [31:0] imm = ${field("immediate")};`
        : `  wire [31:0] imm = {{${32 - immediate}{word[${layout.bits - 1}]}}, ${field("immediate")}};`,
    "  wire active = run && valid[stage] && op != 6'd0;",
  );

  if (kind.registers > 0) registerFile(structure, kind, add, field);
  add("", "  // Operands; in first iterations one may be another.");
  for (const name of ["a", "b", "c"]) {
    add(`  reg [31:0] ${name}_usual;`);
    add(choose(structure, kind, `${name}_usual`, field(name), layout.operands));
  }
  if (loops > 0) {
    add("  reg [31:0] initial_value;");
    add(choose(structure, kind, "initial_value", field("initial"), layout.initials));
    add(
      `  wire is_first = first[stage * ${loops} + ${loops > 1 ? field("initialLevel") : "0"}];`,
      ...["a", "b", "c"].map(
        (n, k) =>
          `  wire ${n}_initial = is_first && ${field("initialAt")} == 2'd${k};\n  wire [31:0] ${n} = ${n}_initial ? initial_value : ${n}_usual;`,
      ),
    );
  } else add("  wire [31:0] a = a_usual, b = b_usual, c = c_usual;", "  wire c_initial = 1'b0;");
  add(
    `  wire p = ((${field("c")} == 0 && !c_initial) || c != 32'd0) ^ ${field("negate")};`,
    "",
    "  // The unit.",
  );
  add(integerFunctions(kind.ops) + floatFunctions(kind.ops));
  if (reachesMemory(kind)) memoryPort(kind, add);
  else if (has((op) => op === "POP")) add("  wire [31:0] loaded = 32'd0;");
  add("  reg [31:0] result;", "  always @* begin", "    case (op)");
  for (const op of kind.ops) {
    const text = expressionOf(op, loops);
    if (text !== undefined) add(`      ${opNumber(op)}: result = ${text}; // ${op}`);
  }
  add("      default: result = 32'd0;", "    endcase", "  end");
  const silent = kind.ops.filter((op) => !hasResult(op));
  const speaks = ["active", ...silent.map((op) => `op != ${opNumber(op)}`)].join(" && ");
  resultPath(kind, speaks, add);

  if (kind.linksOut > 0) {
    add("", "  // What links out carry.");
    for (let k = 0; k < kind.linksOut; k++) {
      add(`  reg [31:0] drive${k};`);
      add(choose(structure, kind, `drive${k}`, field(`drive${k}`), layout.drives));
      add(`  assign ${part("drives", k)} = drive${k};`);
    }
  }
  add("endmodule", "");
  return lines.join("\n");
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function expressionOf(op: string, loops: number): string | undefined {
  if (isMemory(op)) return operations.get(op)!.access!.kind === "load" ? "loaded" : undefined;
  if (op === "POP") return "p ? loaded : 32'd0";
  if (isEdge(op)) {
    const level = `stage * ${loops} + imm[3:0]`;
    if (loops === 0) return "32'd0";
    return op === "IDX"
      ? `indices[(${level}) * 32 +: 32]`
      : `{31'b0, ${op.toLowerCase()}[${level}]}`;
  }
  return EXPRESSIONS[op];
}

type Add = (...text: readonly string[]) => void;
type FieldText = (name: string) => string;

/** The register file: registers of a round are at places that turn with it. */
function registerFile(structure: Structure, kind: ElementKind, add: Add, field: FieldText): void {
  const { registers: regs } = kind;
  const bits = indexBits(regs) + 1;
  const turn = regs > 1 ? "turn" : "1'b0";
  add("", "  // Registers.", `  reg [31:0] file [0:${regs - 1}];`);
  add(`  wire [${32 * regs - 1}:0] logical;`);
  const placeOf = (register: string): string =>
    `(${register} >= ${turn} ? ${register} - ${turn} : ${register} + ${bits}'d${regs} - ${turn})`;
  for (let r = 0; r < regs; r++) {
    add(`  wire [${bits - 1}:0] place${r} = ${placeOf(`${bits}'d${r}`)};`);
    add(`  assign ${part("logical", r)} = file[place${r}];`);
  }
  if (kind.isRead) add("  assign registers = logical;");
  for (let port = 0; port < kind.writePorts; port++) {
    const register = regs === 1 ? `${bits}'d0` : `{1'b0, ${field(`register${port}`)}}`;
    add(`  reg [31:0] write_value${port};`);
    add(choose(structure, kind, `write_value${port}`, field(`write${port}`), structure.layout.writes)); // prettier-ignore
    add(`  wire [${bits}:0] register${port} = ${register};`);
    add(`  wire [${bits - 1}:0] target${port} = ${placeOf(`register${port}`)};`);
  }
  add("  always @(posedge clk) begin");
  add(`    if (clear) for (i = 0; i < ${regs}; i = i + 1) file[i] <= 32'd0;`);
  if (kind.writePorts > 0) {
    add("    else if (run) begin");
    for (let port = 0; port < kind.writePorts; port++)
      add(`      if (${field(`write${port}`)} != 0) file[target${port}] <= write_value${port};`);
    add("    end");
  }
  add("  end");
}

/** Addresses of loads, stores and streams, and what comes back. */
function memoryPort(kind: ElementKind, add: Add): void {
  const memory = kind.ops.filter(isMemory);
  const loads = memory.filter((op) => operations.get(op)!.access!.kind === "load");
  const stores = memory.filter((op) => operations.get(op)!.access!.kind === "store");
  const any = (ops: readonly string[]): string =>
    ops.length === 0 ? "1'b0" : `(${ops.map((op) => `op == ${opNumber(op)}`).join(" || ")})`;
  const streams = reachesStreams(kind);
  add("  reg [31:0] address, moved;", "  reg [1:0] size;", "  reg sign;");
  add("  always @* begin", "    address = a + imm;", "    size = 2'd2;", "    sign = 1'b1;");
  add("    case (op)");
  for (const op of memory) {
    const { bytes, signed } = operations.get(op)!.access!;
    const size = { 1: 0, 2: 1, 4: 2 }[bytes];
    const more = op === "LUT8" ? " address = a + imm + {24'b0, b[7:0]};" : "";
    add(`      ${opNumber(op)}: begin size = 2'd${size}; sign = 1'b${Number(signed)};${more} end`);
  }
  add("      default: ;", "    endcase");
  if (streams) {
    add(`    if (op == ${opNumber("POP")} || op == ${opNumber("PUSH")}) begin`);
    range(kind.streams).forEach((i) => {
      add(
        `      if (imm == ${part("stream_number", i)}) begin`,
        `        address = ${part("stream_address", i)};`,
        `        size = stream_form[${3 * i + 1}:${3 * i}];`,
        `        sign = stream_form[${3 * i + 2}];`,
        "      end",
      );
    });
    add("    end");
  }
  add("  end");
  const pops = streams && kind.ops.includes("POP") ? [`(op == ${opNumber("POP")} && p)`] : [];
  const pushes = streams && kind.ops.includes("PUSH") ? [`(op == ${opNumber("PUSH")} && p)`] : [];
  add(
    `  assign mem_read = active && (${[any(loads), ...pops].join(" || ")});`,
    `  assign mem_write = active && (${[`(${any(stores)} && p)`, ...pushes].join(" || ")});`,
    "  assign mem_address = address;",
    "  assign mem_size = size;",
    `  assign mem_data = op == ${opNumber("PUSH")} ? a : b;`,
    "  wire [31:0] loaded = moved;",
    "  always @* begin",
    "    case (size)",
    "      2'd0: moved = {{24{sign && mem_word[7]}}, mem_word[7:0]};",
    "      2'd1: moved = {{16{sign && mem_word[15]}}, mem_word[15:0]};",
    "      default: moved = mem_word;",
    "    endcase",
    "  end",
  );
  if (streams)
    range(kind.streams).forEach((i) => {
      const turns = [...pops, ...pushes].join(" || ");
      add(`  assign step[${i}] = active && (${turns}) && imm == ${part("stream_number", i)};`);
    });
}

/** Results reach the output at the end of the cycle, or wait as long as their operation takes. */
function resultPath(kind: ElementKind, speaks: string, add: Add): void {
  const slow = [...kind.latencies].filter(([op, latency]) => latency > 1 && hasResult(op));
  const longest = Math.max(1, ...slow.map(([, latency]) => latency));
  add("", `  wire speaks = ${speaks};`);
  if (longest === 1) {
    add(
      "  always @(posedge clk)",
      "    if (clear) result_register <= 32'd0;",
      "    else if (speaks) result_register <= result;",
    );
    return;
  }
  add(`  reg [${indexBits(longest + 1) - 1}:0] latency;`, "  always @* begin", "    case (op)");
  for (const [op, latency] of slow) add(`      ${opNumber(op)}: latency = ${latency}; // ${op}`);
  add("      default: latency = 1;", "    endcase", "  end");
  const waiting = longest - 1;
  add(
    `  reg [31:0] waiting [1:${waiting}];`,
    `  reg [${waiting}:1] is_waiting;`,
    "  always @(posedge clk)",
    "    if (clear) begin",
    "      result_register <= 32'd0;",
    `      is_waiting <= ${waiting}'d0;`,
    "    end else if (run) begin",
    "      if (is_waiting[1]) result_register <= waiting[1];",
    "      if (speaks && latency == 1) result_register <= result;",
  );
  for (let k = 1; k <= waiting; k++) {
    const next = k < waiting ? `waiting[${k + 1}]` : "32'd0";
    const isNext = k < waiting ? `is_waiting[${k + 1}]` : "1'b0";
    add(
      `      waiting[${k}] <= speaks && latency == ${k + 1} ? result : ${next};`,
      `      is_waiting[${k}] <= (speaks && latency == ${k + 1}) || ${isNext};`,
    );
  }
  add("    end");
}
