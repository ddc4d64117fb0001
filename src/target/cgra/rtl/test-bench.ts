/**
 * A test bench: plays the configuration of `image.hex` in the folder `+dir=`, fills the banks from `bank<n>.hex`,
 * starts, and writes the outputs of each cycle to `trace.txt`, the banks to `bank<n>.out`, and the cycles to
 * `cycles.txt`.
 */
import { bankStarts } from "./array.js";
import { partsOf, type Structure } from "./kinds.js";

/** Configuration writes at most, with the mark of the end. */
function mostWrites({ fabric, layout }: Structure): number {
  const { elements, streams, configuration, constants, control } = fabric;
  const words = elements.length * configuration.depth * partsOf(layout);
  const dims = streams.reduce((sum, s) => sum + 2 + 2 * s.dims, 0);
  return words + elements.length * constants + dims + control.loops + 4;
}

export function benchModule(structure: Structure): string {
  const { fabric } = structure;
  const width = 32 * fabric.elements.length;
  const banks = bankStarts(structure).map((_, b) => b);
  return [
    "module bench;",
    "  reg clk, reset, start, cfg_we, ran;",
    "  reg [31:0] cfg_address, cfg_data;",
    "  wire run, done;",
    "  wire [47:0] cycles;",
    `  wire [${width - 1}:0] outputs;`,
    `  reg [63:0] image [0:${mostWrites(structure) - 1}];`,
    "  reg [8*512:1] dir, path;",
    "  reg [47:0] limit;",
    "  integer i, trace, report;",
    "  fabric dut (.clk(clk), .reset(reset), .start(start), .cfg_we(cfg_we),",
    "    .cfg_address(cfg_address), .cfg_data(cfg_data), .run(run), .done(done), .cycles(cycles),",
    "    .outputs(outputs));",
    "  always #5 clk = !clk;",
    "  always @(posedge clk) ran <= run;",
    '  always @(negedge clk) if (ran) $fwrite(trace, "%h\\n", outputs);',
    "  initial begin",
    "    clk = 1'b0; reset = 1'b1; start = 1'b0; cfg_we = 1'b0; ran = 1'b0;",
    "    cfg_address = 32'd0; cfg_data = 32'd0;",
    '    if (!$value$plusargs("dir=%s", dir)) dir = ".";',
    '    if (!$value$plusargs("limit=%d", limit)) limit = 48\'d1000000;',
    '    $sformat(path, "%0s/trace.txt", dir);',
    '    trace = $fopen(path, "w");',
    '    $sformat(path, "%0s/image.hex", dir);',
    "    $readmemh(path, image);",
    "    repeat (3) @(negedge clk);",
    "    reset = 1'b0;",
    ...banks.flatMap((b) => [
      `    $sformat(path, "%0s/bank${b}.hex", dir);`,
      `    $readmemh(path, dut.bank${b}.mem);`,
    ]),
    "    i = 0;",
    "    while (image[i] != 64'hffffffffffffffff) begin",
    "      cfg_we = 1'b1;",
    "      cfg_address = image[i][63:32];",
    "      cfg_data = image[i][31:0];",
    "      @(negedge clk);",
    "      i = i + 1;",
    "    end",
    "    cfg_we = 1'b0;",
    "    start = 1'b1;",
    "    @(negedge clk);",
    "    start = 1'b0;",
    "    while (!done && cycles < limit) @(negedge clk);",
    "    @(negedge clk);",
    ...banks.flatMap((b) => [
      `    $sformat(path, "%0s/bank${b}.out", dir);`,
      `    $writememh(path, dut.bank${b}.mem);`,
    ]),
    '    $sformat(path, "%0s/cycles.txt", dir);',
    '    report = $fopen(path, "w");',
    '    $fwrite(report, "%0d %0d\\n", cycles, done);',
    "    $fclose(report);",
    "    $fclose(trace);",
    "    $finish;",
    "  end",
    "endmodule",
    "",
  ].join("\n");
}
