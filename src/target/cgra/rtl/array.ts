/** The fabric: elements and their links, banks with what reaches them, streams, the sequencer. */
import { hasCrossbars, MOST_STAGES } from "../machine/layout.js";
import { portsOfModule, reachesMemory, reachesStreams } from "./element.js";
import { indexBits, type Structure } from "./kinds.js";

/** Elements with a port of a bank: those that load and store, and those at its streams. */
export function requestersOf({ fabric, kindOf }: Structure, bank: number): readonly number[] {
  const { name, elements } = fabric.banks[bank]!;
  const all = new Set(elements);
  for (const stream of fabric.streams)
    if (stream.bank === name) for (const e of stream.elements) all.add(e);
  return [...all].filter((e) => reachesMemory(kindOf[e]!)).sort((a, b) => a - b);
}

/** Where each bank starts. */
export const bankStarts = ({ fabric }: Structure): readonly number[] =>
  fabric.banks.map((_, b) => fabric.banks.slice(0, b).reduce((sum, { bytes }) => sum + bytes, 0));

export function fabricModule(structure: Structure): string {
  const { fabric, kindOf, streamsOf, into, outOf, files } = structure;
  const { loops } = fabric.control;
  const count = fabric.elements.length;
  const crossbars = hasCrossbars(fabric);
  const lines: string[] = [];
  const add = (...text: readonly string[]): void => {
    lines.push(...text);
  };
  /** Positions from high to low, as concatenations have them. */
  const joined = (names: readonly string[]): string => `{${[...names].reverse().join(", ")}}`;
  add(
    "module fabric (",
    "  input clk,",
    "  input reset,",
    "  input start,",
    "  input cfg_we,",
    "  input [31:0] cfg_address,",
    "  input [31:0] cfg_data,",
    "  output run,",
    "  output done,",
    "  output [47:0] cycles,",
    `  output [${32 * count - 1}:0] outputs`,
    ");",
    "  // Bits 31-28 of a configuration address: 0 sequencer, 1 words, 2 constants, 3 streams.",
    "  wire [3:0] space = cfg_address[31:28];",
    "  wire [9:0] unit = cfg_address[27:18];",
    "  wire [17:0] cfg_index = cfg_address[17:0];",
    "  wire clear;",
    `  wire [${indexBits(fabric.configuration.depth) - 1}:0] slot;`,
    `  wire [${MOST_STAGES - 1}:0] valid;`,
  );
  if (loops > 0)
    add(
      `  wire [${MOST_STAGES * loops - 1}:0] first, last;`,
      `  wire [${MOST_STAGES * loops * 32 - 1}:0] indices;`,
    );
  for (const regs of files) add(`  wire [${indexBits(regs) - 1}:0] turn${regs};`);
  const loopWires = loops > 0 ? ", .first(first), .last(last), .indices(indices)" : "";
  const turns = files.map((r) => `, .turn${r}(turn${r})`).join("");
  add(
    "  sequencer control (.clk(clk), .reset(reset), .start(start), .cfg_we(cfg_we && space == 4'd0),",
    "    .cfg_index(cfg_index), .cfg_data(cfg_data), .clear(clear), .run(run), .done(done),",
    `    .cycles(cycles), .slot(slot), .valid(valid)${loopWires}${turns});`,
    "",
    "  // What links bring.",
  );
  kindOf.forEach((kind, e) => {
    add(`  wire [31:0] out${e};`);
    if (kind.linksOut > 0) add(`  wire [${32 * kind.linksOut - 1}:0] drives${e};`);
    if (kind.isRead) add(`  wire [${32 * kind.registers - 1}:0] registers${e};`);
    if (reachesMemory(kind))
      add(
        `  wire read${e}, write${e};`,
        `  wire [31:0] address${e}, data${e}, word${e};`,
        `  wire [1:0] size${e};`,
      );
    if (reachesStreams(kind)) add(`  wire [${kind.streams - 1}:0] step${e};`);
  });
  fabric.links.forEach(({ from, latency }, link) => {
    const i = outOf[from]!.indexOf(link);
    const driven = crossbars ? `drives${from}[${32 * i + 31}:${32 * i}]` : `out${from}`;
    add(`  wire [31:0] link${link};`);
    if (!crossbars || latency === 1) {
      add(`  assign link${link} = ${driven};`);
      return;
    }
    add(`  reg [${32 * (latency - 1) - 1}:0] line${link};`);
    const next = latency === 2 ? driven : `{line${link}[${32 * (latency - 2) - 1}:0], ${driven}}`;
    add(
      `  always @(posedge clk) if (clear) line${link} <= 0; else if (run) line${link} <= ${next};`,
      `  assign link${link} = line${link}[${32 * (latency - 1) - 1}:${32 * (latency - 2)}];`,
    );
  });

  add("", "  // Elements.");
  const inputs = (e: number): Readonly<Record<string, string>> => {
    const kind = kindOf[e]!;
    const streams = streamsOf[e]!;
    return {
      clk: "clk",
      clear: "clear",
      run: "run",
      slot: "slot",
      valid: "valid",
      first: "first",
      last: "last",
      indices: "indices",
      turn: `turn${kind.registers}`,
      word_we: `cfg_we && space == 4'd1 && unit == 10'd${e}`,
      constant_we: `cfg_we && space == 4'd2 && unit == 10'd${e}`,
      cfg_index: "cfg_index",
      cfg_data: "cfg_data",
      out: `out${e}`,
      links: joined(into[e]!.map((link) => `link${link}`)),
      drives: `drives${e}`,
      registers: `registers${e}`,
      mem_read: `read${e}`,
      mem_write: `write${e}`,
      mem_address: `address${e}`,
      mem_size: `size${e}`,
      mem_data: `data${e}`,
      mem_word: `word${e}`,
      step: `step${e}`,
      stream_number: joined(streams.map((s) => `32'd${s}`)),
      stream_address: joined(streams.map((s) => `stream_address${s}`)),
      stream_form: joined(streams.map((s) => `stream_form${s}`)),
      ...Object.fromEntries(
        into[e]!.map((link, i) => [`beside${i}`, `registers${fabric.links[link]!.from}`]),
      ),
    };
  };
  fabric.streams.forEach((_, s) =>
    add(`  wire [31:0] stream_address${s};`, `  wire [2:0] stream_form${s};`),
  );
  kindOf.forEach((kind, e) => {
    const wires = inputs(e);
    const ports = portsOfModule(structure, kind).map(([, , name]) => `.${name}(${wires[name]!})`);
    add(`  ${kind.module} element${e} (`, `    ${ports.join(",\n    ")}`, "  );");
    add(`  assign outputs[${32 * e + 31}:${32 * e}] = out${e};`);
  });

  add("", "  // Banks, one after another.");
  const starts = bankStarts(structure);
  fabric.banks.forEach(({ bytes }, b) => {
    const users = requestersOf(structure, b);
    const list = (prefix: string): string => joined(users.map((e) => `${prefix}${e}`));
    add(
      `  wire [${32 * users.length - 1}:0] bank_word${b};`,
      `  wire [${users.length - 1}:0] bank_here${b};`,
      `  spad_${users.length} #(.BYTES(${bytes}), .START(${starts[b]})) bank${b} (`,
      `    .clk(clk), .write(${list("write")}), .address(${list("address")}), .size(${list("size")}),`,
      `    .data(${list("data")}), .word(bank_word${b}), .here(bank_here${b})`,
      "  );",
    );
  });
  kindOf.forEach((kind, e) => {
    if (!reachesMemory(kind)) return;
    const words = fabric.banks.flatMap((_, b) => {
      const i = requestersOf(structure, b).indexOf(e);
      return i < 0 ? [] : [`bank_word${b}[${32 * i + 31}:${32 * i}]`];
    });
    add(`  assign word${e} = ${words.length === 0 ? "32'd0" : words.join(" | ")};`);
  });
  fabric.streams.forEach(({ dims }, s) => {
    const steps = fabric.elements.flatMap((_, e) => {
      const i = reachesStreams(kindOf[e]!) ? streamsOf[e]!.indexOf(s) : -1;
      return i < 0 ? [] : [`step${e}[${i}]`];
    });
    add(
      `  stream_${dims} stream${s} (.clk(clk), .reset(reset), .clear(clear),`,
      `    .cfg_we(cfg_we && space == 4'd3 && unit == 10'd${s}), .cfg_index(cfg_index), .cfg_data(cfg_data),`,
      `    .step(${steps.length === 0 ? "1'b0" : steps.join(" || ")}), .address(stream_address${s}), .form(stream_form${s}));`,
    );
  });
  add("endmodule", "");
  return lines.join("\n");
}
