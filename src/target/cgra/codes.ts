/** Codes of the CGRA target. */
import { defineCodes } from "../../support/diagnostic.js";

export const codes = defineCodes("MAP", {
  unknownOpClass: {
    number: 1,
    message: "there is no class of operations `{name}`",
    hint: "the classes are {known}",
    explain:
      "A processing element executes whole classes of operations; single ones cannot be left out.",
  },
  noSuchElement: {
    number: 2,
    message: "there is no processing element {element}: the fabric has {count}",
    hint: "elements are numbered by rows from 0: row * cols + column",
    explain: "Overrides, banks, streams and links name processing elements by number.",
  },
  unreachableBank: {
    number: 3,
    message: "no processing element that reaches bank `{bank}` executes loads and stores",
    hint: 'give one of them the class "mem", or drop the bank',
    explain: "A bank that nothing can access is a mistake of the description.",
  },
  disconnected: {
    number: 4,
    severity: "warning",
    message: "values cannot get from processing element {from} to {to}",
    explain:
      "Links run one way. A fabric whose elements do not all reach each other maps few kernels.",
  },
  readPorts: {
    number: 5,
    message: "the register files have {read} read port(s), and an operation may take two operands",
    hint: "give `rf.read` at least 2",
    explain: "Both operands of an operation may stand in the register file of its element.",
  },
  unknownFabric: {
    number: 6,
    message: "there is no fabric `{name}`",
    hint: "{suggestion}",
    explain: "A fabric is a preset (`relaxc list fabrics`) or a file `*.fabric.json`.",
  },
  unknownOpcode: {
    number: 20,
    message: "there is no operation `{op}`",
    hint: "{suggestion}",
    explain:
      "Operations are those of the fabric; graphs of other tools may also use the names of LLVM and Morpher.",
  },
  nodeNumbers: {
    number: 21,
    message: "two nodes have the number {id}",
    explain: "Edges name nodes by number.",
  },
  edgeEnd: {
    number: 22,
    message: "there is no node {id}",
    explain: "An edge is [from, to, distance, kind]; its ends are numbers of nodes.",
  },
  cycleWithoutDistance: {
    number: 23,
    message: "the value of node {id} depends on itself within one iteration",
    hint: "an edge into an earlier operation carries its value to a later iteration: give it a distance",
    explain: "A cycle of edges whose distances add up to 0 can never be executed.",
  },
  noNodes: {
    number: 24,
    message: "the graph has no nodes",
    explain: "There is nothing to map.",
  },
  unsupportedOp: {
    number: 40,
    message: "no processing element of `{fabric}` executes `{op}`",
    hint: "add its class `{class}` to an element, or compute it on the host",
    explain: "Each operation of a loop body needs an element that executes its class.",
  },
  notMapped: {
    number: 41,
    message: "`{graph}` was not mapped to `{fabric}`: {reason}",
    hint: "{suggestion}",
    explain:
      "The search stops at a limit of time or initiation interval. The report tells what each interval failed by.",
  },
  noSolver: {
    number: 43,
    message: "`{command}` does not solve satisfiability problems here",
    hint: "install it, or leave `--solver` out: there is a solver within",
    explain:
      "A solver reads a file in DIMACS form, prints the model in lines `v`, and ends with status 10 or 20, as cadical and minisat do.",
  },
  deepConfiguration: {
    number: 42,
    message:
      "the interval cannot be below {ii}, and an element holds {depth} words of configuration",
    hint: "split the loop body, or use a fabric with a greater `cfg.depth`",
    explain: "Every cycle of the interval takes one word in each element.",
  },
  fabricText: {
    number: 300,
    message: "{what}",
    explain:
      "A fabric of text is a function under `@C.fabric` whose body is calls: `C.grid(4, 4)`, `C.pe(ops=[…])`, `C.override(pes=C.col(0), ops_add=[…])`, `C.bank(…)`, `C.stream(…)`, `C.loops(2)` and others. It says what a file *.fabric.json says.",
  },
  severalFabrics: {
    number: 301,
    message: "`{path}` has several fabrics: {names}",
    hint: "name one: {path}:NAME",
    explain: "A command works with one fabric.",
  },
  notModelled: {
    number: 302,
    message: "{what}",
    hint: "{instead}",
    explain:
      "Fields describe fabrics more widely than mapping and simulation know them. What they do not know is refused: a mapping would be wrong on such a fabric.",
  },
  notInDeviceIr: {
    number: 310,
    message: "{what} cannot be written as LLVM IR for devices",
    hint: "words of at most 32 bits, float32, and variables at constant places can",
    explain:
      "Compilers of devices get conservative text: loops without branches in their bodies, words, float32, and the intrinsics `@relax.cgra.*`.",
  },
  noHardware: {
    number: 303,
    message: "`{fabric}` cannot be written as Verilog: {reason}",
    hint: "use fewer links, registers or words an element",
    explain: "Words are written in parts of 32 bits over a bus of 18 address bits an element.",
  },
  noKernel: {
    number: 100,
    message: "no loop of the program is annotated as a kernel",
    hint: 'give a loop the annotation "cgra.kernel" with its name',
    explain: "Loops that run on the array are chosen by the program or its schedule.",
  },
  unknownKernel: {
    number: 118,
    message: "there is no kernel `{name}`",
    hint: "{suggestion}",
    explain: "Kernels have the names that `cgra.kernel` annotations give them.",
  },
  notOneNest: {
    number: 101,
    message: "`{name}` is not one loop nest",
    explain: "A kernel is a loop with what stands in it; around it stand only its registers.",
  },
  loopsSideBySide: {
    number: 102,
    message: "loop `{loop}` contains {count} loops side by side",
    hint: "give each a kernel of its own, or spell short ones out (`T.unroll`)",
    explain:
      "The sequencer runs loops one in another, with statements before and after the inner one.",
  },
  noLoops: {
    number: 103,
    message: "the sequencer of `{fabric}` counts no loops, and `{name}` is {depth} loops deep",
    hint: "take a fabric with `ctrl.loops` of at least 1",
    explain:
      "Iterations are counted by the sequencer. Loops deeper than it counts (`ctrl.loops`) become one with the loop around them.",
  },
  notFlattened: {
    number: 120,
    message: "`{name}` has {depth} loops, and {count} of them are to be one",
    hint: "`cgra.flatten` is the number of innermost loops that become one",
    explain:
      "The innermost loops of a nest can be counted as one by the sequencer; the array then counts those inside itself.",
  },
  notUnrolled: {
    number: 104,
    message: "loop `{loop}` cannot be spelled out: its extent is unknown or above {most}",
    explain: "The copies of an unrolled loop become operations of one graph.",
  },
  notForArray: {
    number: 105,
    message: "the array has no operation for `{what}`",
    hint: "compute it on the host",
    explain: "Kernels consist of loops, conditions, loads, stores and the operations of elements.",
  },
  typeOfArray: {
    number: 106,
    message: "values of type {type} do not exist in the array",
    hint: "use integers of at most 32 bits or float32",
    explain: "Registers hold 32 bits; memory also holds bytes and signed 16-bit integers.",
  },
  noElementFor: {
    number: 107,
    message: "no processing element of `{fabric}` executes `{op}` for `{expr}`",
    hint: "choose a fabric that has it, or compute it on the host",
    explain: "Each operation of a kernel needs an element that executes its class.",
  },
  unknownRegister: {
    number: 108,
    message: "`{buffer}[{index}]` is a register of the array, and its position is not known",
    hint: "spell the loops around it out (`T.unroll`), or keep the buffer in `cgra.spad`",
    explain: "Buffers of other scopes than `cgra.spad` are registers, one an element.",
  },
  notInScratchpad: {
    number: 109,
    message: "`{buffer}` is in `{scope}`, which the array does not reach",
    hint: "copy it to a buffer of scope `cgra.spad`",
    explain: "Elements load and store the scratchpad alone; DMA moves data to and from it.",
  },
  wideAddress: {
    number: 110,
    message: "the address of `{buffer}` is too large an expression",
    explain: "Addresses are sums of products of loop counters and sizes.",
  },
  notAligned: {
    number: 111,
    message: "a group of {bytes} bytes of `{buffer}` may lie across words",
    hint: "make strides multiples of {bytes} bytes, or state it with `cgra.assume`",
    explain: "Words lie at multiples of their size, and their elements follow each other.",
  },
  floatDivision: {
    number: 112,
    message: "elements do not divide floats: `{expr}`",
    hint: "multiply by the reciprocal, `a * (T.float32(1) / b)`",
    explain: "`FRCP` computes reciprocals; a quotient rounded once would need more.",
  },
  writeOtherwise: {
    number: 113,
    message: "elements have no operation for `{expr}`",
    hint: "write {way}",
    explain:
      "Special elements compute 2 to a power, logarithms to base 2, reciprocals and their roots.",
  },
  tooManyLiveins: {
    number: 114,
    message: "`{name}` takes {count} numbers at launch, and `{fabric}` passes {most}",
    hint: "fix sizes or strides, or take a fabric with more `ctrl.liveins`",
    explain: "Sizes, strides and addresses that are not known now are numbers given at launch.",
  },
  narrowFabric: {
    number: 115,
    message: "the data path of `{fabric}` has {width} bits; kernels need 32",
    explain: "Addresses and sums of kernels have 32 bits.",
  },
  nothingStored: {
    number: 116,
    message: "`{name}` stores nothing",
    explain: "Results leave a kernel through memory.",
  },
  wideInteger: {
    number: 119,
    message: "`{expr}` of type {type} may not fit a register of 32 bits",
    hint: "compute in int32, or bound the sizes in it with `cgra.assume`",
    explain:
      "Wider integers are in registers where they are shown to fit, or where the host can check sizes before a launch that make them fit.",
  },
  noPredicates: {
    number: 117,
    message:
      "this store happens only at times, and stores of `{fabric}` have no predicate (`pred` is {predicates})",
    hint: "store in every iteration, or take a fabric with `pred` partial or full",
    explain: "Stores under a condition, or after an inner loop, carry a predicate.",
  },
});
