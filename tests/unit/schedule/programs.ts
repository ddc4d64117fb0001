/** Programs that tests schedule. */
export const dense = `
@T.prim_func
def dense(A: T.Buffer(("m", "k"), "float32"), B: T.Buffer(("k", "n"), "float32"), bias: T.Buffer(("n",), "float32"), C: T.Buffer(("m", "n"), "float32")):
    m = T.int64()
    n = T.int64()
    k = T.int64()
    P = T.sblock_alloc_buffer((m, n), "float32")
    Q = T.sblock_alloc_buffer((m, n), "float32")
    for i, j, l in T.grid(m, n, k):
        with T.sblock("matmul"):
            vi, vj, vl = T.axis.remap("SSR", [i, j, l])
            with T.init():
                P[vi, vj] = T.float32(0)
            P[vi, vj] = P[vi, vj] + A[vi, vl] * B[vl, vj]
    for i, j in T.grid(m, n):
        with T.sblock("add"):
            vi, vj = T.axis.remap("SS", [i, j])
            Q[vi, vj] = P[vi, vj] + bias[vj]
    for i, j in T.grid(m, n):
        with T.sblock("relu"):
            vi, vj = T.axis.remap("SS", [i, j])
            C[vi, vj] = T.max(Q[vi, vj], T.float32(0))
`;

/** The same with other sizes in the place of symbols. */
export const denseOf = (m: number, n: number, k: number): string =>
  dense
    .replace(/^ {4}[mnk] = T.int64\(\)\n/gm, "")
    .replace(/"m"|\bm\b(?=[,)])/g, String(m))
    .replace(/"n"|\bn\b(?=[,)])/g, String(n))
    .replace(/"k"|\bk\b(?=[,)])/g, String(k));

/** Blurs rows with a window of three, then doubles. */
export const blur = `
@T.prim_func
def blur(X: T.Buffer(("n",), "float32"), Z: T.Buffer(("n - 2",), "float32")):
    n = T.int64()
    D = T.sblock_alloc_buffer((n,), "float32")
    S = T.sblock_alloc_buffer((n - 2,), "float32")
    for i in range(n):
        with T.sblock("double"):
            vi = T.axis.spatial(n, i)
            D[vi] = X[vi] * T.float32(2)
    for i in range(n - 2):
        with T.sblock("sum"):
            vi = T.axis.spatial(n - 2, i)
            S[vi] = D[vi] + D[vi + 1] + D[vi + 2]
    for i in range(n - 2):
        with T.sblock("shift"):
            vi = T.axis.spatial(n - 2, i)
            Z[vi] = S[vi] + T.float32(1)
`;
