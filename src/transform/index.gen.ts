// Made by `npm run gen` from the pass declarations below src/transform.

const all = () => import("./passes.gen.js");
export const passes = [
  {
    name: "adjust-matmul-order",
    summary: "Orders chains of matrix products by their cost.",
    load: async () => (await all()).adjustMatmulOrder,
  },
  {
    name: "align-storage",
    summary: "Lays out buffers with the distances between rows that blocks ask for.",
    load: async () => (await all()).alignStorage,
  },
  {
    name: "allocate-workspace",
    summary: "Gives external functions the scratch memory they ask for.",
    load: async () => (await all()).allocateWorkspace,
  },
  {
    name: "alter-op-impl",
    summary:
      "Puts other T functions, with layouts of their own, in the place of those of an operator.",
    load: async () => (await all()).alterOpImpl,
  },
  {
    name: "annotate-tir-op-pattern",
    summary: "Notes at T functions how their outputs depend on their inputs, for fusion.",
    load: async () => (await all()).annotateTirOpPattern,
  },
  {
    name: "apply-schedules",
    summary: "Schedules functions as the library says for the target.",
    load: async () => (await all()).applySchedules,
  },
  {
    name: "attach-extern-modules",
    summary: "Lists modules that are to be linked to the program.",
    load: async () => (await all()).attachExternModules,
  },
  {
    name: "attach-global-symbol",
    summary: "Exports public functions under their names in the module.",
    load: async () => (await all()).attachGlobalSymbol,
  },
  {
    name: "bind-params",
    summary: "Makes parameters of a function constants.",
    load: async () => (await all()).bindParams,
  },
  {
    name: "bind-scalar-constants",
    summary: "Writes constants of one element into the T functions that read them.",
    load: async () => (await all()).bindScalarConstants,
  },
  {
    name: "bind-sizes",
    summary: "Computes sizes that depend on symbols once, outside of all loops.",
    load: async () => (await all()).bindSizes,
  },
  {
    name: "bind-symbolic-vars",
    summary: "Gives symbols of signatures fixed values.",
    load: async () => (await all()).bindSymbolicVars,
  },
  {
    name: "block-channels",
    summary: "Keeps the channels of images in blocks of a vector's length for convolutions.",
    load: async () => (await all()).blockChannels,
  },
  {
    name: "bundle-model-params",
    summary: "Makes the weights of a function one tuple parameter.",
    load: async () => (await all()).bundleModelParams,
  },
  {
    name: "call-tir-rewrite",
    summary: "Makes the outputs of destination-passing calls explicit allocations.",
    load: async () => (await all()).callTirRewrite,
  },
  {
    name: "canonicalize-bindings",
    summary: "Removes copies, tuples that are taken apart again, and refinements of what is known.",
    load: async () => (await all()).canonicalizeBindings,
  },
  {
    name: "canonicalize-loop",
    summary: "Makes loops start at 0 and step by 1.",
    load: async () => (await all()).canonicalizeLoop,
  },
  {
    name: "channels-last",
    summary: "Puts the channels of images last for convolutions, and packs the weights.",
    load: async () => (await all()).channelsLast,
  },
  {
    name: "check-access",
    summary: "Checks at run time the accesses whose bounds depend on data.",
    load: async () => (await all()).checkAccess,
  },
  {
    name: "combine-parallel-matmul",
    summary: "Makes one product of those that share their left operand.",
    load: async () => (await all()).combineParallelMatmul,
  },
  {
    name: "compact-buffer",
    summary: "Keeps of allocated buffers only what an iteration needs.",
    load: async () => (await all()).compactBuffer,
  },
  {
    name: "compute-prim-value",
    summary: "Computes scalar operands by T functions of the symbols.",
    load: async () => (await all()).computePrimValue,
  },
  {
    name: "convert-blocks",
    summary: "Replaces blocks by their bodies with the block variables substituted.",
    load: async () => (await all()).convertBlocks,
  },
  {
    name: "convert-layout",
    summary: "Lets convolutions and what follows them work in another layout.",
    load: async () => (await all()).convertLayout,
  },
  {
    name: "convert-to-dataflow",
    summary: "Puts runs of pure bindings into dataflow blocks.",
    load: async () => (await all()).convertToDataflow,
  },
  {
    name: "dataflow-use-inplace-calls",
    summary: "Lets results take the memory of operands that are not needed any more.",
    load: async () => (await all()).dataflowUseInplaceCalls,
  },
  {
    name: "dead-code-elimination",
    summary: "Removes bindings that nothing uses, and functions that nothing reaches.",
    load: async () => (await all()).deadCodeElimination,
  },
  {
    name: "decompose-ops-for-inference",
    summary: "Writes operators out that inference needs no kernels of their own for.",
    load: async () => (await all()).decomposeOpsForInference,
  },
  {
    name: "decompose-ops-for-training",
    summary: "Writes normalisations out as arithmetic that has gradients.",
    load: async () => (await all()).decomposeOpsForTraining,
  },
  {
    name: "double-buffer-tiles",
    summary: "Fills the next tile of a fabric and copies the last one while it computes.",
    load: async () => (await all()).doubleBufferTiles,
  },
  {
    name: "eliminate-common-subexpr",
    summary: "Computes equal pure values once.",
    load: async () => (await all()).eliminateCommonSubexpr,
  },
  {
    name: "expand-matmul-of-sum",
    summary: "Distributes a product over the sum on its right.",
    load: async () => (await all()).expandMatmulOfSum,
  },
  {
    name: "expand-tuple-arguments",
    summary: "Passes the items of tuples to private functions instead of the tuples.",
    load: async () => (await all()).expandTupleArguments,
  },
  {
    name: "fast-math-transform",
    summary: "Computes functions by polynomials that are close to them.",
    load: async () => (await all()).fastMathTransform,
  },
  {
    name: "flatten-buffer",
    summary: "Makes buffers one-dimensional.",
    load: async () => (await all()).flattenBuffer,
  },
  {
    name: "flatten-pixels",
    summary: "Computes convolutions with one tap on all pixels as one line.",
    load: async () => (await all()).flattenPixels,
  },
  {
    name: "flatten-rows",
    summary: "Computes many matrices times one as the rows of one product.",
    load: async () => (await all()).flattenRows,
  },
  {
    name: "fold-batchnorm-to-conv2d",
    summary: "Scales weights instead of normalising the results of convolutions.",
    load: async () => (await all()).foldBatchnormToConv2d,
  },
  {
    name: "fold-constant",
    summary: "Evaluates calls whose arguments are all constants.",
    load: async () => (await all()).foldConstant,
  },
  {
    name: "fuse-attention",
    summary: "Recognises attention in products of matrices with a softmax between them.",
    load: async () => (await all()).fuseAttention,
  },
  {
    name: "fuse-ops",
    summary: "Groups calls of T functions that can share their loops.",
    load: async () => (await all()).fuseOps,
  },
  {
    name: "fuse-ops-by-pattern",
    summary: "Makes functions of what matches dataflow patterns.",
    load: async () => (await all()).fuseOpsByPattern,
  },
  {
    name: "fuse-scheduled-patterns",
    summary: "Makes functions of what matches the dataflow patterns that schedules are for.",
    load: async () => (await all()).fuseScheduledPatterns,
  },
  {
    name: "fuse-tir",
    summary: "Makes each group of fused calls one T function with merged loops.",
    load: async () => (await all()).fuseTir,
  },
  {
    name: "fuse-transpose-matmul",
    summary: "Lets contractions read transposed operands where they are.",
    load: async () => (await all()).fuseTransposeMatmul,
  },
  {
    name: "gradient",
    summary: "Adds a function that also gives gradients by parameters.",
    load: async () => (await all()).gradient,
  },
  {
    name: "hoist-if-then-else",
    summary: "Moves conditions that a loop does not change out of it.",
    load: async () => (await all()).hoistIfThenElse,
  },
  {
    name: "inline-private-functions",
    summary: "Replaces calls of private functions by their bodies.",
    load: async () => (await all()).inlinePrivateFunctions,
  },
  {
    name: "kill-after-last-use",
    summary: "Ends the life of memory after the last use of what lies in it.",
    load: async () => (await all()).killAfterLastUse,
  },
  {
    name: "lambda-lift",
    summary: "Moves nested functions to the module.",
    load: async () => (await all()).lambdaLift,
  },
  {
    name: "lazy-get-input",
    summary: "Fetches weights one by one, each before its first use.",
    load: async () => (await all()).lazyGetInput,
  },
  {
    name: "lazy-set-output",
    summary: "Hands results over one by one, each once it is computed.",
    load: async () => (await all()).lazySetOutput,
  },
  {
    name: "legalize-ops",
    summary: "Lowers operators to loop nests by the templates of the library.",
    load: async () => (await all()).legalizeOps,
  },
  {
    name: "lift-transform-params",
    summary: "Moves what depends on weights alone into a function of its own.",
    load: async () => (await all()).liftTransformParams,
  },
  {
    name: "lower-alloc-tensor",
    summary: "Gives allocations that no plan placed storage of their own.",
    load: async () => (await all()).lowerAllocTensor,
  },
  {
    name: "lower-init-block",
    summary: "Turns block initialisations into statements under a condition.",
    load: async () => (await all()).lowerInitBlock,
  },
  {
    name: "lower-intrinsics",
    summary: "Replaces intrinsics by arithmetic that every target has.",
    load: async () => (await all()).lowerIntrinsics,
  },
  {
    name: "lower-match-buffer",
    summary: "Turns matched sub-regions into aliases with strides and an offset.",
    load: async () => (await all()).lowerMatchBuffer,
  },
  {
    name: "lower-predicate",
    summary: "Turns masked stores into conditional ones.",
    load: async () => (await all()).lowerPredicate,
  },
  {
    name: "lower-runtime-builtin",
    summary:
      "Turns operators of memory, shapes and closures into functions of the virtual machine.",
    load: async () => (await all()).lowerRuntimeBuiltin,
  },
  {
    name: "lower-thread-binding",
    summary: "Runs loops that are bound to threads in order.",
    load: async () => (await all()).lowerThreadBinding,
  },
  {
    name: "lower-to-aot",
    summary: "Turns planned functions into loop functions that run a whole model in one call.",
    load: async () => (await all()).lowerToAot,
  },
  {
    name: "merge-composite-functions",
    summary: "Joins neighbouring matches of one code generator.",
    load: async () => (await all()).mergeCompositeFunctions,
  },
  {
    name: "merge-loops",
    summary: "Runs nests that follow each other under common outer loops.",
    load: async () => (await all()).mergeLoops,
  },
  {
    name: "narrow-loop",
    summary: "Ends loops where the condition around their body stops to hold.",
    load: async () => (await all()).narrowLoop,
  },
  {
    name: "normalize",
    summary: "Brings functions to A-normal form.",
    load: async () => (await all()).normalize,
  },
  {
    name: "normalize-global-var",
    summary: "Gives functions the names under which they are exported.",
    load: async () => (await all()).normalizeGlobalVar,
  },
  {
    name: "optimize-layout-transform",
    summary: "Cancels changes of layout that undo each other.",
    load: async () => (await all()).optimizeLayoutTransform,
  },
  {
    name: "pad-channels",
    summary: "Lets convolutions give whole vectors of channels.",
    load: async () => (await all()).padChannels,
  },
  {
    name: "plan-allocation",
    summary: "Turns block allocations into allocation statements where they are used.",
    load: async () => (await all()).planAllocation,
  },
  {
    name: "propagate-layouts",
    summary: "Gives functions their operands in the layouts that schedules chose for them.",
    load: async () => (await all()).propagateLayouts,
  },
  {
    name: "realize-vdevice",
    summary: "Spreads devices to all values, and turns hints into copies.",
    load: async () => (await all()).realizeVDevice,
  },
  {
    name: "remove-no-op",
    summary: "Drops statements without effect.",
    load: async () => (await all()).removeNoOp,
  },
  {
    name: "remove-purity-checking",
    summary: "Takes calls that claim to be pure for what they are.",
    load: async () => (await all()).removePurityChecking,
  },
  {
    name: "remove-redundant-reshape",
    summary: "Keeps the last of several changes of shape.",
    load: async () => (await all()).removeRedundantReshape,
  },
  {
    name: "remove-unused-outputs",
    summary: "Removes results that no call of a private function uses.",
    load: async () => (await all()).removeUnusedOutputs,
  },
  {
    name: "remove-unused-parameters",
    summary: "Removes parameters that private functions do not use.",
    load: async () => (await all()).removeUnusedParameters,
  },
  {
    name: "reorder-permute-dims-after-concat",
    summary: "Permutes joined tensors once.",
    load: async () => (await all()).reorderPermuteDimsAfterConcat,
  },
  {
    name: "reorder-take-after-matmul",
    summary: "Takes columns of a product instead of columns of its weights.",
    load: async () => (await all()).reorderTakeAfterMatmul,
  },
  {
    name: "rewrite-dataflow-reshape",
    summary: "Makes calls that only change the shape views.",
    load: async () => (await all()).rewriteDataflowReshape,
  },
  {
    name: "rewrite-pattern",
    summary: "Replaces what matches patterns of the module by their replacements.",
    load: async () => (await all()).rewritePattern,
  },
  {
    name: "run-codegen",
    summary: "Compiles marked functions by external code generators.",
    load: async () => (await all()).runCodegen,
  },
  {
    name: "scale-by-shifts",
    summary: "Computes float32 rescales of integers by integers where that is the same.",
    load: async () => (await all()).scaleByShifts,
  },
  {
    name: "share-kernels",
    summary: "Makes T functions that differ in numbers only one that takes the numbers.",
    load: async () => (await all()).shareKernels,
  },
  {
    name: "simplify",
    summary: "Simplifies indices, decides conditions, drops loops that run once.",
    load: async () => (await all()).simplify,
  },
  {
    name: "specialise-tails",
    summary: "Gives whole tiles code of their own, without the conditions that tails need.",
    load: async () => (await all()).specialiseTails,
  },
  {
    name: "split-cgra-kernels",
    summary: "Makes loops for a fabric functions of their own.",
    load: async () => (await all()).splitCgraKernels,
  },
  {
    name: "split-register-buffers",
    summary: "Splits small vector tiles into single vectors, which registers can hold.",
    load: async () => (await all()).splitRegisterBuffers,
  },
  {
    name: "static-plan-block-memory",
    summary: "Places allocations at offsets of arenas that are allocated once.",
    load: async () => (await all()).staticPlanBlockMemory,
  },
  {
    name: "tile-for-fabric",
    summary: "Makes functions of single elements run on a fabric, tile by tile.",
    load: async () => (await all()).tileForFabric,
  },
  {
    name: "to-mixed-precision",
    summary: "Lets convolutions, matrix products and what follows them compute in float16.",
    load: async () => (await all()).toMixedPrecision,
  },
  {
    name: "to-non-dataflow",
    summary: "Makes dataflow blocks plain ones.",
    load: async () => (await all()).toNonDataflow,
  },
  {
    name: "topological-sort",
    summary: "Reorders the bindings of dataflow blocks.",
    load: async () => (await all()).topologicalSort,
  },
  {
    name: "transpose-registers",
    summary:
      "Turns tiles that are stored by rows and loaded by columns with shuffles of registers.",
    load: async () => (await all()).transposeRegisters,
  },
  {
    name: "unify-index-type",
    summary: "Gives loops and indices of a function one integer type.",
    load: async () => (await all()).unifyIndexType,
  },
  {
    name: "unroll-loop",
    summary: "Replaces small unrolled loops by their iterations.",
    load: async () => (await all()).unrollLoop,
  },
  {
    name: "update-param-type",
    summary: "Changes shapes and element types of parameters.",
    load: async () => (await all()).updateParamType,
  },
  {
    name: "update-vdevice",
    summary: "Puts another device in the place of a declared one.",
    load: async () => (await all()).updateVDevice,
  },
  {
    name: "vectorize-loop",
    summary: "Replaces vectorised loops by vector expressions.",
    load: async () => (await all()).vectorizeLoop,
  },
] as const;
