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
});
