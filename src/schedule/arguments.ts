/** Arguments of a call brought to the parameters of a primitive. */
import { codes } from "./codes.js";
import { describe, type Param } from "./params.js";
import { refuse, type Arguments, type ParamSet, type Primitive } from "./primitive.js";
import type { ScheduleValue } from "./reference.js";
import type { ScheduleState } from "./state.js";

/** As written in a call. */
export interface RawArguments {
  readonly positional?: readonly ScheduleValue[];
  readonly named?: Readonly<Record<string, ScheduleValue>> | undefined;
}

/** Binds, fills in defaults, checks and resolves; refuses what does not fit. */
export function bindArguments<P extends ParamSet>(
  primitive: Primitive<P>,
  { positional = [], named = {} }: RawArguments,
  state: ScheduleState,
): { readonly raw: ReadonlyMap<string, ScheduleValue>; readonly values: Arguments<P> } {
  const { name } = primitive;
  const params = Object.entries(primitive.params) as [string, Param<unknown>][];
  const shown = params.map(([key]) => `\`${key}\``).join(", ") || "no arguments";
  const raw = new Map<string, ScheduleValue>();
  const variadic = params.findIndex(([, p]) => p.variadic === true);
  const rest = positional.slice(variadic < 0 ? params.length : variadic);
  if (variadic < 0 && rest.length > 0)
    refuse(codes.tooManyArguments({ primitive: name, found: positional.length, most: params.length, params: shown })); // prettier-ignore
  params.forEach(([key, param], k) => {
    if (param.variadic !== true) {
      if (k < positional.length && (variadic < 0 || k < variadic)) raw.set(key, positional[k]!);
      return;
    }
    const isOneList = rest.length === 1 && Array.isArray(rest[0]);
    if (rest.length > 0 || !(key in named)) raw.set(key, isOneList ? rest[0]! : rest);
  });
  for (const [key, value] of Object.entries(named)) {
    if (!(key in primitive.params))
      refuse(codes.argumentUnknown({ primitive: name, param: key, params: shown }));
    if (raw.has(key)) {
      const found = `given twice, as ${describe(raw.get(key)!)} and as ${describe(value)}`;
      refuse(codes.argumentType({ primitive: name, param: key, found, expected: "given once" }));
    }
    raw.set(key, value);
  }
  const values: Record<string, unknown> = {};
  const ordered = new Map<string, ScheduleValue>();
  for (const [key, param] of params) {
    const value = raw.has(key) ? raw.get(key)! : param.fallback;
    if (value === undefined)
      return refuse(codes.argumentMissing({ primitive: name, param: key, params: shown }));
    ordered.set(key, value);
    values[key] = param.read(value, { state, primitive: name, param: key });
  }
  return { raw: ordered, values: values as Arguments<P> };
}
