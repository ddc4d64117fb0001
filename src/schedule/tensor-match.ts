/** Whether a nest computes what a tensor intrinsic describes, and on which parts of its buffers. */
import type { Analyzer } from "../arith/index.js";
import { varsOf } from "../ir/core/free-vars.js";
import { rewrite, substitute } from "../ir/core/rewrite.js";
import { isRoot } from "../analysis/tir-pattern/index.js";
import type { Node } from "../ir/nodes.js";
import type { Buffer } from "../ir/tir/buffer.js";
import { binary, intImm, type PrimExpr, type Var } from "../ir/tir/expr.js";
import { type Block, type Stmt } from "../ir/tir/stmt.js";
import { inType, isOne, isTrue } from "./nest.js";

/** Where the part of a buffer starts that a buffer of the description stands for. */
export interface Part {
  readonly buffer: Buffer;
  readonly mins: readonly PrimExpr[];
}

export type Matched =
  | { readonly ok: true; readonly parts: ReadonlyMap<Buffer, Part> }
  | { readonly ok: false; readonly reason: string };

class Mismatch extends Error {}
const fail = (reason: string): never => {
  throw new Mismatch(reason);
};

/** Compares a nest with that of a description; variables of the nest are those defined in it. */
export function matchNest(analyzer: Analyzer, nest: Stmt, desc: Stmt): Matched {
  try {
    const match = new Match(analyzer);
    match.stmt(withoutUnits(nest), withoutUnits(bodyOf(desc)));
    return { ok: true, parts: match.parts };
  } catch (error) {
    if (error instanceof Mismatch) return { ok: false, reason: error.message };
    throw error;
  }
}

/** The statement inside root blocks. */
export const bodyOf = (s: Stmt): Stmt => (s.kind === "tir.Block" && isRoot(s) ? bodyOf(s.body) : s);

/** Loops and axes with one value replaced by it. */
function withoutUnits(root: Stmt): Stmt {
  return rewrite(root, (n) => {
    if (n.kind === "tir.For" && isOne(n.extent))
      return substitute(n.body, new Map<Var, PrimExpr>([[n.var, n.min]]));
    if (n.kind !== "tir.Block" || n.values === undefined) return n;
    const map = new Map<Var, PrimExpr>();
    const kept = n.iters.flatMap(({ var: v, dom }, k) => {
      if (dom === undefined || !isOne(dom.extent)) return [k];
      map.set(v, dom.min);
      return [];
    });
    if (map.size === 0) return n;
    return substitute(
      { ...n, iters: kept.map((k) => n.iters[k]!), values: kept.map((k) => n.values![k]!) },
      map,
    );
  });
}

class Match {
  readonly parts = new Map<Buffer, Part>();
  /** Variables of the description as those of the nest. */
  private readonly names = new Map<Var, PrimExpr>();

  constructor(private readonly analyzer: Analyzer) {}

  stmt(a: Stmt, d: Stmt): void {
    if (a.kind !== d.kind) fail(`there is ${kindText(a)} where the description has ${kindText(d)}`);
    switch (a.kind) {
      case "tir.For": {
        const e = d as typeof a;
        if (this.analyzer.equal(a.extent, inType(e.extent, a.extent.dtype)) !== true)
          fail(`the loop \`${a.var.name}\` has another extent than \`${e.var.name}\``);
        this.names.set(e.var, inType(a.var, e.var.dtype));
        return this.stmt(a.body, e.body);
      }
      case "tir.Block":
        return this.block(a, d as Block);
      case "tir.Seq": {
        const e = d as typeof a;
        if (a.body.length !== e.body.length) fail("the number of statements differs");
        return a.body.forEach((s, k) => this.stmt(s, e.body[k]!));
      }
      case "tir.Store": {
        const e = d as typeof a;
        this.element(a.buffer, a.indices, e.buffer, e.indices);
        return this.expr(a.value, e.value);
      }
      default:
        return fail(`${kindText(a)} cannot be compared`);
    }
  }

  private block(a: Block, d: Block): void {
    if (!isTrue(a.predicate))
      fail("its block has a condition; `pad_einsum` first makes tiles whole");
    if (!isTrue(d.predicate)) fail("the block of the description has a condition");
    if (a.init !== undefined || d.init !== undefined)
      fail("a reduction is described by its update alone; `decompose_reduction` or `blockize` take the init out"); // prettier-ignore
    const sorts = (b: Block): string => b.iters.map((i) => i.iterKind).join();
    if (sorts(a) !== sorts(d)) fail("the kinds of its axes differ");
    a.iters.forEach((iter, k) => {
      const other = d.iters[k]!;
      const [x, y] = [iter.dom!.extent, other.dom!.extent];
      if (this.analyzer.equal(x, inType(y, x.dtype)) !== true)
        fail(`axis \`${iter.var.name}\` has another extent than \`${other.var.name}\``);
      const [v, w] = [a.values![k]!, this.named(d.values![k]!)];
      if (this.analyzer.equal(v, inType(w, v.dtype)) !== true)
        fail(`axis \`${iter.var.name}\` runs with another loop`);
      this.names.set(other.var, inType(iter.var, other.var.dtype));
    });
    this.stmt(a.body, d.body);
  }

  private named<E extends PrimExpr>(e: E): PrimExpr {
    return substitute(e, this.names);
  }

  /** An element of a buffer: the distance between the two indices is where the part starts. */
  private element(
    a: Buffer,
    indices: readonly PrimExpr[],
    d: Buffer,
    described: readonly PrimExpr[],
  ): void {
    if (a.dtype !== d.dtype)
      fail(`\`${a.name}\` holds ${a.dtype.name}, \`${d.name}\` holds ${d.dtype.name}`);
    const lead = indices.length - described.length;
    if (lead < 0) fail(`\`${a.name}\` has fewer dimensions than \`${d.name}\``);
    const inner = new Set([...this.names.values()].flatMap(varsOf));
    const mins = indices.map((i, k) => {
      const other = k < lead ? intImm(0, i.dtype) : inType(this.named(described[k - lead]!), i.dtype); // prettier-ignore
      const min = this.analyzer.simplify(binary("sub", i, other));
      if (varsOf(min).some((v) => inner.has(v)))
        fail(`the index ${k} of \`${a.name}\` runs otherwise than that of \`${d.name}\``);
      return min;
    });
    const known = this.parts.get(d);
    if (known === undefined) return void this.parts.set(d, { buffer: a, mins });
    const isSame = known.buffer === a && mins.every((m, k) => this.analyzer.equal(m, known.mins[k]!) === true); // prettier-ignore
    if (!isSame) fail(`\`${d.name}\` stands for several places`);
  }

  private expr(a: PrimExpr, d: PrimExpr): void {
    if (a.kind !== d.kind || a.dtype !== d.dtype)
      return fail(`${exprKind(a)} stands where the description has ${exprKind(d)}`);
    if (a.kind === "tir.Load") {
      const e = d as typeof a;
      return this.element(a.buffer, a.indices, e.buffer, e.indices);
    }
    if (a.kind === "tir.Var") {
      if (this.named(d) !== a) fail(`\`${a.name}\` stands where the description has another name`);
      return;
    }
    const [x, y] = [partsOf(a), partsOf(d)];
    if (x.own !== y.own || x.children.length !== y.children.length)
      return fail("an operation differs");
    x.children.forEach((c, k) => this.expr(c, y.children[k]!));
  }
}

/** What an expression is by itself, and its operands. */
function partsOf(e: PrimExpr): { readonly own: string; readonly children: readonly PrimExpr[] } {
  switch (e.kind) {
    case "tir.IntImm":
    case "tir.FloatImm":
      return { own: `${e.value}`, children: [] };
    case "tir.Cast":
      return { own: e.dtype.name, children: [e.value] };
    case "tir.Binary":
    case "tir.Compare":
    case "tir.Logic":
      return { own: e.op, children: [e.a, e.b] };
    case "tir.Unary":
      return { own: e.op, children: [e.a] };
    case "tir.Select":
    case "tir.IfThenElse":
      return { own: e.kind, children: [e.cond, e.then, e.otherwise] };
    case "tir.Call": {
      const isPlain = e.args.every((a): a is PrimExpr => "dtype" in a && a.kind !== "tir.Buffer");
      return isPlain ? { own: e.op, children: e.args } : fail(`\`${e.op}\` cannot be compared`);
    }
    default:
      return fail(`${exprKind(e)} cannot be compared`);
  }
}

const kindText = (s: Stmt): string =>
  ({
    "tir.For": "a loop",
    "tir.Block": "a block",
    "tir.Store": "a store",
    "tir.Seq": "a sequence",
  })[s.kind as string] ?? "another statement";
const exprKind = (e: Node): string => `\`${e.kind.replace("tir.", "")}\``;
