/** The modules that do not depend on elements: sequencer, stream, scratchpad bank. */
import { MOST_STAGES } from "../machine/layout.js";
import { indexBits, type Structure } from "./kinds.js";

/**
 * Counts cycles, slots and iterations. What it knows of the newest iteration moves on by one stage with each round,
 * so that words of every stage find the counters of their own iteration.
 */
export function sequencerModule({ fabric, files }: Structure): string {
  const { loops } = fabric.control;
  const slotBits = indexBits(fabric.configuration.depth);
  const levels = Array.from({ length: loops }, (_, l) => l);
  const from = (level: number): readonly number[] => levels.filter((l) => l >= level);
  const all = (tests: readonly string[]): string => (tests.length === 0 ? "1'b1" : tests.join(" && ")); // prettier-ignore
  const S = MOST_STAGES;
  const turnPorts = files.map((regs) => `  output reg [${indexBits(regs) - 1}:0] turn${regs},`);
  const loopPorts =
    loops === 0
      ? []
      : [
          `  output reg [${S * loops - 1}:0] first,`,
          `  output reg [${S * loops - 1}:0] last,`,
          `  output reg [${S * loops * 32 - 1}:0] indices,`,
        ];
  const newest =
    loops === 0
      ? []
      : [
          ...levels.map((l) => `  wire is_first${l} = ${all(from(l).map((k) => `counter${k} == 0`))};`), // prettier-ignore
          ...levels.map((l) => `  wire is_last${l} = ${all(from(l).map((k) => `counter${k} + 32'd1 == extent${k}`))};`), // prettier-ignore
          `  wire [${loops - 1}:0] newest_first = {${[...levels].reverse().map((l) => `is_first${l}`).join(", ")}};`, // prettier-ignore
          `  wire [${loops - 1}:0] newest_last = {${[...levels].reverse().map((l) => `is_last${l}`).join(", ")}};`, // prettier-ignore
          `  wire [${32 * loops - 1}:0] newest_index = {${[...levels].reverse().map((l) => `counter${l}`).join(", ")}};`, // prettier-ignore
        ];
  const step = [
    "        if (remains) begin",
    ...levels.flatMap((l) => {
      const wraps = from(l + 1).map((k) => `counter${k} + 32'd1 == extent${k}`);
      return [
        `          if (${all(wraps)})`,
        `            counter${l} <= counter${l} + 32'd1 == extent${l} ? 32'd0 : counter${l} + 32'd1;`,
      ];
    }),
    `          remains <= ${loops === 0 ? "1'b0" : "!is_last0"};`,
    "        end",
  ];
  const shift = (isStart: boolean): string[] => [
    `        valid <= {valid[${S - 2}:0], ${isStart ? "1'b1" : "remains"}};`,
    ...(loops === 0
      ? []
      : [
          `        first <= {first[${(S - 1) * loops - 1}:0], newest_first};`,
          `        last <= {last[${(S - 1) * loops - 1}:0], newest_last};`,
          `        indices <= {indices[${(S - 1) * loops * 32 - 1}:0], newest_index};`,
        ]),
  ];
  return [
    "module sequencer (",
    "  input clk,",
    "  input reset,",
    "  input start,",
    "  input cfg_we,",
    "  input [17:0] cfg_index,",
    "  input [31:0] cfg_data,",
    "  output clear,",
    "  output reg run,",
    "  output reg done,",
    "  output reg [47:0] cycles,",
    `  output reg [${slotBits - 1}:0] slot,`,
    ...turnPorts,
    ...loopPorts,
    `  output reg [${S - 1}:0] valid`,
    ");",
    "  reg [31:0] interval, stages, tail;",
    ...levels.map((l) => `  reg [31:0] extent${l}, counter${l};`),
    "  // An iteration is still to start; rounds after the last start; cycles after the last round.",
    "  reg remains, loading;",
    "  reg [31:0] rounds_left, tail_left;",
    "  reg in_tail;",
    "  assign clear = reset || start;",
    ...newest,
    `  wire is_empty = ${loops === 0 ? "1'b0" : levels.map((l) => `$signed(extent${l}) <= 0`).join(" || ")};`, // prettier-ignore
    `  wire is_round_end = {${32 - slotBits}'d0, slot} + 32'd1 == interval;`,
    "  always @(posedge clk) begin",
    "    if (cfg_we) begin",
    "      case (cfg_index)",
    "        18'd1: interval <= cfg_data;",
    "        18'd2: stages <= cfg_data;",
    "        18'd3: tail <= cfg_data;",
    ...levels.map((l) => `        18'd${16 + l}: extent${l} <= cfg_data;`),
    "        default: ;",
    "      endcase",
    "    end",
    "    if (reset) begin",
    "      run <= 1'b0;",
    "      done <= 1'b0;",
    "      loading <= 1'b0;",
    "      remains <= 1'b0;",
    "      in_tail <= 1'b0;",
    "      interval <= 32'd1;",
    "      stages <= 32'd1;",
    "      tail <= 32'd0;",
    "      cycles <= 48'd0;",
    "      slot <= 0;",
    `      valid <= ${S}'d0;`,
    ...files.map((r) => `      turn${r} <= 0;`),
    ...levels.map((l) => `      extent${l} <= 32'd1;\n      counter${l} <= 32'd0;`),
    "    end else if (start) begin",
    "      done <= 1'b0;",
    "      loading <= 1'b1;",
    "      remains <= 1'b1;",
    "      in_tail <= 1'b0;",
    "      cycles <= 48'd0;",
    "      slot <= 0;",
    `      valid <= ${S}'d0;`,
    "      rounds_left <= stages - 32'd1;",
    "      tail_left <= tail;",
    ...files.map((r) => `      turn${r} <= 0;`),
    ...levels.map((l) => `      counter${l} <= 32'd0;`),
    "    end else if (loading) begin",
    "      loading <= 1'b0;",
    "      if (is_empty) done <= 1'b1;",
    "      else begin",
    "        run <= 1'b1;",
    ...shift(true),
    ...step,
    "      end",
    "    end else if (run) begin",
    "      cycles <= cycles + 48'd1;",
    "      if (is_round_end) begin",
    "        slot <= 0;",
    ...files.map((r) => `        turn${r} <= turn${r} == ${r - 1} ? 0 : turn${r} + 1'b1;`),
    ...shift(false),
    ...step,
    "        if (!remains && !in_tail) begin",
    "          if (rounds_left != 32'd0) rounds_left <= rounds_left - 32'd1;",
    "          else if (tail_left == 32'd0) begin",
    "            run <= 1'b0;",
    "            done <= 1'b1;",
    "          end else in_tail <= 1'b1;",
    "        end",
    "      end else slot <= slot + 1'b1;",
    "      if (in_tail) begin",
    "        tail_left <= tail_left - 32'd1;",
    "        if (tail_left == 32'd1) begin",
    "          run <= 1'b0;",
    "          done <= 1'b1;",
    "        end",
    "      end",
    "    end",
    "  end",
    "endmodule",
    "",
  ].join("\n");
}

/** An address generator: offsets of its counters, the last fastest, added to the base. */
export function streamModule(dims: number): string {
  const all = Array.from({ length: dims }, (_, d) => d);
  const ends = (d: number): string => `!($signed(counter${d}) + 32'sd1 < $signed(extent${d}))`;
  const moves = all.flatMap((d) => {
    const inner = all.filter((k) => k > d).map((k) => `end${k}`);
    return [
      `      if (${inner.length === 0 ? "1'b1" : inner.join(" && ")}) begin`,
      `        counter${d} <= end${d} ? 32'd0 : counter${d} + 32'd1;`,
      `        offset${d} <= end${d} ? 32'd0 : offset${d} + stride${d};`,
      "      end",
    ];
  });
  return [
    `module stream_${dims} (`,
    "  input clk,",
    "  input reset,",
    "  input clear,",
    "  input cfg_we,",
    "  input [17:0] cfg_index,",
    "  input [31:0] cfg_data,",
    "  input step,",
    "  output [31:0] address,",
    "  output reg [2:0] form",
    ");",
    "  reg [31:0] base;",
    ...all.map((d) => `  reg [31:0] extent${d}, stride${d}, counter${d}, offset${d};`),
    ...all.map((d) => `  wire end${d} = ${ends(d)};`),
    `  assign address = base + ${all.map((d) => `offset${d}`).join(" + ")};`,
    "  always @(posedge clk) begin",
    "    if (reset) begin",
    "      base <= 32'd0;",
    "      form <= 3'd0;",
    ...all.map((d) => `      extent${d} <= 32'd1;\n      stride${d} <= 32'd0;`),
    "    end else if (cfg_we) begin",
    "      case (cfg_index)",
    "        18'd0: base <= cfg_data;",
    "        18'd1: form <= cfg_data[2:0];",
    ...all.flatMap((d) => [
      `        18'd${2 + 2 * d}: extent${d} <= cfg_data;`,
      `        18'd${3 + 2 * d}: stride${d} <= cfg_data;`,
    ]),
    "        default: ;",
    "      endcase",
    "    end",
    "    if (clear) begin",
    ...all.map((d) => `      counter${d} <= 32'd0;\n      offset${d} <= 32'd0;`),
    "    end else if (step) begin",
    ...moves,
    "    end",
    "  end",
    "endmodule",
    "",
  ].join("\n");
}

/**
 * A bank: bytes, little-endian, a port for each element that reaches it. Words are read in the cycle of their address
 * and written at its end. Programs access no more ports in a cycle than the bank is made with.
 */
export function bankModule(requesters: number): string {
  const all = Array.from({ length: requesters }, (_, i) => i);
  return [
    `module spad_${requesters} #(parameter BYTES = 1024, parameter START = 0) (`,
    "  input clk,",
    `  input [${requesters - 1}:0] write,`,
    `  input [${32 * requesters - 1}:0] address,`,
    `  input [${2 * requesters - 1}:0] size,`,
    `  input [${32 * requesters - 1}:0] data,`,
    `  output [${32 * requesters - 1}:0] word,`,
    `  output [${requesters - 1}:0] here`,
    ");",
    "  reg [7:0] mem [0:BYTES - 1];",
    "  integer k;",
    "  initial for (k = 0; k < BYTES; k = k + 1) mem[k] = 8'd0;",
    ...all.flatMap((i) => {
      const at = `address[${32 * i + 31}:${32 * i}]`;
      const byteAt = (k: number): string =>
        k === 0 ? `mem[at${i}]` : `(at${i} + ${k} < BYTES ? mem[at${i} + ${k}] : 8'd0)`;
      return [
        `  wire [31:0] at${i} = ${at} - START;`,
        `  assign here[${i}] = at${i} < BYTES;`,
        `  assign word[${32 * i + 31}:${32 * i}] = here[${i}] ? {${[3, 2, 1, 0].map(byteAt).join(", ")}} : 32'd0;`,
      ];
    }),
    "  always @(posedge clk) begin",
    ...all.flatMap((i) => {
      const size = `size[${2 * i + 1}:${2 * i}]`;
      const byte = (k: number): string => `data[${32 * i + 8 * k + 7}:${32 * i + 8 * k}]`;
      return [
        `    if (write[${i}] && here[${i}]) begin`,
        `      mem[at${i}] <= ${byte(0)};`,
        `      if (${size} != 2'd0 && at${i} + 1 < BYTES) mem[at${i} + 1] <= ${byte(1)};`,
        `      if (${size} == 2'd2 && at${i} + 2 < BYTES) mem[at${i} + 2] <= ${byte(2)};`,
        `      if (${size} == 2'd2 && at${i} + 3 < BYTES) mem[at${i} + 3] <= ${byte(3)};`,
        "    end",
      ];
    }),
    "  end",
    "endmodule",
    "",
  ].join("\n");
}
