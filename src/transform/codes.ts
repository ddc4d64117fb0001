/** Diagnostics of passes and pipelines. */
import { defineCodes } from "../support/diagnostic.js";

export const codes = defineCodes("PAS", {
  unknownPass: {
    number: 1,
    message: "there is no pass named `{name}`",
    hint: "`relaxc list passes` shows all of them",
  },
  unknownOption: {
    number: 2,
    message: "the pass `{pass}` has no option `{option}`",
    hint: "its options are: {known}",
  },
  badOption: {
    number: 3,
    message: "option `{option}` of `{pass}` is {found}, but must be {expected}",
  },
  pipelineSyntax: {
    number: 4,
    message: "the pipeline cannot be read at character {position}: {expected} is missing",
    hint: "separate passes by commas and write options in braces after the name",
  },
  unknownPipeline: {
    number: 5,
    message: "there is no pipeline named `@{name}`",
    hint: "there are: {known}",
  },
  wrongLevel: {
    number: 11,
    message:
      "`{pass}` works on TensorIR of level `{from}`, but `{name}` is still of level `{level}`",
    hint: "run {fix} first",
    explain:
      "TensorIR has three levels: `block` (schedulable), `loop` (no blocks) and `flat` (one-dimensional buffers). A pass says from which level it works.",
  },
  notLowEnough: {
    number: 13,
    message: "`{pass}` works on Relax of level `{from}`, but `{name}` still has {what}",
    hint: "run {fix} first",
    explain:
      "Relax has five levels: `graph` (operators), `legal` (calls of T functions), `alloc` (explicit allocations), `planned` (storage with offsets) and `vm` (builtins of the machine). A pass says from which level it works.",
  },
  tooLow: {
    number: 14,
    message:
      "`{pass}` works on Relax down to level `{through}`, but `{name}` is of level `{level}`",
    hint: "run it earlier in the pipeline",
    explain:
      "Once memory is explicit, two equal calls are two pieces of memory, and values may be written to. Passes that take values for immutable have to run before.",
  },
  blockNotReady: {
    number: 12,
    message: "`{pass}` cannot take block `{block}`, which still has {part}",
    hint: "run `{fix}` first",
    explain:
      "A block carries an init, matched buffers and buffers of its own, and a pass of its own lowers each of them. The order is `lower-init-block,lower-match-buffer,plan-allocation,convert-blocks`.",
  },
  noFunction: {
    number: 15,
    message: "`{pass}` is asked for `{name}`, which the module does not have",
    hint: "give the name of one of its functions",
  },
  noParameter: {
    number: 16,
    message: "`{pass}` is given a value for `{param}`, but `{func}` has no parameter of this name",
    hint: "give values for its parameters only",
  },
  parameterType: {
    number: 17,
    message: "`{param}` of `{func}` must be {expected}, but is given {found}",
    hint: "give a tensor of the type of the parameter",
  },
  noSymbol: {
    number: 18,
    message: "`{pass}` is given a value for `{symbol}`, but {where} has no symbol of this name",
    hint: "give values for symbols of the signature only",
  },
  noNumInput: {
    number: 19,
    severity: "warning",
    message: "`{pass}` cannot tell the weights of `{func}` from its inputs",
    hint: "say with `R.func_attr` how many parameters are inputs: the attribute `num_input`",
    explain:
      "Passes over weights take the parameters after the first `num_input` ones for weights, which are the same in every call.",
  },
  vectorExtent: {
    number: 20,
    message: "the vectorised loop over `{loop}` has no constant extent",
    hint: "split the loop by a constant factor and vectorise the inner part",
  },
  unboundIters: {
    number: 21,
    message: "block `{block}` stands outside loops that give its variables values",
    hint: "bind its variables with `T.axis.remap`",
  },
  threadSync: {
    number: 22,
    message: "`T.{name}` makes threads wait for each other, which loops in order cannot do",
    hint: "keep GPU functions for GPU targets",
  },
  indexCount: {
    number: 23,
    message: "`{buffer}` has {rank} dimensions, but {found}, so that no position can be computed",
    hint: "write one stride and one index for each dimension",
    explain:
      "Flattening computes the position of an element as the sum of each index times its stride. Buffers whose layout gives them other coordinates than their shape belong to the hardware that has the layout.",
  },
  dataflowBlock: {
    number: 40,
    message: "`{pass}` works on plain bindings, but `{name}` still has a dataflow block",
    hint: "run `to-non-dataflow` first",
    explain:
      "Explicit memory is written to, and a dataflow block holds values only: its bindings must become plain ones before memory is made explicit.",
  },
  outputSize: {
    number: 41,
    message: "`{name}` needs a known shape and type for its output",
    hint: "write them in `out_ty`",
  },
  noLibrary: {
    number: 42,
    message: "`{pass}` has no library of lowerings to take from",
    hint: "give the context of the pass a `lowering`",
  },
  noDevice: {
    number: 43,
    message: "`{name}` asks for a value on `{device}`, which the module does not declare",
    hint: "declare it among the devices of the module: `I.vdevice` in `I.module_global_infos`",
    explain:
      "Hints name a device by its kind, number and scope. Values can be on devices that the module declares, so that all functions speak of the same ones.",
  },
  layoutNotAgreed: {
    number: 44,
    message:
      "`{name}` takes its parameters in layouts of its own, but `{by}` uses it otherwise than by `R.call_tir`",
    hint: "let it be called by `R.call_tir` only, or leave its parameters as they are",
    explain:
      "A schedule that changes the layout of a parameter changes the function's signature. `propagate-layouts` changes the operands of `R.call_tir` accordingly; it does not see other uses.",
  },
  layoutNotUndone: {
    number: 45,
    message: "output {index} of `{name}` has a layout that cannot be undone",
    hint: "choose a layout whose blocks divide the lengths, and one change for each output",
  },
  otherWeights: {
    number: 46,
    message: "`{pass}` cannot share what `{func}` computes from its weights with `{other}`",
    hint: "give both functions weights of the same types, in the same order",
    explain: "A shared function takes the weights of all functions at once.",
  },
  notInScratchpad: {
    number: 47,
    message: "`{kernel}` runs on a fabric, but `{name}` is in memory of scope `{scope}`",
    hint: 'allocate it with `scope="cgra.spad"`, or in `local` memory if only these loops use it',
    explain:
      "A fabric reaches its scratchpad and its registers. Buffers of `global` memory are copied to the scratchpad around the loops; other memory cannot be.",
  },
  notBroken: {
    number: 30,
    severity: "error",
    message: "after `{pass}` the module is not well-formed any more: {problem}",
    hint: "this is a defect of the pass; report it with the module",
  },
});
