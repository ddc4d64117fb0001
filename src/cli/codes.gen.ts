// Made by `npm run gen` from the code tables (`codes.ts` of each folder).
import { codesOf, type Code, type CodeInfo, type CodeTable } from "../support/diagnostic.js";
import { syntaxCodes as t0 } from "../../grammar/codes.js";
import { sco as t1 } from "../analysis/codes.js";
import { shp as t2 } from "../analysis/codes.js";
import { wft as t3 } from "../analysis/codes.js";
import { wfr as t4 } from "../analysis/relax/codes.js";
import { codes as t5 } from "../artefact/codes.js";
import { codes as t6 } from "./codes.js";
import { internalCodes as t7 } from "./codes.js";
import { codes as t8 } from "../driver/codes.js";
import { importCodes as t9 } from "../import/codes.js";
import { codes as t10 } from "../interp/codes.js";
import { shapeCodes as t11 } from "../op/codes.js";
import { typeCodes as t12 } from "../op/codes.js";
import { codes as t13 } from "../plan/codes.js";
import { codes as t14 } from "../runtime/codes.js";
import { blockCodes as t15 } from "../schedule/block-codes.js";
import { codes as t16 } from "../schedule/codes.js";
import { loopCodes as t17 } from "../schedule/loop-codes.js";
import { queryCodes as t18 } from "../schedule/query-codes.js";
import { codes as t19 } from "../support/json/codes.js";
import { codes as t20 } from "../syntax/codes.js";
import { relaxCodes as t21 } from "../syntax/relax-codes.js";
import { codes as t22 } from "../target/c/codes.js";
import { codes as t23 } from "../target/cgra/codes.js";
import { codes as t24 } from "../target/cgra/host/codes.js";
import { machineCodes as t25 } from "../target/cgra/machine/codes.js";
import { codegenCodes as t26 } from "../target/codes.js";
import { codes as t27 } from "../target/graph/codes.js";
import { codes as t28 } from "../target/llvm/codes.js";
import { codes as t29 } from "../target/vm/codes.js";
import { codes as t30 } from "../target/wasm/codes.js";
import { codes as t31 } from "../template/codes.js";
import { codes as t32 } from "../transform/codes.js";
import { codes as t33 } from "../transform/relax/aot/codes.js";
import { codes as t34 } from "../transform/relax/gradient/codes.js";
import { codes as t35 } from "../transform/relax/pattern/codes.js";

type AnyTable = CodeTable<Record<string, CodeInfo>>;
const tables: readonly unknown[] = [
  t0,
  t1,
  t2,
  t3,
  t4,
  t5,
  t6,
  t7,
  t8,
  t9,
  t10,
  t11,
  t12,
  t13,
  t14,
  t15,
  t16,
  t17,
  t18,
  t19,
  t20,
  t21,
  t22,
  t23,
  t24,
  t25,
  t26,
  t27,
  t28,
  t29,
  t30,
  t31,
  t32,
  t33,
  t34,
  t35,
];

/** Every diagnostic code, in order. */
export function allCodes(): readonly Code[] {
  const codes = tables.flatMap((table) => codesOf(table as AnyTable));
  return codes.sort((a, b) => (a.code < b.code ? -1 : 1));
}
