/** What to write in place of the constructs of Python that are not part of the language. */

const INSTEAD: Readonly<Record<string, string>> = {
  "`try`": "keep the statements without it: nothing here raises what could be caught",
  "`raise`": 'check the condition: `assert condition, "what is wrong"`',
  "`del`": "remove it: a name ends with the block it is in",
  "`global`": "pass the value as a parameter",
  "`nonlocal`": "pass the value as a parameter",
  "`async`": "remove it: programs have no asynchronous parts",
  "`match`": "write `if` and `else`",
  "`type`": "write the type where it is used",
  "`else` on a loop": "move the statements below the loop",
  "`...`": "write `pass` for an empty body",
  "an f-string": "write the text as it is meant",
  "a bytes literal": "write a string without the prefix",
  "a lambda with `*` parameters": "name each parameter",
};

/** Hints for a construct as the parser names it. */
export function insteadOf(construct: string): readonly string[] {
  const hint = INSTEAD[construct];
  return hint === undefined ? [] : [hint];
}
