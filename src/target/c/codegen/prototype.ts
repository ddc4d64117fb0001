/** Prototypes of C functions, and the comments above them. */

export interface Declared {
  readonly type: string;
  readonly name: string;
}

/** Widest line of a prototype. */
const WIDTH = 100;

/** `int32_t f(const float *A, int64_t m)`, with a line for each parameter where one line would be too long. */
export function prototypeText(head: string, params: readonly Declared[]): string {
  const list = params.map((p) => `${p.type}${p.name}`);
  const line = `${head}(${list.join(", ") || "void"})`;
  return line.length <= WIDTH ? line : `${head}(\n    ${list.join(",\n    ")})`;
}

/** A comment that says what a function does, and what each parameter is. */
export function parameterComment(
  what: string,
  rows: readonly { readonly name: string; readonly note: string }[],
): string {
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, note }) => ` *   ${name.padEnd(width)} ${note}\n`);
  return `/* ${what}\n${lines.join("")} */`;
}
