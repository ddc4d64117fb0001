/** What a program under generation may mention. */
import type { Buffer } from "../../ir/tir/buffer.js";
import { intImm, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { Stmt } from "../../ir/tir/stmt.js";
import type { DType } from "../../support/dtype.js";
import type { Random } from "./random.js";

/** A dimension: its expression and a bound that its value never exceeds (all dimensions are ≥ 1). */
export interface Dim {
  readonly expr: PrimExpr;
  readonly most: number;
}
/** A variable that runs over [0, dim). */
export interface Axis {
  readonly var: Var;
  readonly dim: Dim;
}
/** A buffer all of whose elements hold values. */
export interface Memory {
  readonly buffer: Buffer;
  readonly dims: readonly Dim[];
  readonly writable: boolean;
}

export interface Scope {
  readonly rng: Random;
  /** Type of symbols, loops and indices. */
  readonly index: DType;
  readonly dims: readonly Dim[];
  /** Types of values in this program. */
  readonly types: readonly DType[];
  readonly axes: readonly Axis[];
  readonly memories: readonly Memory[];
  /** Immutable scalars. */
  readonly scalars: readonly Var[];
  /** Mutable scalars. */
  readonly cells: readonly Buffer[];
  /** Names taken, for readable programs. */
  readonly names: Map<string, number>;
  /** Statements that only the text of older eras has: tables of constants, producer allocations. */
  readonly oldEra: boolean;
  /** Functions of the module that return a scalar of that type for one argument. */
  readonly helpers: readonly {
    readonly name: string;
    readonly arg: DType;
    readonly result: DType;
  }[];
}

/** The scope with more in it. */
export const extend = (s: Scope, more: Partial<Scope>): Scope => ({ ...s, ...more });

export function freshName(s: Scope, base: string): string {
  const count = s.names.get(base) ?? 0;
  s.names.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

export const constant = (s: Scope, value: number): PrimExpr => intImm(value, s.index);
export type StmtIn = (s: Scope) => Stmt;
