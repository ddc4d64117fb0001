/** Schedules: rewriting of loop functions step by step, each step checked. */
export { bindArguments, type RawArguments } from "./arguments.js";
export { describe, p, type BufferPick, type Param } from "./params.js";
export { definePrimitive, refuse, type Primitive } from "./primitive.js";
export { blockRef, isBlockRef, isChosen, isLoopRef, loopRef, sameReference, type BlockRef, type Chosen, type LoopRef, type ScheduleValue } from "./reference.js"; // prettier-ignore
export { allPrimitives, lookupPrimitive, suggestPrimitive } from "./registry.js";
export { callPrimitive, openSchedule, scheduledModule, type Called, type Instruction, type Schedule, type Trace } from "./schedule.js"; // prettier-ignore
export type { ScheduleState } from "./state.js";
export { replay, type Replayed } from "./replay.js";
export { record, simplified, withDecision, type RecordedTrace } from "./trace.js";
export { traceFromJson, traceToJson } from "./trace-json.js";
export { traceText } from "./trace-text.js";
