import { leafBlocks, writtenAxes, type LeafBlock } from "../../analysis/tir-pattern/index.js";
import { Analyzer } from "../../arith/index.js";
import type { AttrValue } from "../../ir/core/node.js";
import { rewrite, substitute } from "../../ir/core/rewrite.js";
import { children } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { binary, boolImm, intImm, load, makeVar, type Load, type PrimExpr, type Var } from "../../ir/tir/expr.js"; // prettier-ignore
import type { PrimFunc } from "../../ir/tir/function.js";
import { alloc, bind, decl, forLoop, seq, store, type Stmt, type Store } from "../../ir/tir/stmt.js"; // prettier-ignore
import { isBool, isInteger, type DType } from "../../support/dtype.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { DOUBLE_BUFFER } from "./double-buffer-tiles.js";
import { KERNEL, SCRATCHPAD } from "./split-cgra-kernels.js";
import { addIndex, mulIndex, subIndex } from "./strides.js";

/**
 * Precondition: none; functions of one block that computes each element of its result by itself, in integers of at most
 * 32 bits or, where the target says that elements compute them, float32, from elements at the same position are changed.
 * Result: they copy tiles of their operands to the scratchpad of a fabric, compute in loops marked `cgra.kernel`, and
 * copy the tile of the result back. Sound because each element is in one tile, and operands are read where they were
 * read before.
 */
export const tileForFabric = definePass({
  name: "tile-for-fabric",
  dialect: "tir",
  summary: "Makes functions of single elements run on a fabric, tile by tile.",
  options: {},
  run: (module, _, { target }) =>
    mapPrimFuncs(module, (func) => tiled(func, target?.features ?? new Set()) ?? func),
});

/** Extents of tiles with one dimension, and with two. */
const TILES = [[2048], [32, 64]] as const;

function tiled(func: PrimFunc, features: ReadonlySet<string>): PrimFunc | undefined {
  const [leaf, ...others] = leafBlocks(func)?.leaves ?? [];
  if (leaf === undefined || others.length > 0 || !isPlain(leaf)) return undefined;
  const [stored] = leaf.stores as readonly [Store];
  const axes = writtenAxes(leaf, stored);
  const loads = loadsFor(stored.value, features);
  if (axes === undefined || loads === undefined || loads.length === 0) return undefined;
  if (stored.value.kind === "tir.Load") return undefined;
  const analyzer = new Analyzer();
  const positions = new Map<Load, readonly number[]>();
  for (const access of [load(stored.buffer, stored.indices), ...loads]) {
    const found = positionsOf(access, axes, stored.buffer, analyzer);
    if (found === undefined) return undefined;
    positions.set(access, found);
  }
  const groups = groupsOf(axes, [...positions.values()]);
  return groups.length === 0 ? undefined : new Tiling(func, stored, loads, positions, groups).run();
}

const isPlain = ({ block, loops, lets, stores, inits, reduced }: LeafBlock): boolean =>
  stores.length === 1 &&
  stores[0]!.predicate === undefined &&
  inits.length + lets.length + reduced.length === 0 &&
  isOne(block.predicate) &&
  loops.every((f) => f.loopKind === "serial" && f.annotations.size === 0 && f.step === undefined);

const isOne = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && Number(e.value) === 1;
const isZero = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 0;

/** Integers that elements of fabrics compute with. */
const isWord = (type: DType): boolean =>
  type.lanes === 1 && (isBool(type) || (isInteger(type) && type.bits <= 32));

/** Class of operations that an element needs for one that makes a float32. */
const FLOAT_CLASSES: ReadonlyMap<string, string> = new Map([
  ["add", "fadd"],
  ["sub", "fadd"],
  ["mul", "fmul"],
  ["min", "fcmp"],
  ["max", "fcmp"],
]);

/** The loads of a value that elements compute; undefined for others. */
function loadsFor(value: PrimExpr, features: ReadonlySet<string>): Load[] | undefined {
  const found: Load[] = [];
  const isComputed = (n: Node): boolean => {
    if (n.kind === "tir.Var" || n.kind === "tir.CallGlobal") return false;
    const type = "dtype" in n ? (n.dtype as DType | undefined) : undefined;
    if (type === undefined || isWord(type)) {
      const ofFloats = n.kind === "tir.Compare" && n.a.dtype.name === "float32";
      return !ofFloats || features.has("fcmp");
    }
    if (type.name !== "float32") return false;
    switch (n.kind) {
      case "tir.Binary":
        return features.has(FLOAT_CLASSES.get(n.op) ?? "none");
      case "tir.Cast":
        return features.has("fcvt") && isWord(n.value.dtype);
      // What is moved only is a word like any other.
      case "tir.Load":
      case "tir.FloatImm":
      case "tir.Select":
      case "tir.IfThenElse":
        return true;
      default:
        return false;
    }
  };
  let isWhole = true;
  const walk = (n: Node): void => {
    isWhole &&= isComputed(n);
    if (n.kind === "tir.Load") found.push(n);
    else if (isWhole) children(roundedIn(n) ?? n, walk);
  };
  walk(value);
  return isWhole ? found : undefined;
}

/** What an integer is converted to float32 and back from, in integers where elements have no floats. */
const roundedIn = (n: Node): Node | undefined =>
  n.kind === "tir.Cast" && n.value.kind === "tir.Cast" && n.value.dtype.name === "float32" && isWord(n.value.value.dtype) ? n.value : undefined; // prettier-ignore

/** Which axes index the dimensions of a buffer, outermost first; dimensions of extent 1 have none. */
function positionsOf(
  { buffer, indices, predicate }: Load,
  axes: readonly PrimExpr[],
  written: Buffer,
  analyzer: Analyzer,
): number[] | undefined {
  if (predicate !== undefined || buffer.strides.length > 0 || buffer.elemOffset !== undefined)
    return undefined;
  const found: number[] = [];
  for (const [k, e] of indices.entries()) {
    const index = analyzer.simplify(e);
    if (isZero(index) && isOne(buffer.shape[k]!)) continue;
    const at = index.kind === "tir.Var" ? axes.indexOf(index) : -1;
    if (at <= (found.at(-1) ?? -1)) return undefined;
    if (analyzer.equal(buffer.shape[k]!, written.shape[at]!) !== true) return undefined;
    found.push(at);
  }
  return found;
}

/** Axes next to each other that all accesses have, or none of them has, are one group. */
function groupsOf(axes: readonly PrimExpr[], accesses: readonly (readonly number[])[]): number[][] {
  const groups: number[][] = [];
  axes.forEach((axis, k) => {
    if (axis.kind !== "tir.Var") return;
    const last = groups.at(-1);
    const isAlike = last !== undefined && accesses.every((a) => a.includes(k) === a.includes(last[0]!)); // prettier-ignore
    if (isAlike) last.push(k);
    else groups.push([k]);
  });
  return groups;
}

class Tiling {
  private readonly extents: readonly PrimExpr[];
  /** Of each group: where the tile begins, and its position in the tile where it has one. */
  private readonly bases: PrimExpr[] = [];
  private readonly steps: (Var | undefined)[] = [];
  private readonly counts: (Var | undefined)[] = [];
  private readonly views = new Map<string, Buffer>();

  constructor(
    private readonly func: PrimFunc,
    private readonly stored: Store,
    private readonly loads: readonly Load[],
    private readonly positions: ReadonlyMap<Load, readonly number[]>,
    private readonly groups: readonly (readonly number[])[],
  ) {
    const { shape } = stored.buffer;
    this.extents = groups.map((g) => g.map((k) => shape[k]!).reduce(mulIndex));
  }

  run(): PrimFunc {
    const sizes = TILES[Math.min(this.groups.length, TILES.length) - 1]!;
    const first = this.groups.length - sizes.length;
    const loops: { readonly v: Var; readonly extent: PrimExpr }[] = [];
    const binds: Stmt[] = [];
    this.extents.forEach((extent, g) => {
      const size = sizes[g - first];
      const v = makeVar(`i${g}`, extent.dtype);
      if (size === undefined) {
        loops.push({ v, extent });
        this.bases.push(v);
        this.steps.push(undefined);
        this.counts.push(undefined);
        return;
      }
      const tile = intImm(size, extent.dtype);
      loops.push({ v, extent: binary("ceildiv", extent, tile) });
      const base = mulIndex(v, tile);
      const count = makeVar(g === this.groups.length - 1 ? "columns" : "rows", extent.dtype);
      binds.push(bind(count, binary("min", subIndex(extent, base), tile)));
      this.bases.push(base);
      this.steps.push(makeVar(`k${g}`, extent.dtype));
      this.counts.push(count);
    });
    const tiles = new Map<Load, Buffer>();
    const byKey = new Map<string, Buffer>();
    const distinct: Load[] = [];
    for (const access of this.loads) {
      const key = this.keyOf(access);
      const known = byKey.get(key);
      const tile = known ?? this.tileOf(access, first, sizes);
      if (known === undefined) distinct.push(access);
      byKey.set(key, tile);
      tiles.set(access, tile);
    }
    const result = [...this.positions.keys()].find((a) => !this.loads.includes(a))!;
    const out = this.tileOf(result, first, sizes);
    const value = rewrite(this.stored.value, (n) => {
      const tile = n.kind === "tir.Load" ? tiles.get(n) : undefined;
      return tile === undefined ? n : load(tile, this.inTile(n as Load));
    });
    const body = seq([
      ...distinct.map((a) => this.nest(a, store(tiles.get(a)!, this.inTile(a), this.inMemory(a)))),
      this.nest(result, store(out, this.inTile(result), value), [[KERNEL, this.func.name]]),
      this.nest(result, store(this.viewOf(result), this.indices(result), load(out, this.inTile(result)))), // prettier-ignore
    ]);
    const around = loops.reduceRight<Stmt>((inner, { v, extent }, g) => {
      const isTile = g === loops.length - 1;
      const annotations = new Map(isTile ? [[DOUBLE_BUFFER, boolImm(true)]] : []);
      return forLoop({ var: v, min: intImm(0, v.dtype), extent, annotations, body: isTile ? seq([...binds, inner]) : inner }); // prettier-ignore
    }, body);
    const buffers = [...new Set([...tiles.values(), out])];
    const all = seq([...[...this.views.values()].map((b) => decl(b)), ...buffers.map((b) => alloc(b)), around]); // prettier-ignore
    return { ...this.func, body: all, sTir: false };
  }

  /** Groups of axes that index the buffer of an access. */
  private groupsAt(access: Load): number[] {
    const at = this.positions.get(access)!;
    return this.groups.flatMap((g, k) => (at.includes(g[0]!) ? [k] : []));
  }

  /** Equal for loads of one element. */
  private keyOf(access: Load): string {
    const buffers = [...new Set([...this.positions.keys()].map((a) => a.buffer))];
    return `${buffers.indexOf(access.buffer)} ${this.groupsAt(access).join()}`;
  }

  /** Those of them that are part of the tile. */
  private inner(access: Load): number[] {
    return this.groupsAt(access).filter((g) => this.steps[g] !== undefined);
  }

  private tileOf(access: Load, first: number, sizes: readonly number[]): Buffer {
    const { name, dtype } = access.buffer;
    const shape = this.inner(access).map((g) => intImm(sizes[g - first]!, this.extents[g]!.dtype));
    return makeBuffer({ name: `${name}_tile`, dtype, shape: shape.length > 0 ? shape : [intImm(1)], scope: SCRATCHPAD }); // prettier-ignore
  }

  private inTile(access: Load): PrimExpr[] {
    const inner = this.inner(access);
    return inner.length > 0 ? inner.map((g) => this.steps[g]!) : [intImm(0)];
  }

  /** Where the element is in the buffer whose groups of axes are one dimension each. */
  private indices(access: Load): PrimExpr[] {
    const found = this.groupsAt(access).map((g) => addIndex(this.bases[g]!, this.steps[g] ?? intImm(0))); // prettier-ignore
    return found.length > 0 ? found : [intImm(0)];
  }

  private inMemory(access: Load): PrimExpr {
    return load(this.viewOf(access), this.indices(access));
  }

  private viewOf(access: Load): Buffer {
    const { buffer } = access;
    const key = this.keyOf(access);
    const known = this.views.get(key);
    if (known !== undefined) return known;
    const shape = this.groupsAt(access).map((g) => this.extents[g]!);
    const { name, dtype, data } = buffer;
    const view = makeBuffer({ name: `${name}_flat`, dtype, data, shape: shape.length > 0 ? shape : [intImm(1)] }); // prettier-ignore
    this.views.set(key, view);
    return view;
  }

  /** Loops over the part of the tile that an access has. */
  private nest(
    access: Load,
    body: Stmt,
    notes: readonly (readonly [string, AttrValue])[] = [],
  ): Stmt {
    // prettier-ignore
    const inner = this.inner(access);
    const own = new Map(inner.map((g) => [this.steps[g]!, makeVar(this.steps[g]!.name, this.steps[g]!.dtype)])); // prettier-ignore
    return inner.reduceRight<Stmt>(
      (made, g, k) => {
        const v = own.get(this.steps[g]!)!;
        const annotations = new Map(k === 0 ? notes : []);
        return forLoop({ var: v, min: intImm(0, v.dtype), extent: this.counts[g]!, body: made, annotations }); // prettier-ignore
      },
      substitute(body, own),
    );
  }
}
