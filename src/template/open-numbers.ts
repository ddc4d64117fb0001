/**
 * Numbers of a call that are left open while a template is expanded, so that what comes out serves calls that differ in
 * them. All that is decided must hold for any numbers; where one is needed, the expansion is given up.
 */
import { Analyzer, isPrim } from "../arith/index.js";
import { children, visit } from "../ir/core/visit.js";
import type { Node } from "../ir/nodes.js";
import type { Range } from "../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import type { Stmt } from "../ir/tir/stmt.js";
import { isInteger } from "../support/dtype.js";

/** Why an expansion with open numbers was given up. */
export class NumberNeeded extends Error {}

/** What differs between calls that one expansion is for. */
export interface OpenNumbers {
  /** Symbols for lengths, and where these lie. */
  readonly symbols: ReadonlyMap<Var, Range>;
  /** Names of attributes that nothing may read. */
  readonly unread: ReadonlySet<string>;
}

/** Reasoning about numbers that are not known: gives up where the answer might be one for some of them. */
export class OpenAnalyzer extends Analyzer {
  /** The numbers, and what is known in terms of them. */
  private readonly open: Set<Var>;
  private asking = 0;

  constructor(numbers: OpenNumbers["symbols"]) {
    super();
    this.open = new Set(numbers.keys());
    for (const [v, range] of numbers) super.bind(v, range);
  }

  /** Gives up where an expression says something that depends on the numbers. */
  need(e: PrimExpr): void {
    if (mentions(e, this.open)) throw new NumberNeeded();
  }

  override bind(v: Var, what: Range | PrimExpr): void {
    super.bind(v, what);
    const parts = "min" in what ? [what.min, what.extent] : [what];
    if (parts.some((e) => mentions(e, this.open))) this.open.add(v);
  }

  override assume(cond: PrimExpr, holds = true): void {
    super.assume(cond, holds);
    if (!mentions(cond, this.open)) return;
    visit(cond, {
      enter: (n) => {
        if (n.kind === "tir.Var") this.open.add(n);
      },
    });
  }

  override prove(cond: PrimExpr): boolean | undefined {
    return this.answered(() => super.prove(cond), cond);
  }

  override equal(a: PrimExpr, b: PrimExpr): boolean | undefined {
    return this.answered(() => super.equal(a, b), a, b);
  }

  override simplify(e: PrimExpr): PrimExpr {
    this.asking++;
    try {
      const after = super.simplify(e);
      if (this.asking === 1) this.needIn(after);
      return after;
    } finally {
      this.asking--;
    }
  }

  private answered(
    ask: () => boolean | undefined,
    ...about: readonly PrimExpr[]
  ): boolean | undefined {
    this.asking++;
    try {
      const answer = ask();
      if (answer === undefined && this.asking === 1) for (const e of about) this.need(e);
      return answer;
    } finally {
      this.asking--;
    }
  }

  /** Gives up where a normal form holds what might be shorter for some numbers. */
  private needIn(e: PrimExpr): void {
    visit(e, {
      enter: (n) => {
        if (n.kind === "tir.Load") return false;
        if (isPrim(n) && isInvolved(n)) this.need(n);
        return undefined;
      },
    });
  }
}

/** Operations whose results numbers may shorten in other ways than by being computed. */
function isInvolved(n: Node): boolean {
  switch (n.kind) {
    case "tir.Binary":
      return n.op !== "add" && n.op !== "sub" && n.op !== "mul";
    case "tir.Var":
    case "tir.IntImm":
    case "tir.Load":
    case "tir.Logic":
      return false;
    default:
      return isPrim(n);
  }
}

/** Whether the numbers stand in statements only as lengths, and in sums and products of positions. */
export function isPlainlyOpen(body: Stmt, { symbols }: OpenNumbers): boolean {
  const open = new Set(symbols.keys());
  let isPlain = true;
  visit(body, {
    enter(n) {
      if (isPlain && isInvolved(n))
        children(n, (child) => {
          if (
            isPrim(child) &&
            isInteger(child.dtype) &&
            !isInvolved(child) &&
            mentions(child, open)
          )
            isPlain &&= child.kind === "tir.Load";
        });
      return isPlain ? undefined : false;
    },
  });
  return isPlain;
}

function mentions(e: Node, open: ReadonlySet<Var>): boolean {
  switch (e.kind) {
    case "tir.IntImm":
      return false;
    case "tir.Var":
      return open.has(e);
    case "tir.Binary":
      return mentions(e.a, open) || mentions(e.b, open);
    default: {
      let found = false;
      visit(e, {
        enter(n) {
          if (n.kind === "tir.Var" && open.has(n)) found = true;
          return found ? false : undefined;
        },
      });
      return found;
    }
  }
}
