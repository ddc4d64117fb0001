/**
 * What the elaborators of both dialects share: where names resolve, where diagnostics go, the module's functions.
 *
 * How the parts work together: `elaborate/module.ts` makes the file scope and declares every function of the module
 * ({@link Declared}), then elaborates bodies one by one with `elaborateTirFunction` and `elaborateRelaxFunction`. Those
 * push scopes on `ctx.scope` ({@link withScope}) and define names there ({@link define}).
 */
import type { AstBase, Expr, FunctionDef, Suite } from "../../grammar/ast/nodes.js";
import type { AttrValue } from "../ir/core/node.js";
import type { BaseFunc, ExternFunc } from "../ir/module.js";
import type { FuncInfo } from "../ir/relax/struct-info.js";
import { int32, type DType } from "../support/dtype.js";
import type { Diagnostic, Sink } from "../support/diagnostic.js";
import type { Source, Span } from "../support/source.js";
import { splitPath, type Dialect } from "./dialect-names.js";
import type { StatementList } from "./elaborate/tir/statement-list.js";
import type { TirState } from "./elaborate/tir/state.js";
import type { Era } from "./era.js";
import type { TemplateParts } from "./templates.js";
import type { Value } from "./value.js";
import { lookup, newScope, type Entity, type Scope } from "./scope.js";

export interface ElaborateOptions {
  /** Values of template constants; they win over the file's own. */
  readonly defines?: ReadonlyMap<string, AttrValue>;
  /** Overrides the evidence of the text. */
  readonly era?: Era;
  /** Objects behind `metadata["…"][k]`, by section name. */
  readonly metadata?: ReadonlyMap<string, readonly AttrValue[]>;
  /** Also read functions and classes without a decorator. */
  readonly bare?: boolean;
  /** The tree is of no use afterwards: each function lets go of its part once it is read, which bounds memory. */
  readonly consume?: boolean;
}

/** A function of the module: known by name and dialect before any body is read. */
export interface Declared {
  readonly name: string;
  readonly dialect: "T" | "R" | "extern";
  def?: FunctionDef | undefined;
  readonly extern?: ExternFunc | undefined;
  /** Signature for calls from R, once its elaborator has declared it. */
  info?: FuncInfo | undefined;
  /** Set when its body has been elaborated. */
  func?: BaseFunc | undefined;
}

/** The readers of T, which call each other through the context. */
export interface Readers {
  readonly value: (ctx: ElabContext, expr: Expr) => Value;
  readonly statements: (ctx: ElabContext, suite: Suite, list: StatementList) => void;
}

export interface ElabContext {
  readonly source: Source;
  readonly sink: Sink;
  readonly options: ElaborateOptions;
  /** Functions of the module in source order; functions lifted out of others are added by {@link liftFunction}. */
  readonly functions: Map<string, Declared>;
  /** Class name, or "" for the implicit module. */
  moduleName: string;
  moduleAttrs: ReadonlyMap<string, AttrValue>;
  globalInfos: Map<string, readonly import("../ir/module.js").GlobalInfo[]>;
  /** `@I.ir_module(s_tir=True)` */
  moduleSTir: boolean;
  /** Definitions that lower operators. */
  readonly templates: TemplateParts;
  /** JSON of a metadata section in the file. */
  metadataText: string | undefined;
  /** Whether the file or its host gives template constants. */
  hasConstants: boolean;
  /** The innermost scope. */
  scope: Scope;
  /** Era of the function at hand. */
  era: Era;
  /** Dtype of a bare integer literal that meets no other operand: int32 in T, int64 for dimensions in R. */
  literalInt: DType;
  /** Set while text inside a string is read: all spans are then this one. */
  spanOverride: Span | undefined;
  /** Scope in which the function at hand keeps its symbols. */
  functionScope: Scope | undefined;
  /** Reads an attribute value (set once; breaks the circle between expressions and attributes). */
  readonly attribute: (ctx: ElabContext, expr: Expr) => AttrValue | undefined;
  readonly readers: Readers;
  /** State of the T function at hand. */
  tir: TirState | undefined;
  /** Nesting of expressions, statements and macro expansions. */
  depth: number;
  /** Nesting of macro expansions. */
  macroDepth: number;
}

export const makeContext = (
  source: Source,
  sink: Sink,
  options: ElaborateOptions,
  attribute: ElabContext["attribute"],
  readers: Readers,
): ElabContext => ({
  source,
  sink,
  options,
  functions: new Map(),
  moduleName: "",
  moduleAttrs: new Map(),
  globalInfos: new Map(),
  moduleSTir: false,
  templates: { definitions: [], context: [] },
  metadataText: undefined,
  hasConstants: false,
  scope: newScope(),
  era: options.era ?? "2026",
  literalInt: int32,
  spanOverride: undefined,
  functionScope: undefined,
  attribute,
  readers,
  tir: undefined,
  depth: 0,
  macroDepth: 0,
});

/** Place of a syntax node. */
export const spanOf = (ctx: ElabContext, node: AstBase): Span =>
  ctx.spanOverride ?? { source: ctx.source, start: node.start, end: node.end };

export const report = (ctx: ElabContext, diagnostic: Diagnostic): void =>
  ctx.sink.report(diagnostic);

/** Gives a name a meaning in the innermost scope, hiding outer ones (and, in R, earlier ones). */
export const define = (ctx: ElabContext, name: string, entity: Entity): void => {
  ctx.scope.names.set(name, entity);
};

export const resolve = (ctx: ElabContext, name: string): Entity | undefined =>
  lookup(ctx.scope, name);

/** Runs `body` in a new scope below the present one (or below `parent`). */
export function withScope<T>(ctx: ElabContext, body: () => T, parent: Scope = ctx.scope): T {
  const saved = ctx.scope;
  ctx.scope = newScope(parent);
  try {
    return body();
  } finally {
    ctx.scope = saved;
  }
}

/** Runs `body` in the scope of a loop or block; its names are remembered for messages. */
export function withInnerScope<T>(ctx: ElabContext, body: () => T): T {
  const outer = ctx.scope;
  return withScope(ctx, () => {
    (outer.ended ??= []).push(ctx.scope);
    return body();
  });
}

/** A dialect member that an expression names: `T.axis.spatial`, `tvm.script.ir_module`, `relax.op.add`. */
export interface Member {
  readonly dialect: Dialect;
  /** Dotted, below the dialect: `axis.spatial`. */
  readonly name: string;
}

/** Resolves a dotted name by scope; undefined when its root is not a dialect prefix here. */
export function memberOf(ctx: ElabContext, expr: Expr): Member | undefined {
  if (expr.kind !== "Attribute") return undefined;
  // Nearly all names have one dot.
  if (expr.value.kind === "Name") {
    const root = lookup(ctx.scope, expr.value.id);
    if (root === undefined || root.kind !== "dialect") return undefined;
    return below(root, expr.name);
  }
  let path = expr.name;
  let at: Expr = expr.value;
  while (at.kind === "Attribute") {
    path = `${at.name}.${path}`;
    at = at.value;
  }
  if (at.kind !== "Name") return undefined;
  const root = lookup(ctx.scope, at.id);
  return root?.kind === "dialect" ? below(root, path) : undefined;
}

function below(root: Extract<Entity, { kind: "dialect" }>, path: string): Member | undefined {
  if (root.dialect === "tvm") return splitPath(`tvm.${path}`);
  if (root.dialect === "R" && path.startsWith("op.")) return { dialect: "R", name: path.slice(3) };
  return { dialect: root.dialect, name: root.path === "" ? path : `${root.path}.${path}` };
}

/** The function of the module that an expression names: `cls.f`, `Module.f`, or a bare sibling name. */
export function functionOf(ctx: ElabContext, expr: Expr): string | undefined {
  if (expr.kind === "Name") {
    const entity = lookup(ctx.scope, expr.id);
    return entity?.kind === "function" ? entity.name : undefined;
  }
  if (expr.kind !== "Attribute" || expr.value.kind !== "Name") return undefined;
  return lookup(ctx.scope, expr.value.id)?.kind === "module" ? expr.name : undefined;
}

/** Adds a function that was written inside another one to the module, under a free name made from `hint`. */
export function liftFunction(ctx: ElabContext, hint: string, func: BaseFunc): string {
  let name = hint;
  for (let i = 1; ctx.functions.has(name); i++) name = `${hint}_${i}`;
  ctx.functions.set(name, { name, dialect: "T", func });
  return name;
}
