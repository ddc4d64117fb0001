import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileProgram } from "../../../../src/support/numeric/evaluate-program.js";
import { elementary, elementaryNames } from "../../../../src/support/numeric/transcendental.js";

const functions = suite("support: elementary functions");

type Reference = (x: number, y: number) => number;
const references: Readonly<Record<string, Reference>> = {
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  exp10: (x) => 10 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  rsqrt: (x) => 1 / Math.sqrt(x),
  pow: (x, y) => (x === 1 || y === 0 ? 1 : Math.pow(x, y)),
  hypot: Math.hypot,
};
/** Places where the function is tried, by default ±20. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  exp: [-103, 88],
  exp2: [-140, 127],
  exp10: [-44, 38],
  sin: [-1e5, 1e5],
  cos: [-1e5, 1e5],
  tan: [-1e4, 1e4],
  asin: [-1, 1],
  acos: [-1, 1],
  atanh: [-1, 1],
  acosh: [1, 1e9],
  sinh: [-88, 88],
  cosh: [-88, 88],
};
/** Units of the last place, where not below 0.51 (float32) and 2.5 (float64). */
const looser: Readonly<Record<string, number>> = {
  "exp f32": 1,
  "log f32": 1,
  "tanh f32": 3.1,
  "sigmoid f32": 2.5,
  "rsqrt f32": 1.5,
  "tanh f64": 3,
};

let seed = 1;
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const lastPlace = (x: number, bits: 24 | 53): number => {
  const [least, digits] = bits === 24 ? [2 ** -149, 24] : [5e-324, 53];
  return Math.max(least, 2 ** (Math.floor(Math.log2(Math.abs(x))) - digits + 1) || least);
};
const positive = (name: string): boolean => /^(log|rsqrt|pow)/.test(name);

function argument(name: string, i: number): number {
  if (positive(name)) return Math.exp((random() - 0.5) * (i % 2 === 0 ? 150 : 1.5));
  const [low, high] = ranges[name] ?? [-20, 20];
  const x = low + random() * (high - low);
  return i % 3 === 0 && name !== "acosh" ? x * 10 ** (-8 * random()) : x;
}

for (const name of elementaryNames.filter((n) => references[n] !== undefined)) {
  for (const width of ["f32", "f64"] as const) {
    const single = width === "f32";
    functions(`${name} on ${width} is within its bound`, () => {
      const f = compileProgram(elementary(name, width)!);
      const bound = looser[`${name} ${width}`] ?? (single ? 0.51 : 2.5);
      for (let i = 0; i < 2500; i++) {
        const given = [argument(name, i), (random() - 0.5) * 20];
        const [x, y] = single ? given.map(Math.fround) : given;
        const want = references[name]!(x!, y!);
        const got = f(x!, y!);
        if (single && (Math.abs(want) > 3.4e38 || Math.abs(want) < 1.2e-38)) continue;
        const error = Math.abs(got - want) / lastPlace(want, single ? 24 : 53);
        assert.ok(error <= bound || got === want, `${name}(${x}, ${y}) = ${got}, not ${want}`);
      }
    });
  }
}

/** Values of the error function to 17 digits, from its definition. */
const ERF = [
  [0, 0],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [0.9, 0.7969082124228322],
  [1.5, 0.9661051464753108],
  [2.5, 0.999593047982555],
  [-1, -0.8427007929497149],
  [4, 0.9999999845827421],
  [7, 1],
] as const;

functions("erf has its known values", () => {
  const double = compileProgram(elementary("erf", "f64")!);
  const single = compileProgram(elementary("erf", "f32")!);
  for (const [x, want] of ERF) {
    assert.ok(Math.abs(double(x) - want) <= 2.3e-16, `erf(${x}) = ${double(x)}`);
    assert.ok(Math.abs(single(Math.fround(x)) - want) <= 4.5e-7);
  }
});

functions("results at the edges of the domain", () => {
  const at = (name: string, ...x: number[]): void => {
    const want = x.pop()!;
    for (const width of ["f32", "f64"] as const) {
      const got = compileProgram(elementary(name, width)!)(x[0]!, x[1]);
      assert.ok(Object.is(got, want), `${name}(${x.join()}) on ${width} is ${got}, not ${want}`);
    }
  };
  at("exp", -Infinity, 0);
  at("exp", Infinity, Infinity);
  at("exp", NaN, NaN);
  at("log", 0, -Infinity);
  at("log", -1, NaN);
  at("log", Infinity, Infinity);
  at("log1p", -1, -Infinity);
  at("log1p", -0, -0);
  at("sin", -0, -0);
  at("sin", Infinity, NaN);
  at("atan2", 0, 1, 0);
  at("tanh", -Infinity, -1);
  at("pow", 0, -3, Infinity);
  at("pow", -2, 3, -8);
  at("pow", -2, 0.5, NaN);
  at("pow", NaN, 0, 1);
  at("pow", -0, 3, -0);
  at("pow", 0.5, -Infinity, Infinity);
  at("hypot", -Infinity, NaN, Infinity);
  at("sigmoid", -Infinity, 0);
  at("asin", 2, NaN);
});

functions.run();
