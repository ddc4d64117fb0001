/**
 * The layering: a folder may import itself and the folders of its row. Run by `npm run check`; a test plants
 * violations. ARCHITECTURE.md explains the table.
 */
const LAYERS = {
  "src/support": [],
  "src/ir": ["src/support"],
  "src/arith": ["src/ir", "src/support"],
  "src/sat": ["src/support"],
  grammar: ["src/support"],
  "src/format": ["grammar", "src/support"],
  "src/op": ["src/ir", "src/arith", "src/support"],
  "src/syntax": ["grammar", "src/ir", "src/op", "src/arith", "src/support"],
  "src/analysis": ["src/ir", "src/arith", "src/op", "src/support"],
  "src/interp": ["src/ir", "src/arith", "src/op", "src/support"],
  "src/template": [
    "grammar",
    "src/syntax",
    "src/analysis",
    "src/op",
    "src/ir",
    "src/arith",
    "src/support",
  ],
  "src/transform": [
    "src/analysis",
    "src/plan",
    "src/interp",
    "src/op",
    "src/ir",
    "src/arith",
    "src/support",
  ],
  "src/schedule/script": [
    "src/schedule",
    "grammar",
    "src/syntax",
    "src/template",
    "src/transform",
    "src/analysis",
    "src/interp",
    "src/op",
    "src/ir",
    "src/arith",
    "src/support",
  ],
  "src/schedule": [
    "src/transform",
    "src/analysis",
    "src/interp",
    "src/op",
    "src/ir",
    "src/arith",
    "src/support",
  ],
  "src/plan": ["src/analysis", "src/ir", "src/arith", "src/support"],
  "src/artefact": ["src/support"],
  "src/runtime": ["src/artefact", "src/support"],
  "src/native": ["src/runtime", "src/artefact", "src/support"],
  "src/target": [
    "src/transform",
    "src/analysis",
    "src/plan",
    "src/interp",
    "src/op",
    "src/ir",
    "src/arith",
    "src/artefact",
    "src/runtime",
    "src/sat",
    "src/support",
  ],
  "src/tune": [
    "src/schedule",
    "src/analysis",
    "src/plan",
    "src/target",
    "src/runtime",
    "src/op",
    "src/ir",
    "src/arith",
    "src/support",
  ],
  "src/import": ["grammar", "src/syntax", "src/op", "src/ir", "src/arith", "src/support"],
};

/** Above these stand the driver, then the command line and the language server. */
const BELOW_DRIVER = Object.keys(LAYERS);
const ABOVE = {
  "src/driver": BELOW_DRIVER,
  "src/cli": [...BELOW_DRIVER, "src/driver"],
  "src/lsp": [...BELOW_DRIVER, "src/driver"],
};

/** Files that may use Node's own modules; the rest reaches the outside through `Host`. */
const NODE_USERS = [
  "^src/driver/host-node\\.ts$",
  "^src/cli/",
  "^src/lsp/server\\.ts$",
  "^src/native/",
  "^src/tune/measure/.*-node\\.ts$",
  "^src/testing/",
];

const under = (folder) => `^${folder}/`;

/** Folders inside one that have rows of their own. */
const rowsInside = (folder) =>
  Object.keys(LAYERS)
    .filter((other) => other.startsWith(`${folder}/`))
    .map(under);

const layerRules = Object.entries({ ...LAYERS, ...ABOVE }).map(([folder, allowed]) => ({
  name: `layer-${folder.replace("src/", "")}`,
  comment: `${folder} may import ${allowed.join(", ") || "nothing of the project"}`,
  severity: "error",
  from: { path: under(folder), pathNot: rowsInside(folder) },
  to: { path: "^(src|grammar|tests|bench|scripts)/", pathNot: [folder, ...allowed].map(under) },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: "known-folder",
      comment: "a new folder of src needs a row in the layering table",
      severity: "error",
      from: {
        path: "^src/.+/",
        pathNot: [...Object.keys({ ...LAYERS, ...ABOVE }), "src/testing"].map(under),
      },
      to: {},
    },
    {
      name: "targets-apart",
      comment: "a target does not know another target",
      severity: "error",
      from: { path: "^src/target/([^/]+)/" },
      to: { path: "^src/target/[^/]+/", pathNot: "^src/target/$1/" },
    },
    {
      name: "testing-stays-out",
      comment: "test helpers are for tests",
      severity: "error",
      from: { path: "^(src|grammar)/", pathNot: "^src/testing/" },
      to: { path: "^src/testing/" },
    },
    {
      name: "no-node-builtin",
      comment: "Node's own modules are reached through Host",
      severity: "error",
      from: { path: "^(src|grammar)/", pathNot: NODE_USERS },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-cycle",
      comment:
        "folders do not import each other in a circle; inside one folder, functions over a recursive structure may " +
        "call each other across files (types and lazy imports aside)",
      severity: "error",
      from: { path: "^(.+)/[^/]+$" },
      to: {
        circular: true,
        via: { pathNot: "^$1/[^/]+$" },
        viaOnly: { dependencyTypesNot: ["type-only", "dynamic-import"] },
      },
    },
    {
      name: "resolvable",
      comment: "every import is found",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-dev-dependency",
      comment: "the product does not import what only its checkout has",
      severity: "error",
      from: { path: "^(src|grammar)/", pathNot: "^src/testing/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
