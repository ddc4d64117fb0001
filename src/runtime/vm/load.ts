/** Checks bytecode and prepares it for running. Nothing of it runs before all of it was checked. */
import {
  ARGUMENT,
  MACHINE_REGISTER,
  OPCODE,
  VOID_REGISTER,
  wordKind,
  wordValue,
  type Executable,
  type FunctionRecord,
} from "../../artefact/index.js";
import { int64 } from "../../support/dtype.js";
import { int } from "../../support/int.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { intValue, nullValue } from "../../support/value.js";
import { codes } from "../codes.js";
import type { VmValue } from "./value.js";

/** An operand: a register, or a value that is always the same (a constant by its number). */
export type Operand =
  | { readonly kind: "register"; readonly register: number }
  | { readonly kind: "value"; readonly value: VmValue }
  | { readonly kind: "constant"; readonly index: number }
  | { readonly kind: "function"; readonly index: number };

export type Instruction =
  | {
      readonly op: "call";
      /** −1: the result is dropped. */
      readonly dst: number;
      readonly func: number;
      readonly args: readonly Operand[];
    }
  | { readonly op: "ret"; readonly register: number }
  | { readonly op: "goto"; readonly target: number }
  | { readonly op: "branch"; readonly register: number; readonly otherwise: number };

type VmRecord = Extract<FunctionRecord, { kind: "vm" }>;

/** Registers of one frame; real programs stay far below. */
const MOST_REGISTERS = 1 << 20;

/** Decodes all instructions; throws a {@link DiagnosticError} when anything is out of its range. */
export function loadCode(e: Executable): readonly Instruction[] {
  const owner = new Array<VmRecord | undefined>(e.offsets.length).fill(undefined);
  for (const f of e.functions) if (f.kind === "vm") claim(e, f, owner);
  checkOffsets(e);
  return owner.map((f, at) => decode(e, f ?? unowned(at), at));
}

const bad = (name: string, reason: string): never => {
  throw new DiagnosticError(codes.badCode({ name, reason }));
};
const unowned = (at: number): never => bad("?", `instruction ${at} belongs to no function`);

function claim(e: Executable, f: VmRecord, owner: (VmRecord | undefined)[]): void {
  const { start, end, registers, paramNames } = f;
  if (start >= end || end > e.offsets.length) bad(f.name, `it spans ${start} to ${end}`);
  if (registers > MOST_REGISTERS) bad(f.name, `it has ${registers} registers`);
  if (paramNames.length > registers) bad(f.name, "it has fewer registers than parameters");
  for (let i = start; i < end; i++) {
    if (owner[i] !== undefined) bad(f.name, `it shares instructions with \`${owner[i]!.name}\``);
    owner[i] = f;
  }
}

function checkOffsets(e: Executable): void {
  let last = -1;
  for (const offset of e.offsets) {
    if (offset <= last || offset >= e.words.length) bad("?", `an instruction starts at ${offset}`);
    last = offset;
  }
}

function decode(e: Executable, f: VmRecord, at: number): Instruction {
  const start = e.offsets[at]!;
  const end = at + 1 < e.offsets.length ? e.offsets[at + 1]! : e.words.length;
  const words = e.words.subarray(start, end);
  const word = (i: number): bigint =>
    i < words.length ? words[i]! : bad(f.name, `instruction ${at} is too short`);
  const exactly = (n: number): void => {
    if (words.length !== n) bad(f.name, `instruction ${at} has ${words.length} words`);
  };
  const register = (x: bigint): number =>
    x >= 0n && x < BigInt(f.registers) ? Number(x) : bad(f.name, `there is no register ${x}`);
  const target = (x: bigint): number => {
    const to = BigInt(at) + x;
    if (to >= BigInt(f.start) && to < BigInt(f.end)) return Number(to);
    return bad(f.name, `instruction ${at} jumps to ${to}`);
  };
  const falls = (): void => {
    if (at + 1 >= f.end) bad(f.name, "it runs past its end");
  };
  switch (word(0)) {
    case OPCODE.call: {
      falls();
      const count = Number(word(3));
      exactly(4 + count);
      const func = word(2);
      if (func < 0n || func >= BigInt(e.functions.length))
        bad(f.name, `there is no function ${func}`);
      const args = Array.from(words.subarray(4), (w) => operand(e, f, w, register));
      const dst = Number(word(1)) === VOID_REGISTER ? -1 : register(word(1));
      return { op: "call", dst, func: Number(func), args };
    }
    case OPCODE.ret:
      exactly(2);
      return { op: "ret", register: register(word(1)) };
    case OPCODE.goto:
      exactly(2);
      if (word(1) === 0n) bad(f.name, `instruction ${at} jumps to itself`);
      return { op: "goto", target: target(word(1)) };
    case OPCODE.branch:
      exactly(3);
      falls();
      if (word(2) <= 1n) bad(f.name, `instruction ${at} has the false offset ${word(2)}`);
      return { op: "branch", register: register(word(1)), otherwise: target(word(2)) };
    default:
      return bad(f.name, `instruction ${at} has the unknown code ${word(0)}`);
  }
}

function operand(e: Executable, f: VmRecord, w: bigint, register: (x: bigint) => number): Operand {
  const value = wordValue(w);
  switch (wordKind(w)) {
    case ARGUMENT.register:
      if (Number(value) === VOID_REGISTER || Number(value) === MACHINE_REGISTER) {
        return { kind: "value", value: nullValue };
      }
      return { kind: "register", register: register(value) };
    case ARGUMENT.immediate:
      return { kind: "value", value: intValue(int(value), int64) };
    case ARGUMENT.constant:
      if (value < 0n || value >= BigInt(e.constants.length))
        bad(f.name, `there is no constant ${value}`);
      return { kind: "constant", index: Number(value) };
    case ARGUMENT.function:
      if (value < 0n || value >= BigInt(e.functions.length))
        bad(f.name, `there is no function ${value}`);
      return { kind: "function", index: Number(value) };
    default:
      return bad(f.name, `an argument has the unknown kind ${wordKind(w)}`);
  }
}
