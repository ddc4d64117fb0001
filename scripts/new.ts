/** `npm run new -- <code|command|op|pass> NAME [FOLDER]`: writes the skeleton of one thing, with its test. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";

interface Skeleton {
  readonly path: string;
  readonly text: string;
}

const camel = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
const words = (name: string): string => name.replaceAll("-", " ");

/** How a file imports another. */
function from(path: string, target: string): string {
  const way = relative(dirname(path), target.replace(/\.ts$/, ".js")).replaceAll("\\", "/");
  return way.startsWith(".") ? way : `./${way}`;
}

const KINDS: Readonly<
  Record<string, (name: string, folder: string | undefined) => readonly Skeleton[]>
> = {
  code(area, folder) {
    if (folder === undefined || !/^[A-Z]{3}$/.test(area)) {
      throw new Error("npm run new -- code AREA FOLDER, e.g. code PLN src/plan");
    }
    const path = `${folder}/codes.ts`;
    const text = `/** Codes of ${folder}. */
import { defineCodes } from "${from(path, "src/support/diagnostic.ts")}";

export const codes = defineCodes("${area}", {
  example: {
    number: 1,
    message: "\`{name}\` is {found}, but {expected} is needed here",
    hint: "write {expected}",
    explain: "Say when this is reported and why it matters.",
  },
});
`;
    return [{ path, text }];
  },
  command(name) {
    const text = `import { defineCommand } from "../command.js";

export const ${camel(name)} = defineCommand({
  name: "${name}",
  summary: "Says in one sentence what ${words(name)} does.",
  args: [{ name: "FILE", help: "what it reads" }],
  flags: {},
  examples: [{ run: "relaxc ${name} samples/01-matmul-relu.relax", shows: "What comes out" }],
  diagnosticsTo: "stderr",
  async run({ args, out }) {
    out(\`\${args[0]}\\n\`);
    return "ok";
  },
});
`;
    const golden = `#: case what ${name} writes
#: run ${name} %file
x = 1
#: expect stdout
case.relax
`;
    return [
      { path: `src/cli/commands/${name}.ts`, text },
      { path: `tests/golden/cli/${name}.relax`, text: golden },
    ];
  },
  op(name, family = "elementwise") {
    const path = `src/op/relax/${family}/${name.replaceAll("_", "-")}.ts`;
    const text = `import { defineOp } from "${from(path, "src/op/define-op.ts")}";
import { tensor } from "${from(path, "src/op/params.ts")}";

export const ${camel(name.replaceAll("_", "-"))} = defineOp({
  name: "${name}",
  family: "${family}",
  summary: "Says in a few words what it computes.",
  params: [tensor("x")],
  rule: ({ call, ctx }) => ctx.infoOf(call.args[0]!),
});
`;
    return [{ path, text }];
  },
  pass(name, folder = "relax") {
    const path = `src/transform/${folder}/${name}.ts`;
    const text = `import { definePass } from "${from(path, "src/transform/pass.ts")}";

/** Precondition, result, and why it is sound. */
export const ${camel(name)} = definePass({
  name: "${name}",
  dialect: "${folder}",
  summary: "Says in one sentence what it changes.",
  options: {},
  run: (module) => module,
});
`;
    const golden = `#: case what it rewrites
#: run opt -p ${name}
#: expect

#: case a near miss stays
#: run opt -p ${name}
#: expect
`;
    return [
      { path, text },
      { path: `tests/golden/transform/${folder}/${name}.relax`, text: golden },
    ];
  },
};

const [kind = "", name = "", folder] = process.argv.slice(2);
const make = KINDS[kind];
if (make === undefined || !/^[\w.-]+$/.test(name)) {
  console.error(`usage: npm run new -- <${Object.keys(KINDS).join("|")}> NAME [FOLDER]`);
  process.exit(2);
}
const skeletons = make(name, folder);
const taken = skeletons.find((s) => existsSync(s.path));
if (taken !== undefined) {
  console.error(`${taken.path} is there already`);
  process.exit(1);
}
for (const { path, text } of skeletons) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(path);
}
console.log("next: fill it in, then npm run gen");
