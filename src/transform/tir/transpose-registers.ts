import { rebuild } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import { broadcast, floatImm, intImm, makeVar, shuffle, type Load, type Var } from "../../ir/tir/expr.js"; // prettier-ignore
import type { PrimFunc } from "../../ir/tir/function.js";
import { bind, seq, type Seq, type Stmt, type Store } from "../../ir/tir/stmt.js";
import { isFloat, withLanes, type DType } from "../../support/dtype.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { positionsOf, tilesOf, type Positions, type Tile } from "./register-tiles.js";

/**
 * Precondition: level `flat`, loops unrolled. Result: a tile that is stored by rows and then loaded by columns, each as
 * a vector, is no memory any more: the rows are variables, and shuffles of pairs of them make the columns. Tiles are
 * square, or two vectors of which every second element is loaded. Sound
 * because all stores of the tile run before all its loads, in one sequence; what was never stored is 0.
 */
export const transposeRegisters = definePass({
  name: "transpose-registers",
  dialect: "tir",
  summary: "Turns tiles that are stored by rows and loaded by columns with shuffles of registers.",
  from: "flat",
  requires: ["vectorize-loop", "unroll-loop"],
  options: {},
  run: (module) => mapPrimFuncs(module, transposed),
});

/** Elements of a side: more would not fit into registers. */
const MOST_LANES = 16;

/** A tile with the rows its stores write, and the columns its loads read. */
interface Square {
  /** Of a row, and the number of rows, which is that of the columns. */
  readonly lanes: number;
  readonly count: number;
  readonly rows: ReadonlyMap<Store, number>;
  readonly columns: ReadonlyMap<Load, number>;
}

function transposed(func: PrimFunc): PrimFunc {
  const squares = new Map<Buffer, Square>();
  for (const [buffer, tile] of tilesOf(func)) {
    const square = squareOf(tile);
    if (square !== undefined) squares.set(buffer, square);
  }
  if (squares.size === 0) return func;
  const ends = new Map<Stmt, Buffer>();
  visit(func.body, {
    enter(n) {
      if (n.kind !== "tir.Seq") return;
      for (const [buffer, square] of squares) {
        const end = endOfStores(n, square);
        if (end !== undefined) ends.set(end, buffer);
      }
    },
  });
  if (ends.size === 0) return func;
  return { ...func, body: new Turned(squares, ends).stmt(func.body) };
}

/** Rows and columns of the accesses; undefined when some are no whole rows stored once or whole columns loaded. */
function squareOf({ elements, accesses }: Tile): Square | undefined {
  const lanes = accesses[0]?.indices[0]?.dtype.lanes ?? 1;
  if (!Number.isInteger(Math.log2(lanes)) || lanes < 2 || lanes > MOST_LANES) return undefined;
  const count = elements / lanes;
  if (count !== lanes && count !== 2) return undefined;
  const rows = new Map<Store, number>();
  const columns = new Map<Load, number>();
  for (const access of accesses) {
    const at = access.predicate === undefined ? positionsOf(access.indices[0]!) : undefined;
    if (at?.lanes !== lanes) return undefined;
    const isKnown = access.kind === "tir.Store" ? noteRow(access, at, count, rows) : noteColumn(access, at, count, columns); // prettier-ignore
    if (!isKnown) return undefined;
  }
  return rows.size > 0 && columns.size > 0 ? { lanes, count, rows, columns } : undefined;
}

function noteRow(store: Store, at: Positions, count: number, rows: Map<Store, number>): boolean {
  const row = at.base / at.lanes;
  const isRow = at.stride === 1 && Number.isInteger(row) && row >= 0 && row < count;
  const isFirst = ![...rows.values()].includes(row) && !rows.has(store);
  if (!isRow || !isFirst || store.value.dtype.lanes !== at.lanes) return false;
  rows.set(store, row);
  return true;
}

function noteColumn(load: Load, at: Positions, count: number, columns: Map<Load, number>): boolean {
  if (at.stride !== count || at.base < 0 || at.base >= count) return false;
  columns.set(load, at.base);
  return true;
}

/** Rewrites the sequences that hold all stores and, behind them, all loads of a tile. */
class Turned {
  private readonly turned: ReadonlySet<Buffer>;
  private readonly rows = new Map<Buffer, Map<number, Var>>();
  private readonly columns = new Map<Buffer, readonly Var[]>();

  /** `ends` has the last store of each tile that is turned. */
  constructor(
    private readonly squares: ReadonlyMap<Buffer, Square>,
    private readonly ends: ReadonlyMap<Stmt, Buffer>,
  ) {
    this.turned = new Set(ends.values());
  }

  stmt<T extends Node>(node: T): T {
    switch (node.kind) {
      case "tir.Seq": {
        const body = node.body.flatMap((child) => this.part(child));
        return seq(body, node.span) as Node as T;
      }
      case "tir.Load": {
        const column = this.squares.get(node.buffer)?.columns.get(node);
        const columns = this.columns.get(node.buffer);
        if (column !== undefined && columns !== undefined) return columns[column] as Node as T;
        return rebuild(node, (child) => this.stmt(child));
      }
      default:
        return rebuild(node, (child) => this.stmt(child));
    }
  }

  private part(s: Stmt): Stmt[] {
    if (s.kind === "tir.Alloc" && this.turned.has(s.buffer)) return [];
    if (s.kind !== "tir.Store" || !this.turned.has(s.buffer)) return [this.stmt(s)];
    const { buffer } = s;
    const row = this.squares.get(buffer)!.rows.get(s)!;
    const rows = this.rows.get(buffer) ?? new Map<number, Var>();
    this.rows.set(buffer, rows);
    const name = makeVar(`${buffer.name}_${row}`, s.value.dtype);
    rows.set(row, name);
    const stored = bind(name, this.stmt(s.value), s.span);
    return this.ends.get(s) === buffer ? [stored, ...this.turn(buffer, rows)] : [stored];
  }

  /** Makes the columns: each step interleaves the elements of a row with those of the row half a tile further. */
  private turn(buffer: Buffer, stored: ReadonlyMap<number, Var>): Stmt[] {
    const { lanes, count } = this.squares.get(buffer)!;
    const type = withLanes(buffer.dtype, lanes);
    const steps: Stmt[] = [];
    const put = (name: string, value: Parameters<typeof bind>[1]): Var => {
      const v = makeVar(name, type);
      steps.push(bind(v, value));
      return v;
    };
    const blank =
      stored.size < count ? put(`${buffer.name}_none`, broadcast(zero(buffer.dtype), intImm(lanes))) : undefined; // prettier-ignore
    let rows = Array.from({ length: count }, (_, r) => stored.get(r) ?? blank!);
    if (count < lanes) {
      const every = (from: number) =>
        Array.from({ length: lanes }, (_, k) => intImm(from + k * count));
      const columns = rows.map((_, c) => put(`${buffer.name}_at_${c}`, shuffle(rows, every(c))));
      this.columns.set(buffer, columns);
      return steps;
    }
    const half = lanes / 2;
    const interleaved = (from: number) =>
      Array.from({ length: lanes }, (_, k) => intImm(from + (k >> 1) + (k % 2) * lanes));
    const [low, high] = [interleaved(0), interleaved(half)];
    for (let step = 1; step < lanes; step *= 2) {
      const previous = rows;
      rows = previous.map((_, r) => {
        const pair = [previous[r >> 1]!, previous[(r >> 1) + half]!];
        return put(`${buffer.name}_${step}_${r}`, shuffle(pair, r % 2 === 0 ? low : high));
      });
    }
    this.columns.set(buffer, rows);
    return steps;
  }
}

const zero = (type: DType) => (isFloat(type) ? floatImm(0, type) : intImm(0, type));

/** The last store of a tile, where a sequence has all of them and all loads come later in it. */
function endOfStores(s: Seq, { rows, columns }: Square): Stmt | undefined {
  const stores = s.body.filter((child) => child.kind === "tir.Store" && rows.has(child));
  const end = stores[stores.length - 1];
  if (stores.length !== rows.size || end === undefined) return undefined;
  let found = 0;
  for (const child of s.body.slice(s.body.indexOf(end) + 1))
    visit(child, { enter: (n) => void (n.kind === "tir.Load" && columns.has(n) && found++) });
  return found === columns.size ? end : undefined;
}
