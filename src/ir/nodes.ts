/**
 * The node table: every IR node kind with the role of each of its fields, in the order in which definitions become
 * visible. Walkers, structural equality, hashing, substitution, free variables, JSON and the fuzz generators are
 * derived from it; the types make it complete.
 */
import type { Role } from "./core/node.js";
import type * as M from "./module.js";
import type * as R from "./relax/expr.js";
import type * as S from "./relax/struct-info.js";
import type * as B from "./tir/buffer.js";
import type * as E from "./tir/expr.js";
import type * as F from "./tir/function.js";
import type * as T from "./tir/stmt.js";

export type Node =
  | E.PrimExpr | E.AttrArg | E.DTypeImm
  | B.Buffer | B.Range | B.BufferRegion
  | T.Stmt | T.IterVar | T.MatchBuffer
  | F.Param | F.PrimFunc | F.IndexMap | F.CommReducer
  | S.StructInfo | S.VDevice | S.DeviceMesh
  | R.Expr | R.BindingBlock | R.Binding | R.Func
  | M.Target | M.DummyGlobalInfo | M.IRModule; // prettier-ignore
export type Kind = Node["kind"];
export type NodeOf<K extends Kind> = Extract<Node, { kind: K }>;

/** Where nodes are from in the text is not part of what they mean. */
type Place = "span" | "templatesOrigin";
type Fields<K extends Kind> = {
  readonly [F in Exclude<keyof NodeOf<K>, "kind" | Place>]-?: RoleOf<NodeOf<K>[F]>;
};
/** The roles a field may have by what it holds: walkers take what a role says for granted. */
type RoleOf<Value> = [Value] extends [Node | undefined]
  ? RoleOfNode
  : [Value] extends [readonly Node[] | undefined]
    ? RoleOfNodes
    : Exclude<Role, RoleOfNode | RoleOfNodes>;
type RoleOfNode = "node" | "def" | "match";
type RoleOfNodes = "nodes" | "defs" | "matches";
export type NodeTable = {
  readonly [K in Kind]: { readonly summary: string; readonly fields: Fields<K> };
};

export const nodeTable: NodeTable = {
  "tir.Var": {
    summary: "Variable.",
    fields: { name: "hint", dtype: "value", pointer: "pointer", isSize: "hint" },
  },
  "tir.IntImm": { summary: "Integer constant.", fields: { value: "value", dtype: "value" } },
  "tir.FloatImm": {
    summary: "Floating-point constant.",
    fields: { value: "value", dtype: "value", written: "hint" },
  },
  "tir.StringImm": { summary: "String constant.", fields: { value: "value", dtype: "value" } },
  "tir.Cast": { summary: "Conversion of value.", fields: { value: "node", dtype: "value" } },
  "tir.Binary": {
    summary: "Arithmetic or bit operation.",
    fields: { op: "value", a: "node", b: "node", dtype: "value" },
  },
  "tir.Compare": {
    summary: "Comparison.",
    fields: { op: "value", a: "node", b: "node", dtype: "value" },
  },
  "tir.Logic": {
    summary: "Short-circuit and, or.",
    fields: { op: "value", a: "node", b: "node", dtype: "value" },
  },
  "tir.Unary": { summary: "Negation.", fields: { op: "value", a: "node", dtype: "value" } },
  "tir.Select": {
    summary: "Eager choice.",
    fields: { cond: "node", then: "node", otherwise: "node", dtype: "value" },
  },
  "tir.IfThenElse": {
    summary: "Lazy choice.",
    fields: { cond: "node", then: "node", otherwise: "node", dtype: "value" },
  },
  "tir.Load": {
    summary: "Buffer load.",
    fields: { buffer: "node", indices: "nodes", predicate: "node", dtype: "value" },
  },
  "tir.Ramp": {
    summary: "Vector of equally spaced values.",
    fields: { base: "node", stride: "node", lanes: "node", dtype: "value" },
  },
  "tir.Broadcast": { summary: "Splat.", fields: { value: "node", lanes: "node", dtype: "value" } },
  "tir.Shuffle": {
    summary: "Lanes picked from vectors.",
    fields: { vectors: "nodes", indices: "nodes", dtype: "value" },
  },
  "tir.Let": {
    summary: "Let expression.",
    fields: { value: "node", var: "def", body: "node", dtype: "value" },
  },
  "tir.Call": {
    summary: "Intrinsic call.",
    fields: { op: "value", args: "nodes", attrs: "attrs", dtype: "value" },
  },
  "tir.CallGlobal": {
    summary: "Call of a T function.",
    fields: { callee: "node", args: "nodes", dtype: "value" },
  },
  "tir.AttrArg": { summary: "Literal operand.", fields: { value: "attrs" } },
  "tir.DTypeImm": { summary: "Type as operand.", fields: { value: "value" } },
  "tir.Buffer": {
    summary: "Buffer.",
    fields: {
      name: "hint",
      dtype: "value",
      shape: "matches",
      data: "match",
      strides: "matches",
      elemOffset: "match",
      scope: "value",
      align: "value",
      offsetFactor: "value",
      axisSeparators: "attrs",
      scalar: "value",
      layout: "attrs", // prettier-ignore
    },
  },
  "ir.Range": { summary: "Half-open range.", fields: { min: "node", extent: "node" } },
  "tir.BufferRegion": { summary: "Part of a buffer.", fields: { buffer: "node", region: "nodes" } },
  "tir.For": {
    summary: "Counted loop.",
    fields: {
      min: "node",
      extent: "node",
      step: "node",
      var: "def",
      loopKind: "value",
      threadTag: "value",
      annotations: "attrs",
      body: "node", // prettier-ignore
    },
  },
  "tir.While": { summary: "Loop with a condition.", fields: { cond: "node", body: "node" } },
  "tir.Store": {
    summary: "Buffer store.",
    fields: { buffer: "node", indices: "nodes", value: "node", predicate: "node" },
  },
  "tir.If": {
    summary: "Conditional statement.",
    fields: { cond: "node", then: "node", otherwise: "node" },
  },
  "tir.Seq": { summary: "Statements in order.", fields: { body: "nodes" } },
  "tir.Evaluate": { summary: "Expression statement.", fields: { value: "node" } },
  "tir.Bind": { summary: "Immutable local.", fields: { value: "node", var: "def" } },
  "tir.Alloc": { summary: "Flat allocation.", fields: { buffer: "def", annotations: "attrs" } },
  "tir.Decl": { summary: "Alias of memory.", fields: { buffer: "def" } },
  "tir.AllocConst": { summary: "Table of constants.", fields: { buffer: "def", data: "tensor" } },
  "tir.AttrStmt": {
    summary: "Pragma scope.",
    fields: { node: "attrs", key: "value", value: "node", body: "node" },
  },
  "tir.Assert": {
    summary: "Run-time assertion.",
    fields: { cond: "node", errorKind: "value", message: "attrs" },
  },
  "tir.Jump": { summary: "break, continue.", fields: { jump: "value" } },
  "tir.Return": { summary: "Return.", fields: { value: "node" } },
  "tir.Realize": {
    summary: "Producer allocation.",
    fields: { region: "node", scope: "value", cond: "node", body: "node" },
  },
  "tir.IterVar": {
    summary: "Block or thread variable.",
    fields: { dom: "node", var: "def", iterKind: "value", tag: "value" },
  },
  "tir.MatchBuffer": { summary: "Sub-region view.", fields: { source: "node", buffer: "match" } },
  "tir.Block": {
    summary: "Schedulable unit.",
    fields: {
      name: "value",
      values: "nodes",
      predicate: "node",
      iters: "nodes",
      allocs: "defs",
      matches: "nodes",
      reads: "nodes",
      writes: "nodes",
      annotations: "attrs",
      init: "node",
      body: "node",
      implicitRoot: "hint", // prettier-ignore
    },
  },
  "tir.Param": { summary: "Parameter.", fields: { var: "def", buffer: "match" } },
  "tir.PrimFunc": {
    summary: "TensorIR function.",
    fields: {
      name: "hint",
      params: "nodes",
      retType: "value",
      attrs: "attrs",
      isPrivate: "value",
      sTir: "value",
      persistent: "value",
      body: "node", // prettier-ignore
    },
  },
  "tir.IndexMap": {
    summary: "Index map.",
    fields: { params: "defs", results: "nodes", inverse: "node", separators: "attrs" },
  },
  "tir.CommReducer": {
    summary: "Reducer.",
    fields: { lhs: "defs", rhs: "defs", results: "nodes", identities: "nodes" },
  },
  "relax.ObjectInfo": { summary: "Anything.", fields: {} },
  "relax.PrimInfo": { summary: "Scalar.", fields: { dtype: "value", value: "node" } },
  "relax.ShapeInfo": { summary: "Shape.", fields: { values: "nodes", ndim: "value" } },
  "relax.TensorInfo": {
    summary: "Tensor.",
    fields: { shape: "node", dtype: "value", ndim: "value", vdevice: "node" },
  },
  "relax.TupleInfo": { summary: "Tuple.", fields: { fields: "nodes" } },
  "relax.FuncInfo": {
    summary: "Function.",
    fields: { params: "matches", ret: "node", purity: "value", deriveFunc: "value" },
  },
  "relax.DTensorInfo": {
    summary: "Distributed tensor.",
    fields: { tensor: "node", mesh: "attrs", placement: "value" },
  },
  "ir.VDevice": {
    summary: "Virtual device.",
    fields: { target: "attrs", index: "value", scope: "value" },
  },
  "ir.DeviceMesh": {
    summary: "Device mesh.",
    fields: { shape: "attrs", ids: "attrs", isRange: "value" },
  },
  "relax.Var": {
    summary: "Variable.",
    fields: { name: "hint", sinfo: "match", dataflow: "value", annotated: "hint" },
  },
  "relax.Const": { summary: "Constant tensor.", fields: { data: "tensor", sinfo: "node" } },
  "relax.ShapeExpr": { summary: "Shape value.", fields: { values: "nodes" } },
  "relax.PrimValue": { summary: "Scalar operand.", fields: { value: "node" } },
  "relax.Str": { summary: "String operand.", fields: { value: "value" } },
  "relax.DTypeValue": { summary: "Type operand.", fields: { value: "value" } },
  "relax.Tuple": { summary: "Tuple.", fields: { fields: "nodes" } },
  "relax.TupleGetItem": { summary: "Tuple item.", fields: { tuple: "node", index: "value" } },
  "relax.Op": { summary: "Operator.", fields: { name: "value" } },
  "relax.Call": {
    summary: "Call.",
    fields: { op: "node", args: "nodes", attrs: "attrs", sinfoArgs: "nodes" },
  },
  "relax.If": {
    summary: "Conditional.",
    fields: { cond: "node", then: "node", otherwise: "node" },
  },
  "relax.SeqExpr": {
    summary: "Bindings, then a result.",
    fields: { blocks: "nodes", body: "node" },
  },
  "relax.BindingBlock": {
    summary: "Block of bindings.",
    fields: { dataflow: "value", bindings: "nodes" },
  },
  "relax.VarBinding": { summary: "Binding.", fields: { value: "node", var: "def" } },
  "relax.MatchCast": {
    summary: "Checked refinement.",
    fields: { value: "node", sinfo: "match", var: "def" },
  },
  "relax.Function": {
    summary: "Relax function.",
    fields: {
      name: "hint",
      params: "matches",
      body: "node",
      retSinfo: "node",
      isPure: "value",
      isPrivate: "value",
      attrs: "attrs",
      retInferred: "hint", // prettier-ignore
    },
  },
  "ir.GlobalVar": { summary: "Module-level name.", fields: { name: "value" } },
  "ir.ExternFunc": { summary: "External function.", fields: { symbol: "value", sinfo: "node" } },
  "ir.Target": { summary: "Target.", fields: { config: "attrs", host: "node" } },
  "ir.DummyGlobalInfo": { summary: "Placeholder.", fields: {} },
  "ir.Module": {
    summary: "Module.",
    fields: {
      name: "hint",
      functions: "attrs",
      attrs: "attrs",
      globalInfos: "attrs",
      templates: "value",
    },
  },
};

/** Kinds with identity; an occurrence outside a defining field is a reference and owns nothing. */
export const isBinder = (kind: Kind): boolean =>
  kind === "tir.Var" || kind === "tir.Buffer" || kind === "relax.Var";

export interface Field {
  readonly name: string;
  readonly role: Role;
}

const fieldLists = new Map<string, readonly Field[]>(
  Object.entries(nodeTable).map(([kind, { fields }]) => [
    kind,
    Object.entries(fields).map(([name, role]) => ({ name, role: role as Role })),
  ]),
);

/** Fields of a kind in table order. */
export const fieldsOf = (kind: Kind): readonly Field[] => fieldLists.get(kind)!;

/** A field that may hold nodes. */
export interface OwningField extends Field {
  /** One node, a list of them, or an attribute value with any number inside. */
  readonly holds: "node" | "nodes" | "attrs";
  /** Whether binders in it are met at their definition. */
  readonly defining: boolean;
}

const DEFINING: ReadonlySet<Role> = new Set<Role>(["def", "defs", "match", "matches"]);
const HOLDS: { readonly [R in Role]?: OwningField["holds"] } = {
  node: "node",
  def: "node",
  match: "node",
  nodes: "nodes",
  defs: "nodes",
  matches: "nodes",
  attrs: "attrs",
};

const owningLists = new Map<string, readonly OwningField[]>(
  [...fieldLists].map(([kind, fields]) => [
    kind,
    fields.flatMap(({ name, role }) => {
      const holds = HOLDS[role];
      return holds === undefined ? [] : [{ name, role, holds, defining: DEFINING.has(role) }];
    }),
  ]),
);

/** Of the fields of a kind, those that may hold nodes. */
export const owningFieldsOf = (kind: Kind): readonly OwningField[] => owningLists.get(kind)!;

export const isKind = (kind: string): kind is Kind => fieldLists.has(kind);

/** Whether an attribute value or field value is a node. */
export const isNode = (value: unknown): value is Node =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as { kind?: unknown }).kind === "string";

/** Field access for code derived from the table. */
export const fieldValue = (node: Node, name: string): unknown =>
  (node as unknown as Record<string, unknown>)[name];
