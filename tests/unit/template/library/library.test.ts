import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkTemplates } from "../../../../src/driver/check-templates.js";
import { loadLibraries } from "../../../../src/driver/libraries.js";
import { lookupOp } from "../../../../src/op/registry.js";
import { codes } from "../../../../src/template/codes.js";
import { checkLibrary } from "../../../../src/template/library/check.js";
import { makeLibrary, type TemplateLibrary } from "../../../../src/template/library/library.js";
import { standardLibrary } from "../../../../src/template/library/stdlib.js";

const library = suite("template/library");

const source = (text: string, name = "lib.relax") => ({ name, text });
const codesOf = (text: string): string[] => checkTemplates(source(text)).map((d) => d.code);
const relu = (body: string): string =>
  `@S.elementwise("relax.nn.relu")\ndef relu(x):\n    ${body}\n`;

library("the standard library has no mistakes, and its operators exist", () => {
  const stdlib = standardLibrary();
  assert.equal(
    checkLibrary(stdlib).map((d) => `${d.code} ${d.message}`),
    [],
  );
  for (const op of stdlib.ops())
    if (op.startsWith("relax.")) assert.ok(lookupOp(op.slice(6)), `${op} is no operator`);
});

library("files are read when something of them is asked for", () => {
  const broken = source("def (:\n", "broken.relax");
  const good = source(relu("return x"), "good.relax");
  const lib = makeLibrary("lib", [broken, good]);
  assert.equal(
    lib.templatesOf("relax.nn.relu").map((t) => t.name),
    ["relu"],
  );
  assert.is(lib.lookup("relu")?.kind, "template");
  assert.is(lib.lookup("missing"), undefined);
  assert.ok(lib.diagnostics().length > 0);
});

library("files for other targets are not read", () => {
  const lowered = (name: string, target: string): string =>
    `@S.lower("relax.nn.relu"${target})\n@T.prim_func\ndef ${name}(X: T.Buffer(x, dt), Y: T.Buffer(x, dt)):\n` +
    `    compute("${name}", Y, lambda v: X[v])\n\n\n`;
  // What is no definition of a library is a name until it is read.
  const files = [
    source(`${lowered("other", ', where=(dt == "int8",), target="npu"')}unread = names = 1\n`),
    source(`${lowered("any", "")}${lowered("own", ', target="llvm"')}read = names = 1\n`),
  ];
  const lib = makeLibrary("lib", files);
  const namesFor = (target: string | undefined): string[] =>
    lib.templatesOf("relax.nn.relu", (t) => t === undefined || t === target).map((t) => t.name);
  assert.equal(namesFor("llvm"), ["any", "own"]);
  assert.equal(namesFor(undefined), ["any"]);
  const names = new Set(lib.names());
  assert.ok(names.has("unread") && !names.has("read"));
  assert.equal(namesFor("npu"), ["other", "any"]);
  assert.not(new Set(lib.names()).has("unread"));
  // An operator that is named elsewhere too is looked for in any case.
  const named = makeLibrary("lib", [
    source(`${lowered("other", ', target="npu"')}NAMES = ("relax.nn.relu",)\nread = names = 1\n`),
  ]);
  assert.equal(
    named.templatesOf("relax.nn.relu", (t) => t === undefined),
    [],
  );
  assert.not(new Set(named.names()).has("read"));
});

library("definitions of one file are read one by one; what it imports binds at once", () => {
  // The name at the end of a part is one until the part is read.
  const part = (text: string, mark: string): string => `${text}${mark} = names = 1\n\n\n`;
  const acme = makeLibrary("acme", [source("@S.inline\ndef twice(x):\n    return x * 2\n")]);
  const file = source(
    `from acme import twice as double\n\n\n${
      part(relu("return x"), "after_relu") +
      part("@S.inline\ndef half(x):\n    return x / 2\n", "after_half") +
      part(relu("return (x)))").replaceAll("relu", "sigmoid"), "after_sigmoid")
    }`,
  );
  const lib = makeLibrary("lib", [file], { imports: () => acme });
  const unread = (): string[] => [...lib.names()].filter((name) => name.startsWith("after_"));
  assert.equal(unread(), ["after_relu", "after_half", "after_sigmoid"]);
  assert.is(lib.lookup("half")?.kind, "inline");
  assert.is(lib.lookup("double"), acme.lookup("twice"));
  assert.equal(unread(), ["after_relu", "after_sigmoid"]);
  assert.ok(lib.lowers("relax.nn.relu"));
  assert.equal(unread(), ["after_sigmoid"]);
  // Mistakes stand where they do in the file.
  const mistake = lib.diagnostics().find(({ code }) => code !== codes.libraryItem.info.code);
  assert.equal(unread(), []);
  assert.is(mistake?.span?.source, file);
  assert.is(mistake?.span?.start, file.text.indexOf("))") + 1);
});

library("a library that imports from itself ends", () => {
  const lib: TemplateLibrary = makeLibrary(
    "lib",
    [source(`from lib import relu, other\n\n\n${relu("return x")}`)],
    { imports: () => lib },
  );
  assert.equal(
    lib.diagnostics().map(({ code }) => code),
    [codes.unknownImport.info.code],
  );
  assert.is(lib.lookup("relu")?.kind, "template");
});

library("decorators give form, operators, target and priority", () => {
  const [t] = makeLibrary("lib", [
    source(`@S.lower("relax.add", "relax.subtract", where=(dt == "int8", len(x) > 1), target="npu", priority=-2, op_pattern=3)
@T.prim_func
def f(X: T.Buffer(x, dt), Z: T.Buffer(x, dt), Y: T.Buffer(x, dt)):
    compute("f", Y, lambda v: X[v])
`),
  ]).templates();
  assert.equal(t!.ops, ["relax.add", "relax.subtract"]);
  assert.is(t!.where.length, 2);
  assert.equal(
    [t!.target, t!.priority, t!.opPattern, t!.dialect, t!.form],
    ["npu", -2, 3, "T", "lower"],
  );
});

library("names: own, imported, of the prelude", () => {
  const { all, diagnostics } = loadLibraries([
    source("@S.inline\ndef twice(x):\n    return x * 2\n", "folder/acme.relax"),
    source(
      `from acme import twice as double\nfrom stdlib import relu\n\n\n${relu("return double(x)").replace("def relu", "def mine")}`,
    ),
  ]);
  assert.equal(diagnostics, []);
  const lib = all[0]!;
  lib.templates();
  assert.is(lib.lookup("double")?.kind, "inline");
  assert.is(lib.lookup("relu")?.kind, "template");
  assert.is(lib.lookup("compute")?.kind, "inline");
  assert.is(lib.lookup("padded")?.kind, "inline");
  assert.is(lib.lookup("softmax"), undefined);
});

library("mistakes that need no call", () => {
  assert.equal(codesOf(relu("return T.max(x, 0)")), []);
  assert.equal(codesOf(relu("return T.max(y, 0)")), [codes.unknownName.info.code]);
  assert.equal(codesOf(relu("return S.wrap(x)")), [codes.invalidArgument.info.code]);
  assert.equal(codesOf(relu("return S.rap(x, 1)")), [codes.unknownName.info.code]);
  assert.equal(codesOf(relu("return x").replace("(x)", "(x, y)")), [codes.operandCount.info.code]);
  assert.equal(codesOf(relu("return x").replace("(x)", "(x, *, slope)")), [
    codes.unknownAttribute.info.code,
  ]);
  assert.equal(codesOf(relu("return x").replace("nn.relu", "nn.rellu")), [
    codes.unknownName.info.code,
  ]);
  assert.equal(codesOf(relu("return x").replace("S.elementwise", "S.elementwyse")), [
    codes.unknownName.info.code,
  ]);
  assert.equal(codesOf(`@T.prim_func\n${relu("return x")}`), [codes.badDecorator.info.code]);
  assert.equal(codesOf(`${relu("return x")}\n\n${relu("return x")}`), [
    codes.repeatedName.info.code,
  ]);
  assert.equal(codesOf(`from stdlib import nothing_like_it\n\n\n${relu("return x")}`), [
    codes.unknownImport.info.code,
  ]);
  assert.equal(codesOf(`def f(x):\n    return x\n\n\n${relu("return x")}`), [
    codes.libraryItem.info.code,
  ]);
});

library.run();
