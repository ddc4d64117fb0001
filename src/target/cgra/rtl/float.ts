/**
 * IEEE binary32 arithmetic as Verilog functions: round to nearest even, subnormal numbers included, every NaN result
 * 0x7fc00000. They read nothing but their arguments.
 */
import {
  EXP2_LN2,
  EXP2_TABLE,
  LOG2_BASE,
  LOG2_COEFFICIENTS,
  bitsOf,
} from "../machine/elementary.js";

const hex = (bits: number): string => `32'h${(bits >>> 0).toString(16).padStart(8, "0")}`;

/** What the others are made of: is it no number, its exponent, its mantissa; leading zeros; rounding. */
const BASICS = `
  function f_nan(input [31:0] x);
    f_nan = x[30:23] == 8'hff && x[22:0] != 0;
  endfunction

  function f_inf(input [31:0] x);
    f_inf = x[30:0] == 31'h7f800000;
  endfunction

  // Mantissa with its leading one, which subnormal numbers lack.
  function [23:0] f_mant(input [31:0] x);
    f_mant = {x[30:23] != 0, x[22:0]};
  endfunction

  function signed [12:0] f_exp(input [31:0] x);
    f_exp = x[30:23] == 0 ? 13'sd1 : {5'b0, x[30:23]};
  endfunction

  // Rounds: bit 63 of the mantissa, once it is normal, has the weight of the biased exponent.
  function [31:0] f_pack(input sign, input signed [12:0] exponent, input [63:0] mantissa);
    reg [63:0] m;
    reg signed [12:0] e;
    reg [63:0] lost;
    reg [31:0] r;
    begin
      m = mantissa;
      e = exponent;
      if (m[63:32] == 0) begin m = m << 32; e = e - 13'sd32; end
      if (m[63:48] == 0) begin m = m << 16; e = e - 13'sd16; end
      if (m[63:56] == 0) begin m = m << 8; e = e - 13'sd8; end
      if (m[63:60] == 0) begin m = m << 4; e = e - 13'sd4; end
      if (m[63:62] == 0) begin m = m << 2; e = e - 13'sd2; end
      if (m[63] == 0) begin m = m << 1; e = e - 13'sd1; end
      if (mantissa == 0) f_pack = {sign, 31'b0};
      else begin
        if (e < 13'sd1) begin
          if (e < -13'sd40) m = 64'd1;
          else begin
            lost = m & ~(64'hffffffffffffffff << (13'sd1 - e));
            m = m >> (13'sd1 - e);
            m[0] = m[0] | (lost != 0);
          end
          r = 32'd0;
        end else r = {e - 13'sd1, 23'b0};
        r = r + {8'b0, m[63:40]} + {31'b0, m[39] && (m[38:0] != 0 || m[40])};
        if (e > 13'sd254 || r[31:23] >= 9'h0ff) r = 32'h7f800000;
        f_pack = {sign, r[30:0]};
      end
    end
  endfunction
`;

const ADD = `
  function [31:0] f_add(input [31:0] x, input [31:0] y);
    reg [31:0] big, less;
    reg [63:0] m, n, lost;
    reg signed [12:0] d;
    begin
      if (x[30:0] >= y[30:0]) begin big = x; less = y; end
      else begin big = y; less = x; end
      m = {1'b0, f_mant(big), 39'b0};
      n = {1'b0, f_mant(less), 39'b0};
      d = f_exp(big) - f_exp(less);
      if (d > 13'sd60) n = {63'b0, n != 0};
      else begin
        lost = n & ~(64'hffffffffffffffff << d);
        n = n >> d;
        n[0] = n[0] | (lost != 0);
      end
      if (f_nan(x) || f_nan(y) || (f_inf(x) && f_inf(y) && x[31] != y[31])) f_add = 32'h7fc00000;
      else if (f_inf(big)) f_add = big;
      else if (x[31] == y[31]) f_add = f_pack(x[31], f_exp(big) + 13'sd1, m + n);
      else if (m == n) f_add = 32'd0;
      else f_add = f_pack(big[31], f_exp(big) + 13'sd1, m - n);
    end
  endfunction
`;

const MUL = `
  function [31:0] f_mul(input [31:0] x, input [31:0] y);
    reg [47:0] product;
    reg sign;
    begin
      sign = x[31] ^ y[31];
      product = f_mant(x) * f_mant(y);
      if (f_nan(x) || f_nan(y) || (f_inf(x) && y[30:0] == 0) || (f_inf(y) && x[30:0] == 0))
        f_mul = 32'h7fc00000;
      else if (f_inf(x) || f_inf(y)) f_mul = {sign, 31'h7f800000};
      else f_mul = f_pack(sign, f_exp(x) + f_exp(y) - 13'sd126, {product, 16'b0});
    end
  endfunction
`;

const LESS = `
  function f_less(input [31:0] x, input [31:0] y);
    if (f_nan(x) || f_nan(y) || (x[30:0] == 0 && y[30:0] == 0)) f_less = 1'b0;
    else if (x[31] != y[31]) f_less = x[31];
    else f_less = x[31] ? y[30:0] < x[30:0] : x[30:0] < y[30:0];
  endfunction

  // The number itself, for results that are one of the operands.
  function [31:0] f_same(input [31:0] x);
    f_same = f_nan(x) ? 32'h7fc00000 : x;
  endfunction
`;

const CONVERT = `
  function [31:0] f_from_int(input [31:0] x);
    f_from_int = f_pack(x[31], 13'sd158, {x[31] ? -x : x, 32'b0});
  endfunction

  // Truncated; at most the ends of the range.
  function [31:0] f_to_int(input [31:0] x);
    reg [54:0] whole;
    begin
      whole = {31'b0, f_mant(x)};
      if (f_exp(x) >= 13'sd150) whole = whole << (f_exp(x) - 13'sd150);
      else if (f_exp(x) > 13'sd126) whole = whole >> (13'sd150 - f_exp(x));
      else whole = 55'd0;
      if (f_nan(x)) f_to_int = 32'd0;
      else if (f_exp(x) >= 13'sd158) f_to_int = x[31] ? 32'h80000000 : 32'h7fffffff;
      else f_to_int = x[31] ? -whole[31:0] : whole[31:0];
    end
  endfunction
`;

/** Mantissa and exponent with a leading one also for subnormal numbers. */
const NORMAL = `
  function [4:0] f_zeros(input [23:0] m);
    reg [23:0] n;
    begin
      n = m;
      f_zeros = 5'd0;
      if (n[23:8] == 0) begin n = n << 16; f_zeros = f_zeros + 5'd16; end
      if (n[23:16] == 0) begin n = n << 8; f_zeros = f_zeros + 5'd8; end
      if (n[23:20] == 0) begin n = n << 4; f_zeros = f_zeros + 5'd4; end
      if (n[23:22] == 0) begin n = n << 2; f_zeros = f_zeros + 5'd2; end
      if (n[23] == 0) f_zeros = f_zeros + 5'd1;
    end
  endfunction
`;

const RECIPROCAL = `
  function [31:0] f_rcp(input [31:0] x);
    reg [23:0] m;
    reg signed [12:0] e;
    reg [50:0] q, rest;
    begin
      m = f_mant(x) << f_zeros(f_mant(x));
      e = f_exp(x) - {8'b0, f_zeros(f_mant(x))};
      q = 51'h4000000000000 / {27'b0, m};
      rest = 51'h4000000000000 - q * {27'b0, m};
      if (f_nan(x)) f_rcp = 32'h7fc00000;
      else if (x[30:0] == 0) f_rcp = {x[31], 31'h7f800000};
      else if (f_inf(x)) f_rcp = {x[31], 31'b0};
      else f_rcp = f_pack(x[31], 13'sd254 - e, {q[27:0], 35'b0, rest != 0});
    end
  endfunction
`;

/** The largest q with q² · m ≤ 2^78, bit by bit: `s` is q² · m and `t` is q · m. */
const ROOT = `
  function [31:0] f_rsqrt(input [31:0] x);
    reg [24:0] m;
    reg signed [12:0] e, half;
    reg [27:0] q;
    reg [83:0] s, t, next;
    integer i;
    begin
      m = {1'b0, f_mant(x) << f_zeros(f_mant(x))};
      e = f_exp(x) - {8'b0, f_zeros(f_mant(x))} - 13'sd150;
      if (e[0]) begin m = m << 1; e = e - 13'sd1; end
      half = e >>> 1;
      q = 28'd0;
      s = 84'd0;
      t = 84'd0;
      for (i = 27; i >= 0; i = i - 1) begin
        next = s + (t << (i + 1)) + ({59'b0, m} << (2 * i));
        if (next <= 84'h4000_0000_0000_0000_0000) begin
          s = next;
          t = t + ({59'b0, m} << i);
          q[i] = 1'b1;
        end
      end
      if (f_nan(x)) f_rsqrt = 32'h7fc00000;
      else if (x[30:0] == 0) f_rsqrt = {x[31], 31'h7f800000};
      else if (x[31]) f_rsqrt = 32'h7fc00000;
      else if (f_inf(x)) f_rsqrt = 32'd0;
      else f_rsqrt = f_pack(1'b0, 13'sd115 - half, {q, 35'b0, s != 84'h4000_0000_0000_0000_0000});
    end
  endfunction
`;

const exp2 = (): string => `
  function [30:0] exp2_entry(input [7:0] j);
    case (j)
${EXP2_TABLE.map((v, j) => `      8'd${j}: exp2_entry = 31'd${v};`).join("\n")}
      default: exp2_entry = 31'd0;
    endcase
  endfunction

  function [31:0] f_exp2(input [31:0] x);
    reg signed [63:0] z;
    reg signed [12:0] d;
    reg signed [12:0] e;
    reg [30:0] entry;
    reg [63:0] t, u, m;
    reg [5:0] cut;
    begin
      // z = floor(x * 2^31): the mantissa has 23 bits behind its point.
      d = f_exp(x) - 13'sd119;
      z = {40'b0, f_mant(x)};
      if (x[31]) z = -z;
      if (d >= 13'sd0) z = z <<< d;
      else if (d > -13'sd40) z = z >>> -d;
      else z = z < 0 ? -64'sd1 : 64'sd0;
      e = z[43:31];
      entry = exp2_entry(z[30:23]);
      t = ({41'b0, z[22:0]} * 64'd${EXP2_LN2}) >> 30;
      u = t + ((t * t) >> 32);
      m = {31'b0, entry, 2'b0} + (({33'b0, entry} * u) >> 29);
      cut = e < -13'sd126 ? 6'd8 + (-13'sd126 - e) : 6'd8;
      m = (m + (64'd1 << (cut - 6'd1))) >> cut;
      if (f_nan(x)) f_exp2 = 32'h7fc00000;
      else if (!x[31] && f_exp(x) >= 13'sd134) f_exp2 = 32'h7f800000;
      else if (x[31] && x[30:0] > 31'h43160000) f_exp2 = 32'd0;
      else f_exp2 = m[31:0] + (e > -13'sd126 ? {e + 13'sd126, 23'b0} : 32'd0);
    end
  endfunction
`;

const log2 = (): string => `
  function [31:0] f_log2(input [31:0] x);
    reg [31:0] normal, moved, f, p, k;
    begin
      normal = x[30:23] == 0 ? f_mul(x, 32'h4b000000) : x;
      moved = normal + ${hex(0x3f800000 - LOG2_BASE)};
      k = {24'b0, moved[30:23]} - 32'd127 - (x[30:23] == 0 ? 32'd23 : 32'd0);
      f = f_add({9'b0, moved[22:0]} + ${hex(LOG2_BASE)}, 32'hbf800000);
      p = ${hex(bitsOf(LOG2_COEFFICIENTS[0]!))};
${LOG2_COEFFICIENTS.slice(1)
  .map((c) => `      p = f_add(f_mul(p, f), ${hex(bitsOf(c))});`)
  .join("\n")}
      if (f_nan(x) || (x[31] && x[30:0] != 0)) f_log2 = 32'h7fc00000;
      else if (x[30:0] == 0) f_log2 = 32'hff800000;
      else if (f_inf(x)) f_log2 = 32'h7f800000;
      else f_log2 = f_add(f_from_int(k), f_mul(f, p));
    end
  endfunction
`;

/** Functions in the order of their use, each with the operations that need it. */
const FUNCTIONS: readonly (readonly [text: () => string, ops: readonly string[]])[] = [
  [() => BASICS, ["FADD", "FSUB", "FMUL", "FMA", "FMIN", "FMAX", "FLT", "FEQ", "I2F", "F2I", "FEXP2", "FRCP", "FRSQRT", "FLOG2"]], // prettier-ignore
  [() => ADD, ["FADD", "FSUB", "FMA", "FLOG2"]],
  [() => MUL, ["FMUL", "FMA", "FLOG2"]],
  [() => LESS, ["FMIN", "FMAX", "FLT"]],
  [() => CONVERT, ["I2F", "F2I", "FLOG2"]],
  [() => NORMAL, ["FRCP", "FRSQRT"]],
  [() => RECIPROCAL, ["FRCP"]],
  [() => ROOT, ["FRSQRT"]],
  [exp2, ["FEXP2"]],
  [log2, ["FLOG2"]],
];

/** The functions that the operations of an element need. */
export const floatFunctions = (ops: readonly string[]): string =>
  FUNCTIONS.flatMap(([text, users]) => (users.some((u) => ops.includes(u)) ? [text()] : [])).join(
    "",
  );
