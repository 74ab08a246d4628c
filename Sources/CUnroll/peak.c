// What speed is measured against: OpenBLAS by itself, and how many multiply-adds a core can do at all.
#include "lanes.h"
#include "unroll.h"
#include <cblas.h>

void un_blas_gemm(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, const float *b, int adding, float *c) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1, a, (int)k, b, (int)n, adding ? 1 : 0, c,
                (int)n);
}

enum { CHAINS = 8 };

// Eight independent chains: two units times a latency of four hide behind one another.
UN_FAST static float chains(ptrdiff_t rounds, float factor, float term) {
    un_lanes sum[CHAINS];
    for (int i = 0; i < CHAINS; i++) sum[i] = (un_lanes){(float)i};
    for (ptrdiff_t r = 0; r < rounds; r++)
        for (int i = 0; i < CHAINS; i++) sum[i] = sum[i] * factor + term;
    float total = 0;
    for (int i = 0; i < CHAINS; i++) total += sum[i][0];
    return total;
}

ptrdiff_t un_multiply_adds(ptrdiff_t rounds, float *result) {
    *result = chains(rounds, 0.5f, 1.0f);
    return rounds * CHAINS * UN_LANES;
}
