/** What can go wrong in the virtual machine. */
import { defineCodes } from "../support/diagnostic.js";

export const codes = defineCodes("RUN", {
  badCode: {
    number: 101,
    message: "the bytecode of `{name}` cannot be run: {reason}",
    hint: "build the artefact again",
    explain: "The machine checks all code before it runs any of it.",
  },
  missingHost: {
    number: 102,
    message: "the program needs host functions that are not there: {names}",
    hint: "register them when the program is loaded",
  },
  missingKernels: {
    number: 103,
    message: "the program has no code for these kernels: {names}",
    hint: "build the artefact again",
  },
  noFunction: { number: 104, message: "the program has no function `{name}`" },
  argumentCount: {
    number: 105,
    message: "`{name}` takes {expected} arguments, but got {actual}",
  },
  argumentKind: {
    number: 106,
    message: "parameter `{param}` of `{name}` takes {expected}, but got {actual}",
  },
  argumentRank: {
    number: 107,
    message: "parameter `{param}` of `{name}` has {expected} axes, but the tensor has {actual}",
  },
  argumentShape: {
    number: 108,
    message: "axis {axis} of `{param}` of `{name}` is {actual}, but `{dimension}` is {expected}",
    hint: "pass sizes that agree: axis {axis} of `{param}` must be {expected}",
  },
  matchFailed: {
    number: 109,
    message: "the value of `{name}` does not match: {found} instead of {expected}",
  },
  guardFailed: {
    number: 110,
    message: "`{name}` stays in bounds only if `{condition}`, but it is called with {values}",
    hint: "call it with sizes for which it holds, or correct the access that needs it",
    explain:
      "The function's accesses are in bounds only if the condition holds, so it is checked on entry.",
  },
  kernelStopped: { number: 111, message: "the kernel `{name}` stopped: {reason}" },
  outOfMemory: { number: 112, message: "there is no room for {bytes} bytes" },
  storageSize: {
    number: 113,
    message: "a tensor of {bytes} bytes at offset {offset} does not fit a storage of {size}",
  },
  operand: { number: 114, message: "`{name}` takes {expected}, but got {actual}" },
  userAssert: { number: 115, message: "the assertion failed: {text}" },
  stepLimit: {
    number: 116,
    message: "the program did not end within {limit} steps",
    hint: "raise the limit, or look for a loop that never ends",
  },
  callDepth: {
    number: 117,
    message: "calls of `{name}` are nested more than {limit} deep",
    hint: "look for a recursion that never ends",
  },
  unsetRegister: { number: 118, message: "register %{register} has no value here" },
  hostFailed: { number: 119, message: "the host function `{name}` failed: {reason}" },
  noInput: { number: 120, message: "`{name}` has no inputs yet", hint: "call setInput first" },
  noOutput: {
    number: 121,
    message: "`{name}` has no output yet",
    hint: "call invokeStateful first",
  },
  tupleIndex: { number: 122, message: "there is no item {index} in a tuple of {size}" },
  shapeOverflow: { number: 123, message: "a dimension does not fit 64 bits" },
  shapeDivision: { number: 124, message: "a dimension is divided by zero" },
  negativeExtent: { number: 125, message: "the shape ({dims}) has a negative dimension" },
  noGraph: {
    number: 126,
    message: "`{name}` was not built for the graph executor",
    hint: "build it with `--executor graph`, or run it with `--executor vm`",
  },
  sizesNeeded: {
    number: 127,
    message: "`{name}` has sizes without values: {symbols}",
    hint: "give them, e.g. `--shape {given}`",
    explain: "The graph executor lays out all memory before it runs, so every size needs a value.",
  },
  graphSizes: {
    number: 128,
    message: "the sizes of `{name}` do not agree: {left} is {a}, but {right} is {b}",
    hint: "pass sizes for which the two are equal",
  },
  disposed: { number: 129, message: "the program was disposed of", hint: "load it again" },
  inputName: {
    number: 130,
    message: "`{name}` has no parameter `{input}`; its parameters are {known}",
    hint: "name each input as the program does",
  },
  inputMissing: {
    number: 131,
    message: "`{name}` got no value for {inputs}",
    hint: "set every input before the call",
  },
  inputData: {
    number: 132,
    message: "input `{input}` of `{name}` is {actual}, but {expected} is needed",
    hint: "pass the array type of the element type, and as many elements as the shape has",
  },
  noNativeCode: {
    number: 133,
    message: "`{name}` holds native code, which this program does not run",
    hint: "build it with `--target wasm`, or run it with `relaxc run`",
    explain: "Browsers, and programs that load the runtime alone, run WebAssembly.",
  },
  missingInstructions: {
    number: 134,
    message: "`{name}` needs {features}, which this engine of WebAssembly lacks",
    hint: "build it for `--target wasm`, or run it on Node 21 or newer",
    explain:
      "Relaxed SIMD rounds a product and a sum at once. `relaxc doctor` shows what the engine has.",
  },
  noSharedMemory: {
    number: 135,
    message:
      "`{name}` was built for {threads} threads, and there is no memory that threads share here",
    hint: "build it without `-num-cores`; in a browser, serve the page isolated (COOP and COEP headers)",
    explain:
      "WebAssembly threads work on one `SharedArrayBuffer`. Browsers offer it to pages that no other page can reach.",
  },
});
