/** Statements of one suite, with those that scope the rest of it (`T.attr(…)` and kin written as statements). */
import { seq, type Stmt } from "../../../ir/tir/stmt.js";

export interface StatementList {
  push(stmt: Stmt): void;
  /** From here on statements belong to the body that `wrap` receives when the suite ends. */
  open(wrap: (body: Stmt) => Stmt): void;
  /** The last statement pushed at this level. */
  last(): Stmt | undefined;
  replaceLast(stmt: Stmt): void;
  finish(): Stmt;
}

export function statementList(): StatementList {
  const outer: { readonly out: Stmt[]; readonly wrap: (body: Stmt) => Stmt }[] = [];
  let out: Stmt[] = [];
  return {
    push: (stmt) => {
      if (stmt.kind === "tir.Seq") for (const s of stmt.body) out.push(s);
      else out.push(stmt);
    },
    open: (wrap) => {
      outer.push({ out, wrap });
      out = [];
    },
    last: () => out[out.length - 1],
    replaceLast: (stmt) => {
      out[out.length - 1] = stmt;
    },
    finish: () => {
      let body = seq(out);
      for (let frame = outer.pop(); frame !== undefined; frame = outer.pop()) {
        frame.out.push(frame.wrap(body));
        body = seq(frame.out);
      }
      return body;
    },
  };
}
