/** Inputs of a function at some sizes, and what the interpreter makes of them. */
import * as assert from "uvu/assert";
import { makeInputs } from "../../../src/driver/inputs.js";
import { signaturesOf } from "../../../src/driver/run.js";
import { interpret } from "../../../src/interp/index.js";
import type { IRModule } from "../../../src/ir/module.js";
import type { Value } from "../../../src/support/value.js";

export type Sizes = Readonly<Record<string, number>>;

export const inputsAt = (reference: IRModule, entry: string, sizes: Sizes): readonly Value[] =>
  makeInputs(signaturesOf(reference).get(entry)!, {
    symbols: new Map(Object.entries(sizes)),
    shapes: new Map(),
    given: new Map(),
    seed: 1,
  });

export function interpreted(reference: IRModule, entry: string, args: readonly Value[]): Value {
  const outcome = interpret(reference, entry, args);
  assert.ok(outcome.ok);
  return outcome.value;
}
