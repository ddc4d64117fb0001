/** What the unit of an element computes, an expression for each operation: `a` `b` `c` `p` and the immediate `imm`. */

const byte = (x: string, k: number): string => `${x}[${8 * k + 7}:${8 * k}]`;
const sbyte = (x: string, k: number): string => `$signed(${byte(x, k)})`;
const ubyte = (x: string, k: number): string => `$signed({1'b0, ${byte(x, k)}})`;
const half = (x: string, k: number): string => `$signed(${x}[${16 * k + 15}:${16 * k}])`;
/** Products of parts and the third operand; all are signed, so that they are extended by their signs. */
const dot = (parts: readonly (readonly [string, string])[]): string =>
  [...parts.map(([x, y]) => `${x} * ${y}`), "$signed(c)"].join(" + ");
const bit = (condition: string): string => `{31'b0, ${condition}}`;
const clamp = (low: string, high: string): string =>
  `$signed(a) < ${low} ? ${low} : $signed(a) > ${high} ? ${high} : a`;

const FOUR = [0, 1, 2, 3];

/** By operation; those of memory, streams and the sequencer are wired by the element. */
export const EXPRESSIONS: Readonly<Record<string, string>> = {
  MOV: "a",
  CONST: "imm",
  ADD: "a + b",
  SUB: "a - b",
  AND: "a & b",
  OR: "a | b",
  XOR: "a ^ b",
  SHL: "a << b[4:0]",
  SHRA: "$signed(a) >>> b[4:0]",
  SHRL: "a >> b[4:0]",
  MIN: "$signed(a) < $signed(b) ? a : b",
  MAX: "$signed(a) > $signed(b) ? a : b",
  ABS: "a[31] ? -a : a",
  EQ: bit("a == b"),
  NE: bit("a != b"),
  LT: bit("$signed(a) < $signed(b)"),
  LE: bit("$signed(a) <= $signed(b)"),
  LTU: bit("a < b"),
  SEL: "p ? a : b",
  MUL: "a * b",
  MULH: "i_high(a, b)",
  MAC: "a * b + c",
  RMULSH: "i_scale(a, b, c)",
  DOT4: dot(FOUR.map((k) => [sbyte("a", k), sbyte("b", k)])),
  DOT2: dot([0, 1].map((k) => [half("a", k), half("b", k)])),
  DOT4U: dot(FOUR.map((k) => [ubyte("a", k), sbyte("b", k)])),
  SATB: clamp("-32'sd128", "32'sd127"),
  SATUB: clamp("32'sd0", "32'sd255"),
  SATH: clamp("-32'sd32768", "32'sd32767"),
  PACK4: "{c[15:0], b[7:0], a[7:0]}",
  UNPK: "i_unpack(a, imm[3:0])",
  DIV: "i_divide(a, b)",
  REM: "i_remainder(a, b)",
  FADD: "f_add(a, b)",
  FSUB: "f_add(a, {~b[31], b[30:0]})",
  FMUL: "f_mul(a, b)",
  FMA: "f_add(f_mul(a, b), c)",
  FMIN: "f_same(f_less(a, b) ? a : b)",
  FMAX: "f_same(f_less(b, a) ? a : b)",
  FLT: bit("f_less(a, b)"),
  FEQ: bit("!f_nan(a) && !f_nan(b) && (a == b || (a[30:0] == 0 && b[30:0] == 0))"),
  I2F: "f_from_int(a)",
  F2I: "f_to_int(a)",
  FEXP2: "f_exp2(a)",
  FRCP: "f_rcp(a)",
  FRSQRT: "f_rsqrt(a)",
  FLOG2: "f_log2(a)",
};

const SCALE = `
  // Product, shifted to the left or rounded to the right.
  function [31:0] i_scale(input [31:0] x, input [31:0] y, input [31:0] shift);
    reg signed [65:0] product;
    reg signed [31:0] s;
    begin
      product = $signed(x) * $signed(y);
      s = shift;
      if (s >= 32'sd31) i_scale = s < 32'sd63 ? product[31:0] << (s - 32'sd31) : 32'd0;
      else if (s < -32'sd32) i_scale = 32'd0;
      else begin
        product = (product + (66'sd1 <<< (32'sd30 - s))) >>> (32'sd31 - s);
        i_scale = product[31:0];
      end
    end
  endfunction
`;

const HIGH = `
  function [31:0] i_high(input [31:0] x, input [31:0] y);
    reg signed [63:0] product;
    begin
      product = $signed(x) * $signed(y);
      i_high = product[63:32];
    end
  endfunction
`;

const UNPACK = `
  function [31:0] i_unpack(input [31:0] x, input [3:0] part);
    reg [7:0] one;
    reg [15:0] two;
    begin
      one = x >> {part[1:0], 3'b0};
      two = x >> {part[0], 4'b0};
      if (part[3]) i_unpack = {{16{two[15] && !part[1]}}, two};
      else i_unpack = {{24{one[7] && !part[2]}}, one};
    end
  endfunction
`;

const DIVIDE = `
  // Truncated; by 0 the quotient is -1 and the remainder the dividend.
  function [31:0] i_magnitude(input [31:0] x);
    i_magnitude = x[31] ? -x : x;
  endfunction

  function [31:0] i_divide(input [31:0] x, input [31:0] y);
    reg [31:0] q;
    begin
      q = y == 0 ? 32'd0 : i_magnitude(x) / i_magnitude(y);
      i_divide = y == 0 ? 32'hffffffff : x[31] != y[31] ? -q : q;
    end
  endfunction

  function [31:0] i_remainder(input [31:0] x, input [31:0] y);
    reg [31:0] r;
    begin
      r = y == 0 ? 32'd0 : i_magnitude(x) % i_magnitude(y);
      i_remainder = y == 0 ? x : x[31] ? -r : r;
    end
  endfunction
`;

/** The functions on integers that the operations need. */
export const integerFunctions = (ops: readonly string[]): string =>
  [
    ops.includes("MULH") ? HIGH : "",
    ops.includes("RMULSH") ? SCALE : "",
    ops.includes("UNPK") ? UNPACK : "",
    ops.includes("DIV") || ops.includes("REM") ? DIVIDE : "",
  ].join("");
