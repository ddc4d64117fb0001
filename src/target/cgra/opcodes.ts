/** Operations of processing elements, by class; numbers are those of configuration words. */

/** Classes in which elements execute operations. */
export const OP_CLASSES = [
  "mov",
  "alu",
  "cmp",
  "mul",
  "dot",
  "sat",
  "div",
  "fadd",
  "fmul",
  "fma",
  "fcmp",
  "fcvt",
  "sfu",
  "mem",
  "strm",
  "ctl",
] as const;
export type OpClass = (typeof OP_CLASSES)[number];

const BY_CLASS: Readonly<Record<OpClass, readonly (readonly [string, number])[]>> = {
  mov: [
    ["NOP", 0],
    ["MOV", 1],
    ["CONST", 2],
  ],
  alu: [
    ["ADD", 3],
    ["SUB", 4],
    ["AND", 5],
    ["OR", 6],
    ["XOR", 7],
    ["SHL", 8],
    ["SHRA", 9],
    ["SHRL", 10],
    ["MIN", 11],
    ["MAX", 12],
    ["ABS", 13],
  ],
  cmp: [
    ["EQ", 14],
    ["NE", 15],
    ["LT", 16],
    ["LE", 17],
    ["LTU", 18],
    ["SEL", 19],
  ],
  mul: [
    ["MUL", 20],
    ["MULH", 21],
    ["MAC", 22],
    ["RMULSH", 23],
  ],
  dot: [
    ["DOT4", 24],
    ["DOT2", 25],
    ["DOT4U", 26],
  ],
  sat: [
    ["SATB", 27],
    ["SATUB", 28],
    ["SATH", 29],
    ["PACK4", 30],
    ["UNPK", 31],
  ],
  div: [
    ["DIV", 32],
    ["REM", 33],
  ],
  fadd: [
    ["FADD", 34],
    ["FSUB", 35],
  ],
  fmul: [["FMUL", 36]],
  fma: [["FMA", 37]],
  fcmp: [
    ["FMIN", 38],
    ["FMAX", 39],
    ["FLT", 40],
    ["FEQ", 41],
  ],
  fcvt: [
    ["I2F", 42],
    ["F2I", 43],
  ],
  sfu: [
    ["FEXP2", 44],
    ["FRCP", 45],
    ["FRSQRT", 46],
    ["FLOG2", 47],
    ["LUT8", 48],
  ],
  mem: [
    ["LD", 49],
    ["LDB", 50],
    ["LDUB", 51],
    ["LDH", 52],
    ["ST", 53],
    ["STB", 54],
    ["STH", 55],
  ],
  strm: [
    ["POP", 56],
    ["PUSH", 57],
  ],
  ctl: [
    ["IDX", 58],
    ["FIRST", 59],
    ["LAST", 60],
    ["EXIT", 61],
  ],
};

export interface Opcode {
  readonly name: string;
  readonly number: number;
  readonly class: OpClass;
}

export const opcodes: ReadonlyMap<string, Opcode> = new Map(
  OP_CLASSES.flatMap((cls) =>
    BY_CLASS[cls].map(([name, number]) => [name, { name, number, class: cls }] as const),
  ),
);

/** How graphs of other tools call our operations: Morpher in capitals, LLVM in small letters. */
const FOREIGN: Readonly<Record<string, string>> = {
  LOAD: "LD",
  LOADB: "LDB",
  LOADH: "LDH",
  STORE: "ST",
  STOREB: "STB",
  STOREH: "STH",
  // Values that enter and leave the loop; the origin lets every element take them.
  OLOAD: "MOV",
  OSTORE: "MOV",
  MOVC: "CONST",
  CMERGE: "SEL",
  SELECT: "SEL",
  SEXT: "MOV",
  LS: "SHL",
  RS: "SHRL",
  ARS: "SHRA",
  CMP: "EQ",
  CLT: "LT",
  CGT: "LT",
  add: "ADD",
  sub: "SUB",
  mul: "MUL",
  cmp: "LT",
  load: "LD",
  store: "ST",
  getelementptr: "ADD",
  select: "SEL",
  sext: "MOV",
  zext: "MOV",
  phi: "SEL",
  br: "MOV",
  ret: "MOV",
  "llvm.abs.i32": "ABS",
  div: "DIV",
  udiv: "DIV",
  urem: "REM",
  fptosi: "F2I",
};

/** The operation of a name, ours or another tool's. */
export const opcodeOf = (name: string): Opcode | undefined =>
  opcodes.get(name) ?? opcodes.get(FOREIGN[name] ?? "");
