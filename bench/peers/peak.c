/* Peaks of one core in FLOP/s, one line a request: independent chains of fused multiply-adds of 512 or 256 bits, and
   of multiplications and additions of 128 bits, which is what WebAssembly without relaxed instructions can reach. */
#define _POSIX_C_SOURCE 200112L
#include <stdio.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

#define EACH(op, r)                                                                                                    \
  op(r, 0) op(r, 1) op(r, 2) op(r, 3) op(r, 4) op(r, 5) op(r, 6) op(r, 7) op(r, 8) op(r, 9) op(r, 10) op(r, 11)
#define ZERO(r, i) "vxorps %%xmm" #i ",%%xmm" #i ",%%xmm" #i "\n"
#define FMA(r, i) "vfmadd231ps %%" #r "12,%%" #r "13,%%" #r #i "\n"
#define MULADD(r, i) "vmulps %%" #r "12,%%" #r "13,%%" #r "14\nvaddps %%" #r "14,%%" #r #i ",%%" #r #i "\n"
#define CLOBBERED                                                                                                      \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",   \
      "xmm14", "cc"
#define LOOP(name, op, r)                                                                                              \
  static void name(long n) {                                                                                           \
    __asm__ volatile(EACH(ZERO, r) ZERO(r, 12) ZERO(r, 13) "1:\n" EACH(op, r) "dec %0\njnz 1b\nvzeroupper\n"            \
                     : "+r"(n)                                                                                         \
                     :                                                                                                 \
                     : CLOBBERED);                                                                                     \
  }
LOOP(fma512, FMA, zmm)
LOOP(fma256, FMA, ymm)
LOOP(muladd128, MULADD, xmm)

int main(void) {
  char line[64];
  /* Some milliseconds: clocks of processes err by microseconds, which the best of short loops would be made of. */
  long n = 1000000;
  while (fgets(line, sizeof line, stdin)) {
    int is_wide = __builtin_cpu_supports("avx512f") != 0;
    int is_wasm = strncmp(line, "wasm", 4) == 0;
    void (*loop)(long) = is_wasm ? muladd128 : is_wide ? fma512 : fma256;
    double lanes = is_wasm ? 4 : is_wide ? 16 : 8, best = 0;
    for (int i = 0; i < 8; i++) {
      double start = now(), rate;
      loop(n);
      rate = (double)n * 12 * 2 * lanes / (now() - start);
      if (rate > best) best = rate;
    }
    printf("%.6e\n", best);
    fflush(stdout);
  }
  return 0;
}
