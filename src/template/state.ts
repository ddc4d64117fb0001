/** The state of one instantiation: where statements go, what is known, what was spent. */
import type { AstBase } from "../../grammar/ast/nodes.js";
import { Analyzer } from "../arith/index.js";
import type { AttrValue } from "../ir/core/node.js";
import type { Buffer, BufferRegion, Range } from "../ir/tir/buffer.js";
import { children } from "../ir/core/visit.js";
import type { Node } from "../ir/nodes.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import { seq, type IterVar, type Stmt } from "../ir/tir/stmt.js";
import { DiagnosticError, type Diagnostic, type Label } from "../support/diagnostic.js";
import type { Source, Span } from "../support/source.js";
import type { EvaluatorHost } from "./evaluator-host.js";
import { codes } from "./codes.js";

/** The block at hand; at function level, what the implicit root block owns. */
export interface BlockFrame {
  readonly isRoot: boolean;
  readonly iters: IterVar[];
  readonly values: PrimExpr[];
  readonly allocs: Buffer[];
  readonly annotations: Map<string, AttrValue>;
  reads?: BufferRegion[];
  writes?: BufferRegion[];
  predicate?: PrimExpr;
  init?: Stmt;
}

/** A condition over the symbols of the instance that its caller must meet. */
export interface Guard {
  readonly cond: PrimExpr;
  readonly message: string;
}

/** Bounds of one instance: libraries are untrusted text. */
export const LIMITS = { nodes: 20_000, steps: 400_000, depth: 64, nesting: 400 } as const;

export interface State {
  /** Name of the template, for messages. */
  readonly template: string;
  /** The text at hand: inlines may stand in another one. */
  source: Source;
  readonly call: Span | undefined;
  /** What it does for the call, in words. */
  readonly role?: string;
  readonly analyzer: Analyzer;
  readonly host: EvaluatorHost | undefined;
  statements: Stmt[];
  block: BlockFrame;
  /** Domains of the loop variables in scope. */
  readonly loops: Map<Var, Range>;
  /** How often each buffer was stored to so far. */
  readonly stores: Map<Buffer, number>;
  readonly blockNames: Map<string, number>;
  readonly guards: Guard[];
  /** No loop or block was emitted yet: asserts are preconditions. */
  atHead: boolean;
  /** Inlines that are being expanded. */
  readonly stack: string[];
  steps: number;
  nodes: number;
  nesting: number;
}

export const newFrame = (isRoot: boolean): BlockFrame => ({
  isRoot,
  iters: [],
  values: [],
  allocs: [],
  annotations: new Map(),
});

export const newState = (
  template: string,
  source: Source,
  call: Span | undefined,
  host?: EvaluatorHost,
): State => ({
  template,
  source,
  call,
  analyzer: new Analyzer(),
  host,
  statements: [],
  block: newFrame(true),
  loops: new Map(),
  stores: new Map(),
  blockNames: new Map(),
  guards: [],
  atHead: true,
  stack: [],
  steps: 0,
  nodes: 0,
  nesting: 0,
});

/** Place of a node of the text at hand. */
export const spanOf = (s: State, node: AstBase): Span => ({
  source: s.source,
  start: node.start,
  end: node.end,
});

/** What a diagnostic about the text of a template says of places. */
export interface Place {
  readonly at: Span;
  readonly labels: readonly Label[];
  readonly notes: readonly string[];
}

/** The place in the template, the call it is instantiated for, and the inlines between. */
export const placeOf = (s: State, node: AstBase): Place => ({
  at: spanOf(s, node),
  labels:
    s.call === undefined
      ? []
      : [
          {
            span: s.call,
            message: `\`${s.template}\` ${s.role ?? "is instantiated for this call"}`,
          },
        ],
  notes:
    s.stack.length === 0 ? [] : [`in ${s.stack.map((n) => `\`${n}\``).join(", called from ")}`],
});

/** Gives up; caught where templates are bound and instantiated. */
export const fail = (diagnostic: Diagnostic): never => {
  throw new DiagnosticError(diagnostic);
};

/** Counts a step of evaluation. */
export function spend(s: State, node: AstBase): void {
  if (++s.steps > LIMITS.steps)
    fail(
      codes.expansionBudget({
        ...placeOf(s, node),
        template: s.template,
        limit: `${LIMITS.steps} steps`,
      }),
    );
}

const sizes = new WeakMap<Node, number>();
/** Nodes of an expression written out, shared parts counted each time. */
function sizeOf(node: Node): number {
  if (node.kind === "tir.IntImm" || node.kind === "tir.Var" || node.kind === "tir.Buffer") return 1;
  const known = sizes.get(node);
  if (known !== undefined) return known;
  let size = 1;
  children(node, (child) => {
    size += sizeOf(child);
  });
  sizes.set(node, size);
  return size;
}

/** Appends a statement to the list at hand. */
export function emit(s: State, stmt: Stmt, at: AstBase): void {
  s.nodes += 1;
  switch (stmt.kind) {
    case "tir.Store":
      s.nodes += sizeOf(stmt.value);
      for (const index of stmt.indices) s.nodes += sizeOf(index);
      break;
    case "tir.Bind":
      s.nodes += sizeOf(stmt.value);
      break;
    case "tir.If":
    case "tir.While":
      s.nodes += sizeOf(stmt.cond);
      break;
    default:
      break;
  }
  if (s.nodes > LIMITS.nodes) tooLarge(s, at);
  s.statements.push(stmt);
}

const tooLarge = (s: State, at: AstBase): never =>
  fail(
    codes.expansionBudget({
      ...placeOf(s, at),
      template: s.template,
      limit: `${LIMITS.nodes} nodes`,
    }),
  );

/** Refuses an expression that alone is larger than an instance may be; shared parts grow fast. */
export function checkSize(s: State, e: Node, at: AstBase): void {
  if (sizeOf(e) > LIMITS.nodes) tooLarge(s, at);
}

/** Runs `body` with a list of its own, and gives what it emitted. */
export function collect(s: State, body: () => void): Stmt {
  const saved = s.statements;
  s.statements = [];
  try {
    body();
    return seq(s.statements);
  } finally {
    s.statements = saved;
  }
}
