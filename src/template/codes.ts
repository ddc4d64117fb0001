/** Diagnostics of templates: what keeps a call from being lowered, and mistakes in the text of libraries. */
import { defineCodes } from "../support/diagnostic.js";

export const codes = defineCodes("LOW", {
  noLowering: {
    number: 1,
    message: "`{op}` on ({types}) has no lowering",
    explain:
      "Every operator is lowered by a template of the standard library or of a library given with --lib. The notes tell for each candidate why it does not apply.",
  },
  unlistedAttribute: {
    number: 2,
    severity: "note",
    message: "`{name}` is {value}, and `{template}` does not list it",
    hint: "list `{name}` among the parameters after `*`, and handle it",
    explain:
      "An attribute that a template does not name must have its default value, so that a template never silently ignores it.",
  },
  patternMismatch: {
    number: 3,
    severity: "note",
    message: "{what}",
    explain:
      "The shapes and types in the signature of a template are patterns; a call to which they do not fit is left to other templates.",
  },
  precondition: {
    number: 4,
    message: "{message}: {found}",
    explain:
      "An assert at the head of a template states what it needs of its operands. Here it is known to be false.",
  },
  indexArity: {
    number: 5,
    message: "`{buffer}` has rank {rank}, but {count} indices are given: [{indices}]",
    explain: "An access needs one index for each dimension; packs count with their length.",
  },
  packLength: {
    number: 6,
    message: "{what}",
    explain:
      "Arithmetic on packs goes element by element, so that all must have one length; positions must exist.",
  },
  phase: {
    number: 7,
    message: "{what} is known only at run time; {construct} needs a static value",
    hint: "decide on lengths with S.proved(…) or S.known(…), on attributes and ranks directly",
    explain:
      "Which code exists is decided by attributes, types and ranks, never by lengths or elements.",
  },
  dtypeMix: {
    number: 8,
    message: "{what}",
    hint: "convert one side, for example `dt(…)` or `X.dtype(…)`",
    explain: "Types are never converted silently; a plain number takes the type of the other side.",
  },
  expansionCycle: {
    number: 9,
    message: "the lowering of `{op}` leads to itself: {stack}",
    explain: "A graph lowering may not expand to its own operator with the same attributes.",
  },
  expansionBudget: {
    number: 10,
    message: "the instance of `{template}` exceeds {limit}",
    hint: "fewer operands or dimensions, or a template with fewer compile-time loops",
    explain: "Instances are bounded, so that no library can make a build run forever.",
  },
  inlineDepth: {
    number: 11,
    message: "inlines are nested more than {limit} deep in `{name}`",
    hint: "recursion must end by a condition on static values",
    explain: "Recursive inlines unroll at compile time.",
  },
  unknownName: {
    number: 12,
    message: "there is no `{name}` here",
    explain:
      "Names are those of the signature, of the body, of the library and of the prelude; S and T have the functions of the reference.",
  },
  unknownAttribute: {
    number: 13,
    message: "`{op}` has no attribute `{name}`",
    explain: "Parameters after `*` are attributes or scalar operands of the operator.",
  },
  operandCount: {
    number: 14,
    message: "{what}",
    explain: "Parameters before `*` are the tensor operands of the operator, then its results.",
  },
  rebind: {
    number: 15,
    message: "`{name}` is bound outside this {what} and cannot be given a new meaning inside",
    hint: "declare a scalar: `{name}: T.int64 = …`",
    explain:
      "A plain assignment names an expression at compile time; what runs many times or perhaps not needs a variable.",
  },
  staleAlias: {
    number: 16,
    message: "`{name}` stands for a load of `{buffer}`, which was stored to since",
    hint: "keep the old value: `{name}: T.let[…] = …`",
    explain: "A plain assignment names an expression, which is evaluated where the name is used.",
  },
  unusedPatternName: {
    number: 17,
    severity: "warning",
    message: "`{name}` of the signature is not used",
    hint: "write `_`",
    explain: "A name of a pattern that nothing uses may be a mistyped one.",
  },
  runtimeReturn: {
    number: 18,
    message: "`return` stands in a branch or loop that is decided at run time",
    hint: "return a choice: `a if c else b`",
    explain: "An inline returns one expression, which must be known at compile time.",
  },
  undefinedWhenAbsent: {
    number: 19,
    message: "`{name}` belongs to an operand that this call does not have",
    hint: "test `{buffer} is not None` first",
    explain: "An absent operand binds none of the names of its pattern.",
  },
  scheduleFailed: {
    number: 20,
    severity: "warning",
    message: "schedule `{schedule}` does not work for `{func}`: {reason}",
    explain:
      "A step of a schedule that cannot be taken undoes the schedule as a whole; the next one that is for the function is tried.",
  },
  manyVariants: {
    number: 22,
    severity: "note",
    message: "`{func}` has {limit} variants; further schedules are left out",
    hint: "`variants=` of the first schedule says how many there may be",
    explain:
      "Schedules whose conditions on lengths are not known when compiling become variants behind a test at run time.",
  },
  invalidArgument: {
    number: 25,
    message: "{what}",
    explain: "Functions of templates take values of certain kinds; the reference lists them.",
  },
  unsupportedConstruct: {
    number: 26,
    message: "{what} is not part of the template language",
    explain: "Templates are the subset of Python that the reference of the language describes.",
  },
  badDecorator: {
    number: 27,
    message: "{what}",
    explain: "Decorators say what a definition of a library is for, and of which operators.",
  },
  libraryItem: {
    number: 28,
    message: "{what} is no definition of a library",
    hint: "libraries hold templates, inlines, schedules, intrinsics and constants",
    explain: "Functions of programs belong to modules; a library says how operators are lowered.",
  },
  repeatedName: {
    number: 29,
    message: "`{name}` is defined twice in library `{library}`",
    explain: "All names of a library's files share one namespace.",
  },
  unknownImport: {
    number: 30,
    message: "library `{library}` has no `{name}`",
    explain: "`from library import name` takes templates, inlines and constants.",
  },
  unknownRank: {
    number: 31,
    message: "operand `{operand}` of `{op}` has no known {what}",
    hint: 'refine it first: `y = R.match_cast(x, R.Tensor((n, m), "float32"))`',
    explain: "A loop nest is made for a number of dimensions and an element type.",
  },
  valueAtRunTime: {
    number: 32,
    message: "`{name}` of `{op}` is known only at run time",
    hint: "give it a constant or an expression over symbols",
    explain: "Scalar operands become constants or parameters over symbols of the loop nest.",
  },
});
