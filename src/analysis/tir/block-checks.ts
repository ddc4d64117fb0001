/** Blocks: bindings stay in the domains of their axes, declared regions cover the accesses. */
import { exprText, poly, type Analyzer } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import type { BufferRegion } from "../../ir/tir/buffer.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Block, IterVar } from "../../ir/tir/stmt.js";
import type { Sink } from "../../support/diagnostic.js";
import type { Int } from "../../support/int.js";
import { wft } from "../codes.js";
import { symbolsOf } from "./symbols.js";
import { walkFunction, type Access, type Step } from "./walk.js";
import { findWitness, witnessText } from "./witness.js";

/** Reports axes whose values leave the domain, and regions that are too small. */
export function checkBlocks(func: PrimFunc, sink: Sink): void {
  const symbols = symbolsOf(func);
  walkFunction(func, (analyzer) => {
    const regions = new RegionCheck(analyzer, sink);
    return {
      block: (block, path, uncertain) => {
        if (!uncertain)
          for (const iter of block.iters)
            checkDomain({ analyzer, symbols, path, sink }, block, iter);
        regions.enter(block);
      },
      access: (a) => regions.access(a),
    };
  });
}

interface Place {
  readonly analyzer: Analyzer;
  readonly symbols: ReturnType<typeof symbolsOf>;
  readonly path: readonly Step[];
  readonly sink: Sink;
}

function checkDomain({ analyzer, symbols, path, sink }: Place, block: Block, iter: IterVar): void {
  if (!block.values || !iter.dom || path.some((s) => s.kind === "unknown")) return;
  const value = analyzer.poly(iter.var);
  const low = analyzer.poly(iter.dom.min);
  const high = poly.add(low, analyzer.poly(iter.dom.extent));
  for (const outside of [poly.addConst(poly.sub(low, value), -1), poly.sub(value, high)]) {
    if (analyzer.impossible([outside])) continue;
    // With symbols, leaving the domain for some sizes only is left to the accesses.
    const mentions = [
      ...varsOf(iter.dom.extent),
      ...path.flatMap((s) => (s.kind === "loop" ? varsOf(s.extent) : [])),
    ];
    if (mentions.some((v) => symbols.includes(v))) continue;
    let [found, from, to]: Int[] = [0, 0, 0];
    const witness = findWitness(analyzer, [outside], symbols, [path], (at) => {
      const [x, min, extent] = [at(iter.var), at(iter.dom!.min), at(iter.dom!.extent)];
      if (x === undefined || min === undefined || extent === undefined) return false;
      [found, from, to] = [x, min, BigInt(min) + BigInt(extent)];
      return x < min || BigInt(x) >= to;
    });
    if (!witness) continue;
    const loops = path.flatMap((s) => (s.kind === "loop" ? [s.var] : []));
    const args = { name: iter.var.name, block: block.name, value: found!, low: from!, high: to! };
    sink.report(
      wft.axisDomain({
        ...args,
        witness: witnessText(witness, loops),
        at: iter.span ?? block.span,
      }),
    );
    return;
  }
}

/** Accesses against the `reads` and `writes` of the blocks around them. */
class RegionCheck {
  private readonly blocks = new Map<IterVar["var"], Block>();
  private readonly reported = new Set<string>();

  constructor(
    private readonly analyzer: Analyzer,
    private readonly sink: Sink,
  ) {}

  enter(block: Block): void {
    for (const iter of block.iters) this.blocks.set(iter.var, block);
  }

  access(access: Access): void {
    const block = this.blockOf(access.path);
    if (!block) return;
    const list = access.isWrite ? block.writes : block.reads;
    const declared = list.filter((r) => r.buffer === access.buffer);
    // A buffer that is not listed at all may be local, or updated in place.
    if (declared.length !== 1 || access.isMasked || this.covers(declared[0]!, access) !== false)
      return;
    const text = `${access.buffer.name}[${access.indices.map(exprText).join(", ")}]`;
    const key = `${block.name}|${text}|${access.isWrite}`;
    if (this.reported.has(key)) return;
    this.reported.add(key);
    const [verb, listName] = access.isWrite ? ["writes", "writes"] : ["reads", "reads"];
    this.sink.report(
      wft.regionTooSmall({
        block: block.name,
        verb,
        access: text,
        list: listName,
        at: access.span ?? block.span,
      }),
    );
  }

  /** The innermost block with axes. */
  private blockOf(path: readonly Step[]): Block | undefined {
    for (let i = path.length - 1; i >= 0; i--) {
      const step = path[i]!;
      const block = step.kind === "when" ? undefined : this.blocks.get(step.var);
      if (block) return block;
    }
    return undefined;
  }

  /** `false` only when the index is always outside. */
  private covers(region: BufferRegion, access: Access): boolean | undefined {
    if (region.region.length !== access.indices.length) return undefined;
    for (const [i, r] of region.region.entries()) {
      const index = access.indices[i]!;
      if (index.dtype.lanes !== 1) return undefined;
      const offset = poly.sub(this.analyzer.poly(index), this.analyzer.poly(r.min));
      const extent = this.analyzer.poly(r.extent);
      if (this.analyzer.impossible([offset, poly.addConst(poly.sub(extent, offset), -1)]))
        return false;
    }
    return true;
  }
}
