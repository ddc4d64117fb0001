/** Values that exist in another form as well: another layout, another element type. */
import {
  tuple,
  tupleGetItem,
  type Binding,
  type Call,
  type Expr,
  type TupleGetItem,
  type Var,
} from "../../../ir/relax/expr.js";
import type { Cursor } from "./rewrite-function.js";

/** How values change between their own form and another one. */
export interface FormChange<F> {
  /** The value in the form. */
  to(x: Expr, form: F, at: Cursor): Expr;
  /** The value in its own form, from that in another one. */
  back(x: Expr, form: F, at: Cursor): Expr;
  /** Equal for equal forms. */
  key(form: F): string;
}

interface Made<F> {
  readonly source: Expr;
  readonly form: F;
}

/**
 * The other forms of the values of a dataflow block. A call that was rewritten to give another form is bound under a
 * new variable; the old one is bound to the value changed back, and is gone in the end where all its uses take the
 * other form.
 */
export class Forms<F> {
  private readonly made = new Map<Var, Made<F>>();
  private readonly tuples = new Map<Var, { source: Expr; forms: readonly (F | undefined)[] }>();
  private readonly changed = new Map<Expr, Map<string, Expr>>();
  private pending: { readonly value: Expr; readonly note: (v: Var) => void } | undefined;
  /** Whether anything was rewritten. */
  used = false;

  constructor(private readonly change: FormChange<F>) {}

  /** Forgets all; variables of one block are not visible in the next. */
  clear(): void {
    for (const map of [this.made, this.tuples, this.changed]) map.clear();
  }

  /** The other form that a value was made in. */
  formOf(x: Expr): F | undefined {
    return x.kind === "relax.Var" ? this.made.get(x)?.form : undefined;
  }

  /** The value in a form; changed once a block. */
  as(x: Expr, form: F, at: Cursor): Expr {
    const key = this.change.key(form);
    const made = x.kind === "relax.Var" ? this.made.get(x) : undefined;
    if (made !== undefined && this.change.key(made.form) === key) return made.source;
    const known = this.changed.get(x) ?? new Map<string, Expr>();
    this.changed.set(x, known);
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = at.operand(this.change.to(x, form, at))));
    return found;
  }

  /** Lets a value be known in another form. */
  know(v: Var, source: Expr, form: F): void {
    this.made.set(v, { source, form });
  }

  /** What takes the place of a call whose rewritten one gives another form; `name` is that of its variable. */
  result(call: Call, form: F, at: Cursor, name?: string): Expr {
    this.used = true;
    const source = at.emit(call, name);
    return this.backFrom(source, form, at);
  }

  /** The same for a call that gives a tuple; fields without a form are as before. */
  tupleResult(call: Call, forms: readonly (F | undefined)[], at: Cursor, name?: string): Expr {
    this.used = true;
    const source = at.emit(call, name);
    const fields = forms.map((form, i) => {
      const item = at.emit(tupleGetItem(source, i));
      return form === undefined ? item : at.operand(this.change.back(item, form, at));
    });
    return this.noted(tuple(fields), (v) => this.tuples.set(v, { source, forms }));
  }

  /** What takes the place of an item of a tuple. */
  item(item: TupleGetItem, at: Cursor, name?: string): Expr | undefined {
    const made = item.tuple.kind === "relax.Var" ? this.tuples.get(item.tuple) : undefined;
    if (made === undefined) return undefined;
    const form = made.forms[item.index];
    const own = tupleGetItem(made.source, item.index, item.span);
    return form === undefined ? own : this.backFrom(at.emit(own, name), form, at);
  }

  /** To be told of each binding that is put. */
  bound(b: Binding): void {
    if (b.kind !== "relax.VarBinding") return;
    if (this.pending?.value === b.value) this.pending.note(b.var);
    else if (b.value.kind === "relax.Var") {
      const made = this.made.get(b.value);
      if (made !== undefined) this.made.set(b.var, made);
    }
  }

  private backFrom(source: Expr, form: F, at: Cursor): Expr {
    return this.noted(this.change.back(source, form, at), (v) => this.know(v, source, form));
  }

  private noted<E extends Expr>(value: E, note: (v: Var) => void): E {
    this.pending = { value, note };
    return value;
  }
}
