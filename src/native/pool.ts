/**
 * Threads that share parallel loops. Workers wait for a change of the epoch, at first spinning, then asleep; the thread
 * that starts a loop runs the first part of it itself and waits for the others in the same way.
 */
import { compileIr } from "./llvm/compile.js";
import { llvmLibrary } from "./llvm/library.js";
import { linkObject, nativeFunction } from "./llvm/link.js";
import type { NativeMemory } from "./memory.js";

/** Rounds of waiting before a thread sleeps. */
const SPINS = 2000;

/** Bytes of the context of a thread. */
export const CONTEXT_BYTES = 64;

/**
 * Layout of a pool, in bytes: epoch 0, pending 4, stop 8, workers 12, sleeping workers 16, the starter sleeps 20,
 * status 24 (all 32 bits); task 32, environment 40, first 48, end 56; then contexts of 64 bytes for the workers, and
 * after them a record of pool and number for each, 16 bytes.
 */
const POOL_HEAD = 64;

/** IR of the pool with typed pointers, or with the one type of pointer from version 15 on. */
function poolText(version: number): string {
  const isTyped = version < 15;
  const p = isTyped ? "i8*" : "ptr";
  const to = (type: string): string => (isTyped ? `${type}*` : "ptr");
  const task = `i32 (${p}, i64, i64, ${p})`;
  let count = 0;
  /** Lines that give a pointer of a type to a field, and its name. */
  const field = (base: string, offset: string, type: string): [string, string] => {
    const n = count++;
    const at = `  %f${n} = getelementptr i8, ${p} ${base}, i64 ${offset}\n`;
    if (!isTyped) return [at, `ptr %f${n}`];
    return [`${at}  %g${n} = bitcast i8* %f${n} to ${type}*\n`, `${type}* %g${n}`];
  };
  const lines: string[] = [];
  const put = (text: string): void => void lines.push(text);
  const at = (base: string, offset: number | string, type: string): string => {
    const [code, name] = field(base, String(offset), type);
    put(code.trimEnd());
    return name;
  };
  const load = (name: string, type: string, from: string, order = ""): void =>
    put(`  ${name} = load ${order === "" ? "" : "atomic "}${type}, ${from}${order === "" ? "" : ` ${order}`}, align ${type === "i32" ? 4 : 8}`); // prettier-ignore
  const store = (type: string, value: string, where: string, order = ""): void =>
    put(`  store ${order === "" ? "" : "atomic "}${type} ${value}, ${where}${order === "" ? "" : ` ${order}`}, align ${type === "i32" ? 4 : 8}`); // prettier-ignore
  const futex = (name: string, where: string, operation: number, value: string): void =>
    put(`  ${name} = call i64 (i64, ...) @syscall(i64 202, ${where}, i32 ${operation}, i32 ${value}, ${p} null)`); // prettier-ignore

  put(`declare i64 @syscall(i64, ...)
declare i32 @pthread_create(${to("i64")}, ${p}, ${p}, ${p})
declare i32 @pthread_detach(i64)
define internal void @relax() alwaysinline {
  call void asm sideeffect "${process.arch === "x64" ? "pause" : "yield"}", ""()
  ret void
}`);

  // Waits until the value at a place is no longer the one given; spins first.
  put(`define internal void @await(${p} %place, i32 %old, ${p} %asleep) {
entry:`);
  const word = at("%place", 0, "i32");
  const asleep = at("%asleep", 0, "i32");
  put(`  br label %spin
spin:
  %n = phi i32 [ 0, %entry ], [ %m, %again ]`);
  load("%v", "i32", word, "acquire");
  put(`  %same = icmp eq i32 %v, %old
  br i1 %same, label %again, label %done
again:
  call void @relax()
  %m = add i32 %n, 1
  %more = icmp ult i32 %m, ${SPINS}
  br i1 %more, label %spin, label %sleep
sleep:
  %s = atomicrmw add ${asleep}, i32 1 seq_cst`);
  load("%w", "i32", word, "seq_cst");
  put(`  %still = icmp eq i32 %w, %old
  br i1 %still, label %wait, label %wake
wait:`);
  futex("%r", word, 128, "%old");
  put(`  br label %wake
wake:
  %t = atomicrmw sub ${asleep}, i32 1 seq_cst`);
  load("%x", "i32", word, "acquire");
  put(`  %yet = icmp eq i32 %x, %old
  br i1 %yet, label %sleep, label %done
done:
  ret void
}`);

  // One part of the work: from first + n·i/t to first + n·(i+1)/t.
  put(`define internal i32 @part(${p} %pool, ${p} %context, i64 %i) {`);
  const [taskAt, envAt, firstAt, endAt, workersAt] = [
    at("%pool", 32, to(task)),
    at("%pool", 40, p),
    at("%pool", 48, "i64"),
    at("%pool", 56, "i64"),
    at("%pool", 12, "i32"),
  ];
  load("%task", to(task), taskAt);
  load("%env", p, envAt);
  load("%first", "i64", firstAt);
  load("%end", "i64", endAt);
  load("%w32", "i32", workersAt);
  put(`  %w = zext i32 %w32 to i64
  %t = add i64 %w, 1
  %n = sub i64 %end, %first
  %a0 = mul i64 %n, %i
  %a1 = sdiv i64 %a0, %t
  %from = add i64 %first, %a1
  %j = add i64 %i, 1
  %b0 = mul i64 %n, %j
  %b1 = sdiv i64 %b0, %t
  %to = add i64 %first, %b1
  %some = icmp slt i64 %from, %to
  br i1 %some, label %run, label %none
run:
  %status = call i32 %task(${p} %context, i64 %from, i64 %to, ${p} %env)
  ret i32 %status
none:
  ret i32 0
}`);

  // The record of a worker: pool, number.
  put(`define ${p} @worker(${p} %record) {
entry:`);
  const poolCell = at("%record", 0, p);
  const numberCell = at("%record", 8, "i64");
  load("%pool", p, poolCell);
  load("%number", "i64", numberCell);
  put(`  %c0 = mul i64 %number, ${CONTEXT_BYTES}`);
  put(`  %context = getelementptr i8, ${p} %pool, i64 %c0`);
  const epochAt = at("%pool", 0, "i32");
  const pendingAt = at("%pool", 4, "i32");
  const stopAt = at("%pool", 8, "i32");
  const starterAt = at("%pool", 20, "i32");
  const statusAt = at("%pool", 24, "i32");
  put(`  %asleep = getelementptr i8, ${p} %pool, i64 16
  br label %next
next:
  %seen = phi i32 [ 0, %entry ], [ %epoch, %ready ]
  call void @await(${p} %pool, i32 %seen, ${p} %asleep)`);
  load("%epoch", "i32", epochAt, "acquire");
  load("%stop", "i32", stopAt, "acquire");
  put(`  %ends = icmp ne i32 %stop, 0
  br i1 %ends, label %leave, label %work
work:
  %status = call i32 @part(${p} %pool, ${p} %context, i64 %number)
  %old = atomicrmw umax ${statusAt}, i32 %status seq_cst
  %left = atomicrmw sub ${pendingAt}, i32 1 seq_cst
  %last = icmp eq i32 %left, 1
  br i1 %last, label %tell, label %ready
tell:`);
  load("%starter", "i32", starterAt, "seq_cst");
  put(`  %sleeps = icmp ne i32 %starter, 0
  br i1 %sleeps, label %wake, label %ready
wake:`);
  futex("%r", pendingAt, 129, "1");
  put(`  br label %ready
ready:
  br label %next
leave:
  ret ${p} null
}`);

  // What generated code calls; the context of the starter knows the pool.
  put(`define i32 @launch(${p} %context, ${to(task)} %task, i64 %first, i64 %end, ${p} %env) {
entry:`);
  const known = at("%context", 40, p);
  load("%pool", p, known);
  put(`  %n = sub i64 %end, %first
  %few = icmp slt i64 %n, 2
  br i1 %few, label %alone, label %share
alone:
  %only = call i32 %task(${p} %context, i64 %first, i64 %end, ${p} %env)
  ret i32 %only
share:`);
  const [t2, e2, f2, n2, w2, p2, s2, k2, a2] = [
    at("%pool", 32, to(task)),
    at("%pool", 40, p),
    at("%pool", 48, "i64"),
    at("%pool", 56, "i64"),
    at("%pool", 12, "i32"),
    at("%pool", 4, "i32"),
    at("%pool", 24, "i32"),
    at("%pool", 0, "i32"),
    at("%pool", 16, "i32"),
  ] as const;
  store(to(task), "%task", t2);
  store(p, "%env", e2);
  store("i64", "%first", f2);
  store("i64", "%end", n2);
  load("%workers", "i32", w2);
  store("i32", "%workers", p2, "seq_cst");
  store("i32", "0", s2, "seq_cst");
  put(`  %epoch = atomicrmw add ${k2}, i32 1 seq_cst`);
  load("%sleeping", "i32", a2, "seq_cst");
  put(`  %any = icmp ne i32 %sleeping, 0
  br i1 %any, label %wake, label %own
wake:`);
  futex("%r", k2, 129, "2147483647");
  put(`  br label %own
own:
  %mine = call i32 @part(${p} %pool, ${p} %context, i64 0)
  %place = getelementptr i8, ${p} %pool, i64 4
  %starter = getelementptr i8, ${p} %pool, i64 20
  br label %check
check:`);
  load("%left", "i32", p2, "acquire");
  put(`  %none = icmp eq i32 %left, 0
  br i1 %none, label %done, label %wait
wait:
  call void @await(${p} %place, i32 %left, ${p} %starter)
  br label %check
done:`);
  load("%others", "i32", s2, "seq_cst");
  put(`  %fine = icmp eq i32 %mine, 0
  %status = select i1 %fine, i32 %others, i32 %mine
  ret i32 %status
}`);

  put(`define i32 @start(${p} %pool, i64 %records, i64 %count) {
entry:
  %thread = alloca i64, align 8
  br label %test
test:
  %k = phi i64 [ 0, %entry ], [ %k1, %made ]
  %more = icmp slt i64 %k, %count
  br i1 %more, label %create, label %all
create:
  %o0 = mul i64 %k, 16
  %o1 = add i64 %o0, %records
  %record = inttoptr i64 %o1 to ${p}
  %code = bitcast ${to(`${p} (${p})`)} @worker to ${p}
  %failed = call i32 @pthread_create(${to("i64")} %thread, ${p} null, ${p} %code, ${p} %record)
  %bad = icmp ne i32 %failed, 0
  br i1 %bad, label %all, label %made
made:
  %id = load i64, ${to("i64")} %thread, align 8
  %d = call i32 @pthread_detach(i64 %id)
  %k1 = add i64 %k, 1
  br label %test
all:
  %started = phi i64 [ %k, %test ], [ %k, %create ]
  %result = trunc i64 %started to i32
  ret i32 %result
}`);
  put(`define i32 @finish(${p} %pool) {`);
  const [stop3, epoch3] = [at("%pool", 8, "i32"), at("%pool", 0, "i32")];
  store("i32", "1", stop3, "seq_cst");
  put(`  %e = atomicrmw add ${epoch3}, i32 1 seq_cst`);
  futex("%r", epoch3, 129, "2147483647");
  put(`  ret i32 0
}`);
  return `${lines.join("\n")}\n`;
}

/** The pool as the context of a starter names it. */
export interface ThreadPool {
  /** Addresses for the context of the thread that starts parallel loops. */
  readonly launch: bigint;
  readonly pool: bigint;
}

let code: ReturnType<typeof linkObject> | undefined;

/** Starts workers beside the calling thread; undefined when the system grants none. */
export function startPool(
  memory: NativeMemory,
  alloc: (bytes: number) => number,
  workers: number,
): ThreadPool | undefined {
  const { version } = llvmLibrary();
  code ??= linkObject(compileIr(poolText(version), { processor: "x86-64" }));
  const contexts = POOL_HEAD + CONTEXT_BYTES * workers;
  const at = alloc(contexts + 16 * workers);
  const view = new DataView(memory.buffer, at, contexts + 16 * workers);
  for (let k = 0; k < contexts; k += 8) view.setBigInt64(k, 0n, true);
  const pool = memory.base + BigInt(at);
  for (let k = 0; k < workers; k++) {
    view.setBigInt64(contexts + 16 * k, pool, true);
    view.setBigInt64(contexts + 16 * k + 8, BigInt(k + 1), true);
  }
  view.setInt32(12, workers, true);
  const start = nativeFunction(code.address("start"), "int (int64_t, int64_t, int64_t)");
  const started = Number(start(pool, pool + BigInt(contexts), BigInt(workers)));
  view.setInt32(12, started, true);
  return started === 0 ? undefined : { launch: code.address("launch"), pool };
}

/** Ends the workers; they must not be at work. */
export function stopPool({ pool }: ThreadPool): void {
  if (code !== undefined) nativeFunction(code.address("finish"), "int (int64_t)")(pool);
}
