import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { boundsOf, type BoundsReport } from "../../../src/analysis/index.js";
import { guardText } from "../../../src/analysis/tir/merge-guards.js";
import { evaluate, exprText } from "../../../src/arith/index.js";
import {
  compare,
  floatImm,
  ifThenElse,
  intImm,
  load,
  ramp,
  select,
  type PrimExpr,
  type Var,
} from "../../../src/ir/tir/expr.js";
import { assertStmt, ifStmt, seq, store, type Stmt } from "../../../src/ir/tir/stmt.js";
import type { PrimFunc } from "../../../src/ir/tir/function.js";
import { float32, int32 } from "../../../src/support/dtype.js";
import type { Int } from "../../../src/support/int.js";
import { at, blk, buf, func, loop, loops, op, put, seedMatmul, v, type Expr } from "./build.js";

const bounds = suite("analysis: bounds");
const outcome = ({ refuted, guards, unknown }: BoundsReport): string =>
  refuted.length > 0
    ? `refuted ${refuted[0]!.witness}`
    : guards.length > 0
      ? `guard ${guardText(guards)}`
      : unknown.length > 0
        ? "unknown"
        : "proved";

bounds("the mixed-up product needs n == k and names both accesses", () => {
  const report = boundsOf(seedMatmul());
  assert.is(report.guards.length, 1);
  assert.is(exprText(report.guards[0]!.cond), "n == k");
  assert.is(exprText(report.guards[0]!.when!), "m >= 1 and n >= 1 and k >= 1");
  assert.equal([...new Set(report.guards[0]!.accesses.map((a) => a.text))], ["C[i, j]", "A[i, k]"]);
});

const [n, m, i, j] = [v("n"), v("m"), v("i"), v("j")];
const A = buf("A", [n]);
const B = buf("B", [m]);
const zero = floatImm(0, float32);
const below = (x: Expr, y: Expr): PrimExpr =>
  compare("lt", typeof x === "number" ? intImm(x) : x, typeof y === "number" ? intImm(y) : y);
const cases: readonly (readonly [string, PrimFunc["body"], string])[] = [
  ["one element past the end", loop(i, n, put(A, [op("add", i, 1)])), "refuted n = 1, i = 0"],
  ["a loop as long as the buffer", loop(i, n, put(A, [i])), "proved"],
  ["backwards", loop(i, n, put(A, [op("sub", op("sub", n, i), 1)])), "proved"],
  ["two buffers", loop(i, n, put(B, [i])), "guard n <= m"],
  ["a fixed loop over a symbolic buffer", loop(i, 16, put(A, [i])), "guard n >= 16"],
  ["every second element", loop(i, n, put(B, [op("mul", i, 2)])), "guard n * 2 <= m + 1"],
  ["an empty loop", loop(i, 0, put(A, [op("sub", i, 5)])), "proved"],
  [
    "a guarded tail",
    loops(
      [
        [i, op("ceildiv", n, 4)],
        [j, 4],
      ],
      ifStmt(below(op("add", op("mul", i, 4), j), n), put(A, [op("add", op("mul", i, 4), j)])),
    ),
    "proved",
  ],
  [
    "a tail without guard",
    loops(
      [
        [i, op("ceildiv", n, 4)],
        [j, 4],
      ],
      put(A, [op("add", op("mul", i, 4), j)]),
    ),
    "guard n % 4 == 0",
  ],
  [
    "a flattened index",
    loops(
      [
        [i, n],
        [j, m],
      ],
      put(buf("F", [op("mul", n, m)]), [op("add", op("mul", i, m), j)]),
    ),
    "proved",
  ],
  [
    "a choice that guards",
    loop(
      i,
      op("add", n, 2),
      put(buf("P", [op("add", n, 2)]), [i], ifThenElse(below(i, n), at(A, i), zero)),
    ),
    "proved",
  ],
  [
    "a select that guards",
    loop(
      i,
      op("add", n, 2),
      put(buf("P", [op("add", n, 2)]), [i], select(below(i, n), at(A, i), zero)),
    ),
    "proved",
  ],
  [
    "a choice that does not guard",
    loop(i, op("add", n, 2), put(buf("P", [op("add", n, 2)]), [i], at(A, i))),
    "refuted n = 1, i = 1",
  ],
  [
    "an assertion before",
    seq([assertStmt(compare("le", n, m), ["small"]), loop(i, n, put(B, [i]))]),
    "proved",
  ],
  [
    "a loop that runs only if the buffer has elements",
    loops(
      [
        [i, op("ceildiv", n, 4)],
        [j, 4],
      ],
      blk("b", [[v("x"), "spatial", n, op("add", op("mul", i, 4), j)]], put(A, [0]), {}),
    ),
    "proved",
  ],
  ["an index from memory", loop(i, n, put(A, [load(buf("I", [n], int32), [i])])), "unknown"],
  [
    "an index from memory, clipped",
    loop(i, n, put(A, [op("max", op("min", load(buf("I", [n], int32), [i]), op("sub", n, 1)), 0)])),
    "proved",
  ],
  [
    "a condition on memory",
    loop(
      i,
      n,
      ifStmt(compare("lt", load(buf("I", [n], int32), [i]), intImm(0)), put(A, [op("add", i, 9)])),
    ),
    "unknown",
  ],
  [
    "a vector store",
    loop(i, 4, store(buf("V", [16]), [ramp(op("mul", i, 4), intImm(1), intImm(4))], zero)),
    "proved",
  ],
  [
    "a vector store past the end",
    loop(
      i,
      4,
      store(buf("V", [16]), [ramp(op("add", op("mul", i, 4), 1), intImm(1), intImm(4))], zero),
    ),
    "refuted i = 3",
  ],
  ["a negative index", loop(i, n, put(A, [op("sub", i, 1)])), "refuted n = 1, i = 0"],
];
for (const [name, body, expected] of cases) {
  bounds(`${name}: ${expected}`, () => {
    const used = new Set<ReturnType<typeof buf>>([A, B]);
    collectBuffers(body, used);
    assert.is(outcome(boundsOf(func("f", [...used], body))), expected);
  });
}

function collectBuffers(node: unknown, found: Set<ReturnType<typeof buf>>): void {
  if (typeof node !== "object" || node === null) return;
  if ("kind" in node && node.kind === "tir.Buffer") {
    found.add(node as ReturnType<typeof buf>);
    return;
  }
  for (const value of Object.values(node)) collectBuffers(value, found);
}

bounds("scalar locals that change give no facts", () => {
  const x = buf("x", [1], int32);
  const body = seq([
    put(x, [0], 0),
    ifStmt(below(at(x, 0), n), seq([put(x, [0], op("add", at(x, 0), 1)), put(A, [at(x, 0)])])),
  ]);
  assert.is(outcome(boundsOf(func("f", [A, x], body))), "unknown");
});

// ---- against enumeration -----------------------------------------------------

interface Random {
  readonly func: PrimFunc;
  readonly body: Stmt;
  readonly index: PrimExpr;
  readonly extent: PrimExpr;
  readonly cond: PrimExpr | undefined;
}
const small = fc.integer({ min: -3, max: 4 });
const linear = (vars: readonly Var[]): fc.Arbitrary<PrimExpr> =>
  fc
    .tuple(small, ...vars.map(() => fc.constantFrom(0, 0, 1, 1, 2, -1, 4)))
    .map(([c, ...ks]) =>
      vars.reduce<PrimExpr>(
        (sum, x, at) => (ks[at] === 0 ? sum : op("add", sum, op("mul", x, ks[at]!))),
        intImm(c),
      ),
    );
const index: fc.Arbitrary<PrimExpr> = fc.oneof(
  { weight: 3, arbitrary: linear([i, j, n]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        linear([i, j, n]),
        fc.constantFrom(2, 3, 4),
        fc.constantFrom("floordiv" as const, "floormod" as const),
      )
      .map(([e, c, kind]) => op(kind, e, c)),
  },
);
const program: fc.Arbitrary<Random> = fc
  .tuple(
    index,
    linear([n, m]),
    fc.option(
      fc.tuple(linear([i, j, n, m]), fc.constantFrom("lt" as const, "ge" as const, "eq" as const)),
    ),
    fc.boolean(),
  )
  .map(([at, size, given, square]) => {
    const extent = op("max", size, 0);
    const P = buf("P", [extent]);
    const cond = given ? compare(given[1], given[0], intImm(2)) : undefined;
    const access = put(P, [at]);
    const body = loops(
      [
        [i, n],
        [j, square ? n : m],
      ],
      cond ? ifStmt(cond, access) : access,
    );
    return { func: func("f", [A, B, P], body), body, index: at, extent, cond };
  });

bounds("verdicts and guards agree with running all iterations", () => {
  let decided = 0;
  fc.assert(
    fc.property(program, ({ func: f, body, index: at, extent, cond }) => {
      const report = boundsOf(f);
      const square =
        body.kind === "tir.For" && body.body.kind === "tir.For" && body.body.extent === n;
      for (let nn = 0; nn < 5; nn++) {
        for (let mm = 0; mm < 6; mm++) {
          const bad = violates(nn, mm, square ? nn : mm, at, extent, cond);
          const symbols = {
            of: (x: Var): Int | undefined => (x === n ? nn : x === m ? mm : undefined),
          };
          if (report.refuted.length === 0 && report.unknown.length === 0) {
            const ok = report.guards.every(
              ({ cond: need, when }) =>
                (when && evaluate(when, symbols) === 0) || evaluate(need, symbols) === 1,
            );
            assert.is(
              ok,
              !bad,
              `n=${nn} m=${mm}: ${exprText(at)} in ${exprText(extent)}; ${outcome(report)}`,
            );
            decided++;
          }
        }
      }
    }),
    { seed: 5, numRuns: 250 },
  );
  assert.ok(decided > 1500, `${decided} decided`);
});

function violates(
  nn: number,
  mm: number,
  inner: number,
  at: PrimExpr,
  extent: PrimExpr,
  cond: PrimExpr | undefined,
): boolean {
  for (let x = 0; x < nn; x++) {
    for (let y = 0; y < inner; y++) {
      const values = {
        of: (u: Var): Int | undefined =>
          new Map<Var, Int>([
            [n, nn],
            [m, mm],
            [i, x],
            [j, y],
          ]).get(u),
      };
      if (cond && evaluate(cond, values) !== 1) continue;
      const position = evaluate(at, values)!;
      if (position < 0 || position >= evaluate(extent, values)!) return true;
    }
  }
  return false;
}
bounds.run();
