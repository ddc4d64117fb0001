/**
 * A loop nest as hardware runs it: counted loops from 0, one in another, and statements that all stand in the innermost.
 * What stood before an inner loop runs in its first iterations, what stood after it in its last ones.
 */
import type { AttrValue } from "../../../ir/core/node.js";
import { substitute } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { binary, compare, intImm, makeVar, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { forLoop, ifStmt, type For, type Stmt } from "../../../ir/tir/stmt.js";
import { codes } from "../codes.js";
import { refuse } from "./refuse.js";

export interface NestLoop {
  /** Counts from 0. */
  readonly var: Var;
  readonly extent: PrimExpr;
}

/** A statement of the innermost loop. */
export interface Placed {
  readonly stmt: Stmt;
  /** Runs only where all loops from this level on are in their first, or last, iteration. */
  readonly only?: { readonly edge: "first" | "last"; readonly level: number } | undefined;
}

export interface Nest {
  readonly loops: readonly NestLoop[];
  readonly body: readonly Placed[];
  /** Conditions that hold where the nest stands. */
  readonly assumed: readonly PrimExpr[];
  /** Buffers that live in the array. */
  readonly locals: readonly Buffer[];
  /** So many of the innermost loops are to be one (`cgra.flatten`). */
  readonly flatten: number;
}

/** Loops that are spelled out have at most so many iterations. */
const MOST_COPIES = 256;

const isZero = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 0;
const statementsOf = (stmt: Stmt): readonly Stmt[] =>
  stmt.kind === "tir.Seq" ? stmt.body : [stmt];

export const isSpelledOut = ({ loopKind, annotations }: For): boolean =>
  loopKind === "unrolled" || loopKind === "vectorized" || annotations.has("pragma_unroll_explicit");

/** The nest of a kernel's function. */
export function readNest(func: PrimFunc): Nest {
  const loops: NestLoop[] = [];
  const body: Placed[] = [];
  const assumed: PrimExpr[] = [];
  const locals: Buffer[] = [];
  let flatten: AttrValue = 1;
  const isCounted = (s: Stmt): s is For => s.kind === "tir.For" && !isSpelledOut(unrolled(s));

  function enter(loop: For): void {
    const { stmt } = fromZero(unrolled(loop));
    const level = loops.length;
    loops.push({ var: stmt.var, extent: stmt.extent });
    for (const value of assumptions(stmt)) assumed.push(value);
    flatten = stmt.annotations.get("cgra.flatten") ?? flatten;
    const stmts = statementsOf(stmt.body);
    const inner = stmts.filter(isCounted);
    if (inner.length > 1)
      refuse(
        codes.loopsSideBySide({
          loop: stmt.var.name,
          count: inner.length,
          at: inner[1]!.span ?? stmt.span,
        }),
      );
    if (inner.length === 0) {
      body.push(...stmts.map((s) => ({ stmt: s })));
      return;
    }
    const at = stmts.indexOf(inner[0]!);
    const placed = (edge: "first" | "last") => (s: Stmt) => ({
      stmt: s,
      only: { edge, level: level + 1 } as const,
    });
    body.push(...stmts.slice(0, at).map(placed("first")));
    enter(inner[0]!);
    body.push(...stmts.slice(at + 1).map(placed("last")));
  }

  const stmts = statementsOf(func.body);
  for (const s of stmts) if (s.kind === "tir.Alloc") locals.push(s.buffer);
  const rest = stmts.filter((s) => s.kind !== "tir.Alloc");
  const nest = rest[0];
  if (rest.length !== 1 || nest?.kind !== "tir.For" || !isCounted(nest))
    refuse(codes.notOneNest({ name: func.name, at: func.span }));
  enter(nest);
  for (const { stmt } of body)
    visit(stmt, { enter: (n) => void (n.kind === "tir.Alloc" && locals.push(n.buffer)) });
  const count = Number(flatten);
  if (!Number.isInteger(count) || count < 1 || count > loops.length)
    refuse(codes.notFlattened({ name: func.name, count: `${count}`, depth: loops.length, at: nest.span })); // prettier-ignore
  return { loops, body, assumed, locals, flatten: count };
}

/** `cgra.assume`: a condition or a list of them. */
function assumptions({ annotations }: For): PrimExpr[] {
  const value = annotations.get("cgra.assume");
  const list = Array.isArray(value) ? value : [value];
  return list.filter(
    (v): v is PrimExpr => typeof v === "object" && v !== null && "kind" in v && "dtype" in v,
  );
}

/** The loop with `cgra.unroll` applied: so many iterations at once, those that do not exist left out. */
function unrolled(loop: For): For {
  const factor = Number(loop.annotations.get("cgra.unroll") ?? 1);
  if (!Number.isInteger(factor) || factor < 2 || isSpelledOut(loop)) return loop;
  const annotations = new Map([...loop.annotations].filter(([key]) => key !== "cgra.unroll"));
  const { extent, dtype } = { extent: loop.extent, dtype: loop.var.dtype };
  const isWhole = extent.kind === "tir.IntImm" && Number(extent.value) % factor === 0;
  if (extent.kind === "tir.IntImm" && Number(extent.value) === factor)
    return { ...loop, loopKind: "unrolled", annotations };
  const outer = makeVar(loop.var.name, dtype, loop.var.span);
  const lane = makeVar(`${loop.var.name}_lane`, dtype, loop.var.span);
  const index = binary("add", binary("mul", outer, intImm(factor, dtype)), lane);
  const position = binary("add", loop.min, index);
  const copy = substitute(loop.body, new Map([[loop.var, position]]));
  const body = forLoop({
    var: lane,
    min: intImm(0, dtype),
    extent: intImm(factor, dtype),
    loopKind: "unrolled",
    body: isWhole ? copy : ifStmt(compare("lt", index, extent), copy),
  });
  const count = isWhole
    ? intImm(Number((extent as { value: number }).value) / factor, dtype)
    : binary("ceildiv", extent, intImm(factor, dtype));
  return { ...loop, var: outer, min: intImm(0, dtype), extent: count, annotations, body };
}

/** The loop with a counter from 0 in steps of 1. */
function fromZero(loop: For): { readonly stmt: For } {
  if (isZero(loop.min) && loop.step === undefined) return { stmt: loop };
  const { dtype } = loop.var;
  const counter = makeVar(loop.var.name, dtype, loop.var.span);
  const steps = loop.step === undefined ? counter : binary("mul", counter, loop.step);
  const body = substitute(loop.body, new Map([[loop.var, binary("add", loop.min, steps)]]));
  const extent = loop.step === undefined ? loop.extent : binary("ceildiv", loop.extent, loop.step);
  return {
    stmt: { ...loop, var: counter, min: intImm(0, dtype), extent, step: undefined, body },
  };
}

/** Iterations of a loop that is spelled out, each with the number it has. */
export function* iterationsOf(loop: For): Generator<readonly [position: number, body: Stmt]> {
  const { stmt } = fromZero(loop);
  const count = stmt.extent.kind === "tir.IntImm" ? Number(stmt.extent.value) : undefined;
  if (count === undefined || count > MOST_COPIES)
    refuse(codes.notUnrolled({ loop: loop.var.name, most: MOST_COPIES, at: loop.span }));
  for (let k = 0; k < count; k++)
    yield [k, substitute(stmt.body, new Map([[stmt.var, intImm(k, stmt.var.dtype)]]))];
}
