/** Diagnostics of R code while it is read: SCO060–099, TYP050–099. */
import { defineCodes } from "../support/diagnostic.js";

const scope = defineCodes("SCO", {
  undefinedValue: {
    number: 60,
    message: "the name `{name}` is not defined here",
    explain: "A name in an R function must be a parameter, an earlier binding, a symbol of the signature, or a function.",
  },
  undefinedSymbol: {
    number: 61,
    message: "symbol `{name}` is not introduced by the signature",
    hint: 'give one parameter the plain dimension "{name}", or declare `{name} = T.int64()`',
  },
  branchOnly: {
    number: 62,
    message: "`{name}` is visible only inside its branch",
    hint: "bind it last in both branches, under the same name",
  },
  dataflowOnly: {
    number: 63,
    message: "`{name}` is visible only inside its dataflow block",
    hint: "add it to the block's output: `R.output(…, {name})`",
  },
  outputTwice: { number: 64, message: "a dataflow block has one `R.output`", hint: "merge the two" },
  afterOutput: { number: 65, message: "nothing can be bound after `R.output`", hint: "move it above `R.output`" },
  outputOutside: {
    number: 66,
    message: "`R.output` stands outside a dataflow block",
    hint: "put it last below `with R.dataflow():`",
  },
  outputUnknown: { number: 67, message: "`{name}` is not bound in this dataflow block" },
  branchResult: {
    number: 68,
    message: "the branches bind different names last: `{first}` and `{second}`",
    hint: "an `if` gives one value: bind the same name last in both branches",
  },
  emptyBranch: { number: 69, message: "this branch binds nothing", hint: "bind the result of the `if` here" },
  elseMissing: { number: 70, message: "an `if` in an R function needs an `else`", hint: "add `else:` that binds `{name}`" },
  ifInDataflow: {
    number: 71,
    message: "a dataflow block holds no control flow",
    hint: "end the block before the `if`",
  },
  symbolDType: {
    number: 72,
    message: "`{name}` is {first} by the signature, and {second} here",
    hint: "symbols of R are int64",
  },
  symbolTaken: {
    number: 73,
    message: "`{name}` is a value already and cannot be declared a symbol",
    hint: "choose another name",
  },
  returnMissing: { number: 74, message: "function `{name}` returns nothing", hint: "end it with `return value`" },
  returnLast: { number: 75, message: "`return` stands once, at the end of the function" },
  returnValue: { number: 76, message: "`return` needs a value", hint: "return `R.tuple()` for nothing" },
  liftedFunction: {
    number: 77,
    severity: "warning",
    message: "T function `{name}` inside an R function is moved to the module",
    hint: "write it at module level",
  },
  statementNotAllowed: { number: 78, message: "{construct} cannot stand in an R function" },
  expressionNotAllowed: { number: 79, message: "{construct} cannot stand in an R function" },
  chainedAssignment: { number: 80, message: "`a = b = c` is not part of the language", hint: "write two bindings" },
  badTarget: { number: 81, message: "{what} cannot be assigned to", hint: "bind a name" },
  metaProgramming: { number: 82, message: "`R.{name}` runs Python while the text is read", hint: "{instead}" },
  unknownOperator: { number: 83, message: "there is no operator `{name}`" },
  builderCall: { number: 84, message: "`R.{name}` is a builder of TVM, not part of the text", hint: "{instead}" },
  recursionType: {
    number: 85,
    message: "`{name}` calls itself and has no return type",
    hint: "write `-> R.Tensor(…)` so that the call has a type",
  },
  attrsTwice: { number: 86, message: "attribute `{key}` is given twice", hint: "remove one of them" },
  attrsPlace: { number: 87, message: "`R.func_attr` stands at the top of a function's body, not in a block" },
  privateSymbol: {
    number: 88,
    message: "a private function has no `global_symbol`",
    hint: "remove the attribute or `private=True`",
  },
  symbolName: {
    number: 89,
    message: "the global symbol \"{symbol}\" is not the name of function `{name}`",
    hint: "rename the function to `{symbol}`",
  },
  dataflowTarget: {
    number: 90,
    severity: "warning",
    message: "`as {name}` has no meaning after `with R.dataflow()`",
    hint: "remove it",
  },
  dataflowNested: { number: 91, message: "a dataflow block cannot stand inside another one", hint: "merge the two" },
  pythonModule: { number: 92, message: "{what} is Python and cannot be imported as text", hint: "{instead}" },
  macroReturn: { number: 93, message: "macro `{name}` must end with `return value`" },
});

const type = defineCodes("TYP", {
  tupleParens: {
    number: 50,
    severity: "warning",
    message: "`({text})` is not a tuple",
    hint: "write `({text},)` for a tuple of one",
  },
  expectedType: { number: 51, message: "{what} is not a type", hint: 'e.g. `R.Tensor((2, 3), "float32")`, `R.Shape`, `R.Any`' },
  typeKeyword: { number: 52, message: "`R.{type}` has no parameter `{name}`" },
  typeArgument: { number: 53, message: "`R.{type}` takes at most {limit} arguments" },
  rankAndShape: { number: 54, message: "the shape has {found} dimensions, and `ndim` says {ndim}", hint: "remove `ndim`" },
  badRank: { number: 55, message: "`ndim` must be an integer that is at least -1" },
  expectedDType: { number: 56, message: "a dtype is expected here", hint: 'e.g. `"float32"`' },
  expectedShape: { number: 57, message: "{what} is not a shape", hint: "write the dimensions in parentheses: `(2, n)`" },
  dimensionDType: { number: 58, message: "a dimension is an integer, and this is {dtype}" },
  stringDimension: {
    number: 59,
    message: "dimensions in strings stand in signatures only",
    hint: "write the name without quotes",
  },
  unknownKeyword: { number: 60, message: "`{op}` has no parameter `{name}`" },
  missingArgument: { number: 61, message: "`{op}` lacks argument `{name}`" },
  tooManyArguments: { number: 62, message: "`{op}` takes {limit} argument(s), but is given {count}" },
  repeatedArgument: { number: 63, message: "`{op}` gets `{name}` twice" },
  numberForTensor: {
    number: 64,
    message: "{value} is a number, and `{op}` needs a tensor for `{name}`",
    hint: "write `R.const({value}, dtype)`",
  },
  expectedArgument: { number: 65, message: "`{op}` needs {expected} for `{name}`, and this is {found}" },
  tensorEquality: {
    number: 66,
    message: "`{op}` does not compare tensors",
    hint: "write `R.{instead}(a, b)`",
  },
  operatorKind: { number: 67, message: "`{op}` takes tensors or scalars, and this is {found}" },
  operatorUnknown: { number: 68, message: "`{op}` is not an operator on tensors", hint: "{instead}" },
  tupleIndex: { number: 69, message: "a tuple is indexed by a constant that is not negative" },
  indexRange: {
    number: 70,
    message: "the tuple has {size} item(s), so there is no item {index}",
    hint: "items are counted from 0: the last one is number {last}",
  },
  notATuple: { number: 71, message: "{what} has no items", hint: "use `R.take` or `R.strided_slice` on tensors" },
  unpackCount: {
    number: 72,
    message: "there are {count} name(s) here, but {values} value(s)",
    hint: "write one name for each value",
  },
  unusedValue: {
    number: 73,
    message: "the value of this call is not used",
    hint: "bind it: `_ = …`",
  },
  noEffect: { number: 74, message: "this statement has no effect", hint: "remove it" },
  notAValue: { number: 75, message: "{what} is not a value", hint: "{instead}" },
  raggedConstant: { number: 76, message: "the lists of this constant differ in length" },
  constantValue: { number: 77, message: "a constant holds numbers and booleans, and this is {found}" },
  constantRange: { number: 78, message: "{value} does not fit {dtype}" },
  unknownMethod: { number: 79, message: "a value of R has no member `{name}`" },
  notCallable: { number: 80, message: "{what} cannot be called" },
  castAnnotation: {
    number: 81,
    message: "the annotation and the type of `R.match_cast` differ",
    hint: "remove the annotation",
  },
  shapeOperand: { number: 82, message: "`match_shape` takes a tensor or a shape" },
  condition: { number: 83, message: "a condition is a tensor or scalar of booleans, and this is {found}" },
  outputType: { number: 84, message: "`{op}` needs the type of its outputs", hint: "{instead}" },
  badDevice: { number: 85, message: "\"{text}\" names no device", hint: 'write `"kind:index:scope"`, e.g. `"llvm:0:global"`' },
  badMesh: { number: 86, message: "a device mesh is `\"mesh[0]\"` or `R.device_mesh((2, 2), I.Range(0, 4))`" },
  expectedIndexMap: { number: 87, message: "an index map is expected here", hint: "e.g. `lambda i, j: (j, i)`" },
  badPlacement: { number: 88, message: "\"{text}\" is no placement", hint: 'write one of `S[axis]` and `R` per mesh axis: `"S[0], R"`' },
  oldOutputs: { number: 89, message: "the shapes and dtypes of the outputs differ in number: {shapes} and {dtypes}" },
});

export const relaxCodes = { ...scope, ...type };
/** The two tables, as the registry of codes lists them. */
export const relaxScopeCodes = scope;
export const relaxTypeCodes = type;
