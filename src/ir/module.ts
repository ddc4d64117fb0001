/** Modules: named functions plus attributes and global infos. */
import type { Origin, Span } from "../support/source.js";
import { noAttrs, type Attrs, type NodeBase } from "./core/node.js";
import type { Func } from "./relax/expr.js";
import type { DeviceMesh, FuncInfo, VDevice } from "./relax/struct-info.js";
import type { PrimFunc } from "./tir/function.js";

/** Reference to a module-level function, by name. Equal when the names are. */
export interface GlobalVar extends NodeBase {
  readonly kind: "ir.GlobalVar";
  readonly name: string;
}
/** External (packed) function. */
export interface ExternFunc extends NodeBase {
  readonly kind: "ir.ExternFunc";
  readonly symbol: string;
  /** Absent: opaque, impure. */
  readonly sinfo?: FuncInfo | undefined;
}
/** `T.target({...})`; a command-line string is kept as `{"kind": …, options}`. */
export interface Target extends NodeBase {
  readonly kind: "ir.Target";
  readonly config: Attrs;
  readonly host?: Target | undefined;
}
/** `I.dummy_global_info()` */
export interface DummyGlobalInfo extends NodeBase {
  readonly kind: "ir.DummyGlobalInfo";
}
export type GlobalInfo = VDevice | DeviceMesh | DummyGlobalInfo;
export type BaseFunc = PrimFunc | Func | ExternFunc;

export interface IRModule extends NodeBase {
  readonly kind: "ir.Module";
  /** A hint; not significant for equality. Empty for the implicit module of loose functions, which prints without a class. */
  readonly name: string;
  /** In source order; equality ignores the order. */
  readonly functions: ReadonlyMap<string, BaseFunc>;
  readonly attrs: Attrs;
  readonly globalInfos: ReadonlyMap<string, readonly GlobalInfo[]>;
  /** Canonical text of the templates that lower operators of this module; absent without any. */
  readonly templates?: string | undefined;
  /** Where their text is from; as spans, not part of what a module means. */
  readonly templatesOrigin?: Origin | undefined;
}

export const globalVar = (name: string, span?: Span): GlobalVar => ({
  kind: "ir.GlobalVar",
  name,
  span,
});
export const externFunc = (symbol: string, sinfo?: FuncInfo, span?: Span): ExternFunc => ({
  kind: "ir.ExternFunc",
  symbol,
  sinfo,
  span,
});
export const irModule = (
  functions: ReadonlyMap<string, BaseFunc>,
  more?: {
    name?: string;
    attrs?: Attrs;
    globalInfos?: IRModule["globalInfos"];
    templates?: string | undefined;
    templatesOrigin?: Origin | undefined;
    span?: Span | undefined;
  },
): IRModule => ({
  kind: "ir.Module",
  name: more?.name ?? "Module",
  functions,
  attrs: more?.attrs ?? noAttrs,
  globalInfos: more?.globalInfos ?? new Map(),
  templates: more?.templates,
  templatesOrigin: more?.templatesOrigin,
  span: more?.span,
});
