/** Calls in steps: inputs are set, the function is invoked, outputs are taken. */
import type { Value } from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "./context.js";
import type { Machine } from "./machine.js";

export interface Session {
  /** Keeps the arguments of a function; their number must be that of its parameters. */
  setInput(name: string, args: readonly Value[]): void;
  /** Runs the function on its inputs and keeps the result. */
  invokeStateful(name: string): void;
  /** The result, or a member of a (nested) tuple. */
  getOutput(name: string, ...path: readonly number[]): Value;
  /** Number of members of the result or of a member; −1 when it is no tuple. */
  getOutputArity(name: string, ...path: readonly number[]): number;
}

export function makeSession(machine: Machine): Session {
  const inputs = new Map<string, readonly Value[]>();
  const outputs = new Map<string, Value>();
  const outputAt = (name: string, path: readonly number[]): Value => {
    let value = outputs.get(name) ?? fail(codes.noOutput({ name }));
    for (const index of path) {
      const fields: readonly Value[] = value.kind === "tuple" ? value.fields : [];
      value = fields[index] ?? fail(codes.tupleIndex({ index, size: fields.length }));
    }
    return value;
  };
  return {
    setInput(name, args) {
      const params = machine.paramsOf(name) ?? fail(codes.noFunction({ name }));
      if (params.length !== args.length) {
        fail(codes.argumentCount({ name, expected: params.length, actual: args.length }));
      }
      inputs.set(name, args);
    },
    invokeStateful(name) {
      const args = inputs.get(name) ?? fail(codes.noInput({ name }));
      outputs.set(name, machine.invoke(name, args));
    },
    getOutput: (name, ...path) => outputAt(name, path),
    getOutputArity(name, ...path) {
      const value = outputAt(name, path);
      return value.kind === "tuple" ? value.fields.length : -1;
    },
  };
}
