/**
 * The surface syntax tree: the subset of Python that TVMScript uses, plus the constructs that parse only so
 * that an error can name them. Text → AST → text keeps comments; nothing here knows about IR.
 * `start`/`end` are UTF-16 offsets; nodes made by raising (IR → AST) have `start === -1`.
 */
export interface AstBase {
  readonly start: number;
  readonly end: number;
}

// ---- expressions -----------------------------------------------------------

export type BinaryOperator =
  "+" | "-" | "*" | "/" | "//" | "%" | "@" | "**" | "<<" | ">>" | "&" | "|" | "^";
export type CompareOperator =
  "<" | "<=" | ">" | ">=" | "==" | "!=" | "in" | "not in" | "is" | "is not";

export interface Name extends AstBase {
  readonly kind: "Name";
  readonly id: string;
}
/** Number as written; see `numberValue` for its value. */
export interface Num extends AstBase {
  readonly kind: "Num";
  readonly raw: string;
}
/** String literal, adjacent literals joined. `raw` holds the source text when it came from text. */
export interface Str extends AstBase {
  readonly kind: "Str";
  readonly value: string;
  readonly raw?: string;
  /** f-strings and bytes parse, but are not part of the language. */
  readonly prefix?: "f" | "b";
}
export interface Constant extends AstBase {
  readonly kind: "Constant";
  readonly value: "True" | "False" | "None" | "...";
}
export interface Attribute extends AstBase {
  readonly kind: "Attribute";
  readonly value: Expr;
  readonly name: string;
}
/** Call argument: positional, `name=value`, `*value` (a Starred) or `**value`. */
export interface Argument extends AstBase {
  readonly kind: "Argument";
  readonly name?: string;
  readonly doubleStar?: true;
  readonly value: Expr;
}
export interface Call extends AstBase {
  readonly kind: "Call";
  readonly func: Expr;
  readonly args: readonly Argument[];
  /** The source had a trailing comma: formatting keeps one element a line. */
  readonly magicComma?: true;
}
/** `value[items]`; `A[()]` has one item, the empty Tuple. */
export interface Subscript extends AstBase {
  readonly kind: "Subscript";
  readonly value: Expr;
  readonly items: readonly Expr[];
  readonly magicComma?: true;
}
export interface Slice extends AstBase {
  readonly kind: "Slice";
  readonly lower?: Expr;
  readonly upper?: Expr;
  readonly step?: Expr;
}
export interface Starred extends AstBase {
  readonly kind: "Starred";
  readonly value: Expr;
}
export interface Unary extends AstBase {
  readonly kind: "Unary";
  readonly op: "-" | "+" | "~" | "not";
  readonly operand: Expr;
}
export interface Binary extends AstBase {
  readonly kind: "Binary";
  readonly op: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
}
/** `operands.length === ops.length + 1`; more than one operator is a chained comparison. */
export interface Compare extends AstBase {
  readonly kind: "Compare";
  readonly ops: readonly CompareOperator[];
  readonly operands: readonly Expr[];
}
export interface BoolOp extends AstBase {
  readonly kind: "BoolOp";
  readonly op: "and" | "or";
  readonly left: Expr;
  readonly right: Expr;
}
/** `then if cond else otherwise` */
export interface Conditional extends AstBase {
  readonly kind: "Conditional";
  readonly cond: Expr;
  readonly then: Expr;
  readonly otherwise: Expr;
}
export interface Lambda extends AstBase {
  readonly kind: "Lambda";
  readonly params: readonly Parameter[];
  readonly body: Expr;
}
export interface Tuple extends AstBase {
  readonly kind: "Tuple";
  readonly items: readonly Expr[];
  /** Written with parentheses (always so when printed from IR, except as assignment targets). */
  readonly parens: boolean;
  readonly magicComma?: true;
}
export interface List extends AstBase {
  readonly kind: "List";
  readonly items: readonly Expr[];
  readonly magicComma?: true;
}
export interface Dict extends AstBase {
  readonly kind: "Dict";
  readonly entries: readonly { readonly key: Expr; readonly value: Expr }[];
  readonly magicComma?: true;
}
/** Comprehension, generator, walrus, await, yield, set: named so that the error can say so. */
export interface UnsupportedExpr extends AstBase {
  readonly kind: "UnsupportedExpr";
  readonly construct: string;
  /** As written; empty where the parts are known. */
  readonly text: string;
  /** A generator with one `for` and no condition, which templates may use. */
  readonly generator?: GeneratorParts & { readonly element: Expr; readonly parens?: true };
}
export interface GeneratorParts {
  readonly targets: readonly Expr[];
  readonly iter: Expr;
}
/** Result of recovery; silences followers. */
export interface ErrorExpr extends AstBase {
  readonly kind: "ErrorExpr";
}

export type Expr =
  | Name
  | Num
  | Str
  | Constant
  | Attribute
  | Call
  | Subscript
  | Slice
  | Starred
  | Unary
  | Binary
  | Compare
  | BoolOp
  | Conditional
  | Lambda
  | Tuple
  | List
  | Dict
  | UnsupportedExpr
  | ErrorExpr;

// ---- statements ------------------------------------------------------------

/** A comment is kept as written, `#` included; it stands on lines of its own before a statement, or trails one. */
export interface Comment extends AstBase {
  readonly text: string;
  /** Stands on a line of its own (set on comments inside brackets). */
  readonly ownLine?: true;
  /** A blank line stood above (set on all comments of a group but the first; there the statement says so). */
  readonly blankBefore?: true;
}

/** What formatting needs to keep of the trivia around a statement. */
export interface Trivia {
  /** Comment lines directly above, in order. */
  readonly leading?: readonly Comment[];
  /** Comment at the end of the statement's first logical line (for compound statements: of its head). */
  readonly trailing?: Comment;
  /** At least one blank line stood above (above the leading comments). */
  readonly blankBefore?: true;
  /** A blank line stood between the leading comments and the statement. */
  readonly blankAfterComments?: true;
  /** Comments inside the statement's first logical line, between its tokens. */
  readonly inner?: readonly Comment[];
}

export interface StmtBase extends AstBase {
  readonly trivia?: Trivia;
}

export interface ExprStmt extends StmtBase {
  readonly kind: "ExprStmt";
  readonly value: Expr;
}
/** `a = b = value` has two targets; a tuple target is a Tuple. */
export interface Assign extends StmtBase {
  readonly kind: "Assign";
  readonly targets: readonly Expr[];
  readonly value: Expr;
}
export interface AnnAssign extends StmtBase {
  readonly kind: "AnnAssign";
  readonly target: Expr;
  readonly annotation: Expr;
  readonly value?: Expr;
}
export interface AugAssign extends StmtBase {
  readonly kind: "AugAssign";
  readonly target: Expr;
  readonly op: BinaryOperator;
  readonly value: Expr;
}
export interface For extends StmtBase {
  readonly kind: "For";
  readonly target: Expr;
  readonly iter: Expr;
  readonly body: Suite;
}
export interface While extends StmtBase {
  readonly kind: "While";
  readonly cond: Expr;
  readonly body: Suite;
}
/** `elif` is an If alone in `otherwise` with `elif: true`. */
export interface If extends StmtBase {
  readonly kind: "If";
  readonly cond: Expr;
  readonly then: Suite;
  readonly otherwise?: Suite;
  readonly elif?: true;
}
export interface WithItem extends AstBase {
  readonly context: Expr;
  readonly target?: Expr;
}
export interface With extends StmtBase {
  readonly kind: "With";
  readonly items: readonly WithItem[];
  readonly body: Suite;
}
export interface Return extends StmtBase {
  readonly kind: "Return";
  readonly value?: Expr;
}
export interface Assert extends StmtBase {
  readonly kind: "Assert";
  readonly cond: Expr;
  readonly message?: Expr;
}
export interface Simple extends StmtBase {
  readonly kind: "Pass" | "Break" | "Continue";
}
/** Any import; the text is kept, aliases are read from `names`. */
export interface Import extends StmtBase {
  readonly kind: "Import";
  /** `from module import …`; absent for plain `import`. */
  readonly module?: string;
  readonly names: readonly { readonly name: string; readonly alias?: string }[];
}
export interface Parameter extends AstBase {
  readonly kind: "Parameter";
  readonly name: string;
  /** Offsets of the name alone. */
  readonly nameEnd: number;
  readonly star?: "*" | "**";
  readonly annotation?: Expr;
  readonly default?: Expr;
}
/** PEP 695 parameter: `def f[n, m: int](…)`. */
export interface TypeParam extends AstBase {
  readonly name: string;
  readonly bound?: Expr;
}
export interface FunctionDef extends StmtBase {
  readonly kind: "FunctionDef";
  readonly decorators: readonly Expr[];
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly typeParams: readonly TypeParam[];
  readonly params: readonly Parameter[];
  readonly magicComma?: true;
  readonly returns?: Expr;
  readonly body: Suite;
}
export interface ClassDef extends StmtBase {
  readonly kind: "ClassDef";
  readonly decorators: readonly Expr[];
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly bases: readonly Argument[];
  readonly body: Suite;
}
/** `del`, `global`, `nonlocal`, `raise`, `try`, `async`, `match` …: named so that the error can say so. */
export interface UnsupportedStmt extends StmtBase {
  readonly kind: "UnsupportedStmt";
  readonly construct: string;
  /** As written, the block included. */
  readonly text: string;
  /** Of a `try` with one `except`: what schedules do with it. */
  readonly attempt?: Attempt;
}
/** `try: … except S.ScheduleError: …` */
export interface Attempt {
  readonly body: Suite;
  /** What is caught; absent: everything. */
  readonly error?: Expr;
  readonly handler: Suite;
}
/** Result of recovery; silences followers. */
export interface ErrorStmt extends StmtBase {
  readonly kind: "ErrorStmt";
}

/** Statements of one block; `dangling` are comments after the last statement, at the block's depth. */
export interface Suite {
  /** Of an `else` or `except` block: comment lines above the keyword, and the comment after its colon. */
  readonly above?: readonly Comment[];
  readonly opening?: Comment;
  readonly body: readonly Stmt[];
  readonly dangling?: readonly Comment[];
}

export type Stmt =
  | ExprStmt
  | Assign
  | AnnAssign
  | AugAssign
  | For
  | While
  | If
  | With
  | Return
  | Assert
  | Simple
  | Import
  | FunctionDef
  | ClassDef
  | UnsupportedStmt
  | ErrorStmt;

export interface File extends AstBase, Suite {
  readonly kind: "File";
}
