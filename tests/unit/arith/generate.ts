/** Random index expressions with values for their variables. */
import * as fc from "fast-check";
import {
  binary,
  boolImm,
  compare,
  ifThenElse,
  intImm,
  logic,
  makeVar,
  unary,
  type BinaryOp,
  type CompareOp,
  type PrimExpr,
  type Var,
} from "../../../src/ir/tir/expr.js";
import { int32 } from "../../../src/support/dtype.js";

export const vars: readonly Var[] = ["i", "j", "k", "n"].map((name) => makeVar(name, int32));

const OPS: readonly BinaryOp[] = [
  "add",
  "sub",
  "mul",
  "floordiv",
  "floormod",
  "min",
  "max",
  "div",
  "mod",
  "ceildiv",
];
const COMPARES: readonly CompareOp[] = ["eq", "ne", "lt", "le", "gt", "ge"];

/** A small expression over `vars`; quotients mostly by constants. */
export const expression: fc.Arbitrary<PrimExpr> = fc.letrec<{ e: PrimExpr; c: PrimExpr }>(
  (tie) => ({
    e: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 3, arbitrary: fc.constantFrom(...vars) },
      { weight: 2, arbitrary: fc.integer({ min: -9, max: 17 }).map((x) => intImm(x)) },
      {
        weight: 6,
        arbitrary: fc
          .tuple(fc.constantFrom(...OPS), tie("e"), tie("e"))
          .map(([op, a, b]) => binary(op, a, b)),
      },
      {
        weight: 4,
        arbitrary: fc
          .tuple(
            fc.constantFrom<BinaryOp>("floordiv", "floormod", "mul"),
            tie("e"),
            fc.constantFrom(1, 2, 3, 4, 8, 12, 16, -4),
          )
          .map(([op, a, c]) => binary(op, a, intImm(c))),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(tie("c"), tie("e"), tie("e")).map(([c, a, b]) => ifThenElse(c, a, b)),
      },
    ),
    c: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      {
        weight: 5,
        arbitrary: fc
          .tuple(fc.constantFrom(...COMPARES), tie("e"), tie("e"))
          .map(([op, a, b]) => compare(op, a, b)),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom<"and" | "or">("and", "or"), tie("c"), tie("c"))
          .map(([op, a, b]) => logic(op, a, b)),
      },
      { weight: 1, arbitrary: tie("c").map((c) => unary("not", c)) },
      { weight: 1, arbitrary: fc.boolean().map((b) => boolImm(b)) },
    ),
  }),
).e;

export const condition: fc.Arbitrary<PrimExpr> = fc
  .tuple(
    fc.constantFrom(...COMPARES),
    expression,
    expression,
    fc.option(
      fc.tuple(
        fc.constantFrom<"and" | "or">("and", "or"),
        fc.constantFrom(...COMPARES),
        expression,
        expression,
      ),
    ),
  )
  .map(([op, a, b, more]) => {
    const first = compare(op, a, b);
    return more ? logic(more[0], first, compare(more[1], more[2], more[3])) : first;
  });
