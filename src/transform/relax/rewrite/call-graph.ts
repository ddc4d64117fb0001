/** Order of the functions of a module by their calls. */
import type { IRModule } from "../../../ir/module.js";
import { functionsNamedIn } from "./reachable.js";

export interface CallGraph {
  /** Names of all functions, each after those that it mentions, as far as these do not lead back to it. */
  readonly order: readonly string[];
  /** Functions that call themselves, by way of others or not. */
  readonly recursive: ReadonlySet<string>;
}

interface Visit {
  readonly name: string;
  readonly callees: readonly string[];
  next: number;
}

/** Strongly connected components (Tarjan 1972), without recursion. */
export function callGraph(module: IRModule): CallGraph {
  const order: string[] = [];
  const recursive = new Set<string>();
  const number = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const path: Visit[] = [];
  const start = (name: string): void => {
    number.set(name, number.size);
    low.set(name, number.get(name)!);
    open.push(name);
    isOpen.add(name);
    const callees = [...functionsNamedIn(module, module.functions.get(name)!)];
    if (callees.includes(name)) recursive.add(name);
    path.push({ name, callees, next: 0 });
  };
  const lower = (name: string, to: number): void => void low.set(name, Math.min(low.get(name)!, to)); // prettier-ignore
  const close = (name: string): void => {
    const component: string[] = [];
    for (let member; member !== name;) component.push((member = open.pop()!));
    for (const member of component) {
      isOpen.delete(member);
      order.push(member);
      if (component.length > 1) recursive.add(member);
    }
  };
  for (const root of module.functions.keys()) {
    if (number.has(root)) continue;
    start(root);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const callee = top.callees[top.next++];
      if (callee !== undefined) {
        if (!number.has(callee)) start(callee);
        else if (isOpen.has(callee)) lower(top.name, number.get(callee)!);
        continue;
      }
      path.pop();
      if (low.get(top.name) === number.get(top.name)) close(top.name);
      const caller = path.at(-1);
      if (caller !== undefined) lower(caller.name, low.get(top.name)!);
    }
  }
  return { order, recursive };
}
