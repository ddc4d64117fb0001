/** Codes of what is wrong with a text as text. */
import { defineCodes } from "../src/support/diagnostic.js";

export const syntaxCodes = defineCodes("SYN", {
  unexpectedToken: {
    number: 1,
    message: "found {found} where {expected} was expected",
    explain:
      "The statement is understood up to the marked place, and what stands there cannot continue it. " +
      "The cause is often just before: an operator too many, a comma missing between two arguments.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    return R.add(x x)\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    return R.add(x, x)\n',
  },
  unclosedBracket: {
    number: 2,
    message: "`{bracket}` is never closed",
    hint: "add `{closer}` where the list ends",
    explain:
      "Inside brackets a line end means nothing, so the statement runs on until the bracket is closed. " +
      "The mark is at the opening bracket without a partner.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    return R.add(x, x\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    return R.add(x, x)\n',
  },
  mismatchedBracket: {
    number: 3,
    message: "`{closer}` does not close `{opener}`",
    hint: "write `{wanted}` here, or close the inner bracket first",
    explain: "Brackets close in the reverse order of opening, each by its own partner.",
    bad: "N = (1, 2]\n",
    good: "N = (1, 2)\n",
  },
  unopenedBracket: {
    number: 4,
    message: "`{closer}` closes nothing",
    hint: "delete it, or add the opening bracket",
    explain: "A closing bracket stands here, but no bracket is open.",
    bad: "N = (1, 2))\n",
    good: "N = (1, 2)\n",
  },
  unterminatedString: {
    number: 5,
    message: "the string starting here has no end",
    hint: "add {quotes} {place}",
    explain:
      "A string ends on the line it starts on, with the quote it starts with. Only triple-quoted strings span lines.",
    bad: 'dtype = "float32\nN = 4\n',
    good: 'dtype = "float32"\nN = 4\n',
  },
  unknownCharacter: {
    number: 6,
    message: "the character `{character}` ({codepoint}) has no meaning here",
    hint: "{advice}",
    explain:
      "Outside strings and comments the language uses ASCII punctuation and Unicode letters only.",
    bad: "N = 4 $ 2\n",
    good: "N = 4 * 2\n",
  },
  badNumber: {
    number: 7,
    message: "`{text}` is not a number",
    hint: "{advice}",
    explain:
      "Numbers are decimal (`12`, `1_000`), hexadecimal (`0xff`), octal (`0o17`), binary (`0b1010`) " +
      "or floating (`1.5`, `1e-5`). A name does not start with a digit.",
    bad: "N = 12px\n",
    good: "N = 12\n",
  },
  missingColon: {
    number: 8,
    message: "`{keyword}` needs `:` at the end of its line",
    hint: "add `:`",
    explain: "A line that opens a block ends in a colon; the block follows, indented deeper.",
    bad: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32")):\n    for i in range(4)\n        A[i] = T.float32(0)\n',
    good: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32")):\n    for i in range(4):\n        A[i] = T.float32(0)\n',
  },
  missingBlock: {
    number: 9,
    message: "`{keyword}` has no block",
    hint: "indent the statements that belong to it, or write `pass`",
    explain:
      "After a line that ends in `:` a block of at least one statement follows, indented deeper than that line.",
    bad: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32")):\n    for i in range(4):\n    A[i] = T.float32(0)\n',
    good: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32")):\n    for i in range(4):\n        A[i] = T.float32(0)\n',
  },
  unexpectedIndent: {
    number: 10,
    message: "this line is indented deeper than the one above, which opens no block",
    hint: "indent it by {columns} columns, like its neighbours",
    explain: "Only a line that ends in `:` is followed by deeper indentation.",
    bad: "N = 4\n    M = 5\n",
    good: "N = 4\nM = 5\n",
  },
  badDedent: {
    number: 11,
    message: "the indentation of this line matches no enclosing block",
    hint: "indent it by {columns} columns",
    explain:
      "A line that ends a block returns to the column of an enclosing block, so that it is clear which one it continues.",
    bad: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32")):\n    for i in range(4):\n        A[i] = T.float32(0)\n      A[0] = T.float32(1)\n',
    good: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32")):\n    for i in range(4):\n        A[i] = T.float32(0)\n    A[0] = T.float32(1)\n',
  },
  mixedIndentation: {
    number: 12,
    message: "this line is indented with {found}, earlier lines with {earlier}",
    hint: "use four spaces a level throughout",
    explain:
      "Tabs and spaces look alike and count differently, so a file uses one of them for indentation.",
    bad: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32")):\n    A[0] = T.float32(0)\n\tA[1] = T.float32(0)\n',
    good: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32")):\n    A[0] = T.float32(0)\n    A[1] = T.float32(0)\n',
  },
  tooDeep: {
    number: 13,
    message: "the text is nested deeper than {limit} levels",
    hint: "give parts of it names, or move them into functions",
    explain:
      "Blocks, brackets and chains of operators together may nest up to a limit, so that no text can exhaust the stack of the compiler.",
  },
  badTarget: {
    number: 14,
    message: "cannot assign to {what}",
    hint: "{advice}",
    explain: "The left of `=` is a name, an element such as `A[i]`, or a tuple of these.",
    bad: "N + 1 = 4\n",
    good: "N = 4 - 1\n",
  },
  positionalAfterKeyword: {
    number: 15,
    message: "a positional argument follows `{keyword}=…`",
    hint: "move it before the keyword arguments, or name it",
    explain: "In a call the positional arguments come first, then the named ones.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), dtype="float32", (2,))):\n    return x\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), dtype="float32")):\n    return x\n',
  },
  repeatedKeyword: {
    number: 16,
    message: "the argument `{keyword}` is given twice",
    hint: "keep one of the two",
    explain: "A call names each of its arguments once.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), dtype="float32", dtype="int32")):\n    return x\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), dtype="float32")):\n    return x\n',
  },
  foreignOperator: {
    number: 17,
    message: "`{found}` is not an operator of this language",
    hint: "write `{wanted}`",
    explain: "Boolean operators are the words `and`, `or` and `not`.",
    bad: "flag = True && False\n",
    good: "flag = True and False\n",
  },
  nakedNot: {
    number: 18,
    message: "`not` binds weaker than the operator before it",
    hint: "put `not …` in parentheses",
    explain: "`a == not b` has no reading; write `a == (not b)`.",
    bad: "flag = True == not False\n",
    good: "flag = True == (not False)\n",
  },
  badEscape: {
    number: 19,
    message: "`{escape}` is not a complete escape sequence",
    hint: "write `\\\\` for a backslash itself",
    explain: "`\\x` takes two hexadecimal digits, `\\u` four, `\\U` eight up to 0010ffff.",
    bad: 'name = "a\\xg"\n',
    good: 'name = "a\\x0a"\n',
  },
  orphanClause: {
    number: 20,
    message: "`{keyword}` continues no `{opener}`",
    hint: "align it with the `{opener}` it continues, or write that `{opener}` above it",
    explain: "`elif` and `else` stand directly after the block of an `if`, at its column.",
    bad: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32")):\n    A[0] = T.float32(0)\n    else:\n        A[1] = T.float32(0)\n',
    good: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32"), n: T.int32):\n    if n > 0:\n        A[0] = T.float32(0)\n    else:\n        A[1] = T.float32(0)\n',
  },
  assignmentAsCondition: {
    number: 21,
    message: "`=` assigns and cannot stand in an expression",
    hint: "compare with `==`",
    explain: "A condition compares with `==`; a single `=` names an argument or binds a variable.",
    bad: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32"), n: T.int32):\n    if n = 0:\n        A[0] = T.float32(0)\n',
    good: '@T.prim_func\ndef f(A: T.Buffer((4,), "float32"), n: T.int32):\n    if n == 0:\n        A[0] = T.float32(0)\n',
  },
  missingFunction: {
    number: 22,
    message: "a decorator stands above a `def` or a `class`",
    hint: "add the definition, or delete the decorator",
    explain: "`@…` lines apply to the definition below them.",
    bad: "@T.prim_func\nN = 4\n",
    good: "N = 4\n",
  },
  formatRefused: {
    number: 23,
    message: "the text has syntax errors and was left as it is",
    explain: "Formatting works on the syntax tree, so a text is only formatted when it parses.",
  },
});
