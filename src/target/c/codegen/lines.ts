/** Lines of C under construction, with indentation and with declarations that may turn out to be unused. */

export type Line = string | { readonly text: string; readonly name: string };

/** Whether one of the lines has the word. */
export const hasWord = (lines: readonly Line[], word: string): boolean =>
  lines.some((line) =>
    new RegExp(`\\b${word}\\b`).test(typeof line === "string" ? line : line.text),
  );

/** Collects statements; names mentioned later decide whether a declaration needs a `(void)`. */
export class Lines {
  private list: Line[] = [];
  private depth: number;

  constructor(depth = 1) {
    this.depth = depth;
  }

  /** Adds a statement. */
  add(text: string): void {
    this.list.push("  ".repeat(this.depth) + text);
  }

  /** Adds a declaration of a variable, which later code may or may not use. */
  declare(name: string, text: string): void {
    this.list.push({ text: "  ".repeat(this.depth) + text, name });
  }

  /** Adds lines in braces after a head; `tail` follows the closing brace. */
  block(head: string, body: () => void, tail = ""): void {
    this.add(head === "" ? "{" : `${head} {`);
    this.depth++;
    body();
    this.depth--;
    this.add(`}${tail}`);
  }

  /** What a piece of work adds, taken out again. */
  capture<T>(work: () => T, deeper = 1): { readonly value: T; readonly lines: readonly Line[] } {
    const before = this.list;
    this.list = [];
    this.depth += deeper;
    const value = work();
    const { list } = this;
    this.list = before;
    this.depth -= deeper;
    return { value, lines: list };
  }

  /** Puts captured lines in. */
  put(lines: readonly Line[]): void {
    this.list.push(...lines);
  }

  /** The finished text. */
  text(): string {
    const uses = new Map<string, number>();
    for (const line of this.list) {
      const text = typeof line === "string" ? line : line.text;
      // What is only assigned is not used.
      const target = typeof line === "string" ? /^ *(\w+)(\[.*?\])? = /.exec(text)?.[1] : undefined;
      const words = text.match(/[A-Za-z_]\w*/g) ?? [];
      words.forEach((word, k) => {
        if (k > 0 || word !== target) uses.set(word, (uses.get(word) ?? 0) + 1);
      });
    }
    return this.list
      .map((line) => {
        if (typeof line === "string") return `${line}\n`;
        const indent = /^ */.exec(line.text)![0];
        return (uses.get(line.name) ?? 0) > 1
          ? `${line.text}\n`
          : `${line.text}\n${indent}(void)${line.name};\n`;
      })
      .join("");
  }
}
