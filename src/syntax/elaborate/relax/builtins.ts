/** Run-time builtins that text of 2022 calls by name (`vm.builtin.…`) and that are operators. */

const OPERATORS: Readonly<Record<string, string>> = {
  "vm.builtin.shape_of": "shape_of",
  "vm.builtin.tensor_to_shape": "tensor_to_shape",
};

/** The operator that a builtin is. */
export const opOfBuiltin = (name: string): string | undefined =>
  Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
