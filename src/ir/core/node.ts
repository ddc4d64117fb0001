/**
 * What all IR nodes share. Nodes are plain readonly objects made by factories and never changed; a rewrite returns
 * the same object when nothing changed. Binders (`tir.Var`, `tir.Buffer`, `relax.Var`) have identity: two variables
 * of one name are two variables. Spans are ignored by equality.
 */
import type { DType } from "../../support/dtype.js";
import type { Int } from "../../support/int.js";
import type { NDArray } from "../../support/ndarray.js";
import type { Span } from "../../support/source.js";
import type { Node } from "../nodes.js";

export interface NodeBase {
  readonly span?: Span | undefined;
}

/**
 * Attribute values. Integers are `Int`; floats are `tir.FloatImm` (float64 when written bare), so that `1` and `1.0`
 * differ; typed constants are `tir.IntImm`/`tir.FloatImm`; dictionaries are maps.
 */
export type AttrValue = null | boolean | Int | string | readonly AttrValue[] | Attrs | Node;
export type Attrs = ReadonlyMap<string, AttrValue>;
export const noAttrs: Attrs = new Map();

/**
 * Role of a field; everything generic (walkers, equality, hash, JSON, generators) is derived from it.
 * - `node`, `nodes`: owned children or occurrences of binders. Absent (`undefined`) is allowed for optional fields.
 * - `def`, `defs`: binders defined here; visible to the fields after it (and, in a `tir.Seq`, to later statements).
 * - `match`, `matches`: as `def`/`node`, and symbols that occur here for the first time are defined here
 *   (parameters, match_cast, match_buffer).
 * - `attrs`: an `AttrValue` (may hold nodes).
 * - `value`: plain data compared with `Object.is`. `tensor`: an `NDArray` compared bytewise. `pointer`: a `PointerType`.
 * - `hint`: ignored by equality and hash, kept by JSON.
 */
export type Role =
  | "node"
  | "nodes"
  | "def"
  | "defs"
  | "match"
  | "matches"
  | "attrs"
  | "value"
  | "tensor"
  | "pointer"
  | "hint";

export type PlainValue = string | boolean | Int | DType | NDArray | undefined;
