/** Statements alone: what concerns no expression has no need to walk them, though most nodes are expressions. */
import type { PrimFunc } from "./function.js";
import type { Stmt } from "./stmt.js";

/** Rebuilds a statement with `change` applied to the statements directly in it; the same object when nothing changed. */
export function mapStatements(s: Stmt, change: (child: Stmt) => Stmt): Stmt {
  switch (s.kind) {
    case "tir.Seq": {
      let body: Stmt[] | undefined;
      for (let i = 0; i < s.body.length; i++) {
        const after = change(s.body[i]!);
        if (after !== s.body[i]) (body ??= [...s.body])[i] = after;
      }
      return body === undefined ? s : { ...s, body };
    }
    case "tir.For":
    case "tir.While":
    case "tir.AttrStmt":
    case "tir.Realize": {
      const body = change(s.body);
      return body === s.body ? s : { ...s, body };
    }
    case "tir.If": {
      const then = change(s.then);
      const otherwise = s.otherwise && change(s.otherwise);
      return then === s.then && otherwise === s.otherwise ? s : { ...s, then, otherwise };
    }
    case "tir.Block": {
      const init = s.init && change(s.init);
      const body = change(s.body);
      return init === s.init && body === s.body ? s : { ...s, init, body };
    }
    default:
      return s;
  }
}

/** Statements first that are inside others, then `change` on what they became. */
export function rewriteStatements(root: Stmt, change: (s: Stmt) => Stmt): Stmt {
  const walk = (s: Stmt): Stmt => change(mapStatements(s, walk));
  return walk(root);
}

/** The function with its statements rewritten, inner ones first; the same object when nothing changed. */
export function rewriteBody(func: PrimFunc, change: (s: Stmt) => Stmt): PrimFunc {
  const body = rewriteStatements(func.body, change);
  return body === func.body ? func : { ...func, body };
}

/** Calls `enter` on a statement and those inside it, outer ones first; `false` skips what is inside. */
export function visitStatements(root: Stmt, enter: (s: Stmt) => void | false): void {
  if (enter(root) === false) return;
  mapStatements(root, (child) => {
    visitStatements(child, enter);
    return child;
  });
}
