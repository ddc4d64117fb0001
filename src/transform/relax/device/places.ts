/** Where the values of a function are: values that meet in an operator are on one device. */
import type { Binding, Call, Expr, Func, SeqExpr, Var } from "../../../ir/relax/expr.js";
import type { StructInfo, VDevice } from "../../../ir/relax/struct-info.js";
import { lookupOp } from "../../../op/registry.js";
import { opName } from "../algebra/rewrite-calls.js";
import { eachBlock } from "../rewrite/index.js";
import { sameDevice } from "./device.js";

/** Tensors on one device; `parent` leads to the one that stands for all of them. */
interface Cell {
  parent?: Cell;
  device: VDevice | undefined;
}

/** The cell of a tensor, or the places of the fields of a tuple; undefined for what is on no device. */
type Place = { readonly cell: Cell } | { readonly fields: readonly Place[] } | undefined;

/** What is known of the devices of a function's values. */
export interface Places {
  /** The type with the devices of a value. */
  typeOf(type: StructInfo, value: Expr): StructInfo;
  /** The type with the devices of a field of a variable. */
  typeOfField(type: StructInfo, v: Var, field: number): StructInfo;
}

/** Finds devices from types, moves and hints; a hint also tells where its operand is when nothing else does. */
export function findPlaces(func: Func, hinted: (call: Call) => VDevice | undefined): Places {
  const known = new Map<Var, Place>();
  const placeOf = (e: Expr | Func): Place => {
    switch (e.kind) {
      case "relax.Var": {
        if (!known.has(e)) known.set(e, newPlace(e.sinfo));
        return known.get(e);
      }
      case "relax.Tuple":
        return { fields: e.fields.map(placeOf) };
      case "relax.TupleGetItem":
        return fieldOf(placeOf(e.tuple), e.index);
      default:
        return undefined;
    }
  };
  const bindings: Binding[] = [];
  const results: [Expr, Place][] = [[func.body.body, newPlace(func.retSinfo)]];
  const branch = (seq: SeqExpr, into: Var): void => void results.push([seq.body, placeOf(into)]);
  eachBlock(func.body, (block) => {
    for (const b of block.bindings) {
      bindings.push(b);
      if (b.value.kind === "relax.If") {
        branch(b.value.then, b.var);
        branch(b.value.otherwise, b.var);
      }
    }
  });
  const hints: [Expr, VDevice][] = [];
  for (const b of bindings) {
    const device = b.value.kind === "relax.Call" ? hinted(b.value) : undefined;
    if (device === undefined) continue;
    cellsOf(placeOf(b.var)).forEach((cell) => give(cell, device));
    hints.push([(b.value as Call).args[0]!, device]);
  }
  for (const [value, place] of results) unify(placeOf(value), place);
  for (const { value, var: v } of bindings) {
    if (value.kind !== "relax.Call") unify(placeOf(v), placeOf(value));
    else if (isTogether(value)) meet([...value.args.map(placeOf), placeOf(v)].flatMap(cellsOf));
  }
  for (const [operand, device] of hints) cellsOf(placeOf(operand)).forEach((c) => give(c, device));
  return {
    typeOf: (type, value) => withDevices(type, placeOf(value)),
    typeOfField: (type, v, field) => withDevices(type, fieldOf(placeOf(v), field)),
  };
}

const newPlace = (info: StructInfo | undefined): Place => {
  if (info?.kind === "relax.TensorInfo") return { cell: { device: info.vdevice } };
  return info?.kind === "relax.TupleInfo" ? { fields: info.fields.map(newPlace) } : undefined;
};

const fieldOf = (place: Place, index: number): Place =>
  place !== undefined && "fields" in place ? place.fields[index] : undefined;

const cellsOf = (place: Place): readonly Cell[] => {
  if (place === undefined) return [];
  return "cell" in place ? [place.cell] : place.fields.flatMap(cellsOf);
};

/** Whether operands and results of a call are on one device. */
function isTogether(call: Call): boolean {
  const name = opName(call) ?? "";
  const op = lookupOp(name);
  return op !== undefined && (op.structural !== true || /^call_(tir|dps_packed)/.test(name));
}

function rootOf(cell: Cell): Cell {
  let root = cell;
  while (root.parent !== undefined) root = root.parent;
  for (let c = cell; c !== root;) {
    const next: Cell = c.parent!;
    c.parent = root;
    c = next;
  }
  return root;
}

/** A device for a value that has none. */
function give(cell: Cell, device: VDevice): void {
  rootOf(cell).device ??= device;
}

/** Two values on one device; those on different ones stay apart, which the check of types reports. */
function join(a: Cell, b: Cell): void {
  const [x, y] = [rootOf(a), rootOf(b)];
  if (x === y) return;
  if (x.device !== undefined && y.device !== undefined && !sameDevice(x.device, y.device)) return;
  y.device ??= x.device;
  x.parent = y;
}

const meet = (cells: readonly Cell[]): void =>
  cells.slice(1).forEach((cell, i) => join(cells[i]!, cell));

function unify(a: Place, b: Place): void {
  const [x, y] = [cellsOf(a), cellsOf(b)];
  if (x.length === y.length) x.forEach((cell, i) => join(cell, y[i]!));
}

function withDevices(type: StructInfo, place: Place): StructInfo {
  if (place === undefined) return type;
  if (type.kind === "relax.TensorInfo" && "cell" in place) {
    const { device } = rootOf(place.cell);
    return type.vdevice !== undefined || device === undefined ? type : { ...type, vdevice: device };
  }
  if (type.kind !== "relax.TupleInfo" || !("fields" in place)) return type;
  const fields = type.fields.map((f, i) => withDevices(f, place.fields[i]));
  return fields.every((f, i) => f === type.fields[i]) ? type : { ...type, fields };
}
