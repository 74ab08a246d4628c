// Sums of powers of complex numbers, s_l = Re Σ_n g_n λ_n^l, and the sums that their gradients need, for all l < T at once.
//
// With l = jL + i is λ^l = λ^{jL} λ^i, so that a signal of J = T/L blocks is one product of [J, n] and [n, L], with L near √T: the
// powers themselves cost n (J + L) multiplications, in double precision, and all the rest runs in the product's kernel.
#include "powers.h"
#include "unroll.h"
#include "fast.h"

static ptrdiff_t block_of(ptrdiff_t T) {
    ptrdiff_t block = 1;
    while (block * block < T) block *= 2;
    return block;
}

ptrdiff_t un_power_length(ptrdiff_t T) {
    ptrdiff_t L = block_of(T);
    return (T + L - 1) / L * L;
}

// Doubles first: four vectors of n numbers; then a row of zeros, the table of λ^i, and one row of n numbers a block.
ptrdiff_t un_power_scratch(ptrdiff_t T, ptrdiff_t rows, ptrdiff_t modes) {
    return 2 * 8 * modes + modes + 4 * modes * (block_of(T) + rows * un_power_length(T) / block_of(T));
}

typedef struct { ptrdiff_t L, J; double *p, *step, *slope; float *zeros, *table, *blocks; } Work;

static Work work_for(ptrdiff_t T, ptrdiff_t modes, float *scratch) {
    ptrdiff_t L = block_of(T);
    Work w = {L, (T + L - 1) / L, (double *)scratch, (double *)scratch + 2 * modes, (double *)scratch + 4 * modes, NULL, NULL, NULL};
    w.zeros = scratch + 16 * modes;
    w.table = w.zeros + modes;
    w.blocks = w.table + 4 * modes * L;
    memset(w.zeros, 0, (size_t)modes * sizeof(float));
    return w;
}

// Numbers so small that they are as good as zero would make the products slow.
UN_INLINE float rounded(double v) { return v < 1e-30 && v > -1e-30 ? 0.0f : (float)v; }

static void start_at_one(ptrdiff_t modes, double *p) {
    for (ptrdiff_t n = 0; n < modes; n++) {
        p[n] = 1;
        p[modes + n] = 0;
    }
}

// p = p q
UN_FAST static void advance(ptrdiff_t modes, double *restrict p, const double *restrict q) {
    for (ptrdiff_t n = 0; n < modes; n++) {
        double re = p[n] * q[n] - p[modes + n] * q[modes + n], im = p[n] * q[modes + n] + p[modes + n] * q[n];
        p[n] = re;
        p[modes + n] = im;
    }
}

UN_FAST static void store(ptrdiff_t n, const double *restrict from, double factor, float *restrict to) {
    for (ptrdiff_t i = 0; i < n; i++) to[i] = rounded(factor * from[i]);
}

// to = g p
UN_FAST static void store_product(ptrdiff_t modes, int parts, const double *restrict p, const double *restrict g,
                                  float *restrict to) {
    for (ptrdiff_t n = 0; n < modes; n++) to[n] = rounded(g[n] * p[n] - g[modes + n] * p[modes + n]);
    for (ptrdiff_t n = 0; n < modes && parts == 2; n++) to[modes + n] = rounded(g[n] * p[modes + n] + g[modes + n] * p[n]);
}

void un_power_sums(ptrdiff_t T, ptrdiff_t rows, ptrdiff_t modes, int parts, const double *lambda, const double *g, float *sums,
                   float *scratch) {
    Work w = work_for(T, modes, scratch);
    ptrdiff_t width = parts * modes;
    start_at_one(modes, w.p);
    for (ptrdiff_t i = 0; i < w.L; i++) {  // λ^i, its imaginary part with the sign that it has in Re (a b)
        store(modes, w.p, 1, w.table + i * width);
        if (parts == 2) store(modes, w.p + modes, -1, w.table + i * width + modes);
        advance(modes, w.p, lambda);
    }
    memcpy(w.step, w.p, (size_t)(2 * modes) * sizeof(double));
    start_at_one(modes, w.p);
    for (ptrdiff_t j = 0; j < w.J; j++) {
        for (ptrdiff_t r = 0; r < rows; r++)
            store_product(modes, parts, w.p, g + r * 2 * modes, w.blocks + (r * w.J + j) * width);
        advance(modes, w.p, w.step);
    }
    un_gemm(0, 1, rows * w.J, w.L, width, w.blocks, width, w.table, width, 0, sums, w.L);
}

// sum += factor p w
UN_FAST static void add_product(ptrdiff_t modes, double factor, const double *restrict p, const float *restrict re,
                                const float *restrict im, double *restrict sum) {
    for (ptrdiff_t n = 0; n < modes; n++) {
        sum[n] += factor * (p[n] * re[n] - p[modes + n] * im[n]);
        sum[modes + n] += factor * (p[n] * im[n] + p[modes + n] * re[n]);
    }
}

void un_power_moments(ptrdiff_t T, ptrdiff_t rows, ptrdiff_t modes, int parts, const double *lambda, const float *signals,
                      double *moments, double *slopes, float *scratch) {
    Work w = work_for(T, modes, scratch);
    ptrdiff_t half = parts * modes, width = slopes ? 2 * half : half;
    start_at_one(modes, w.p);
    memset(w.slope, 0, (size_t)(2 * modes) * sizeof(double));
    for (ptrdiff_t i = 0; i < w.L; i++) {  // λ^i and i λ^{i-1}; slope holds λ^{i-1}
        store(half, w.p, 1, w.table + i * width);
        if (slopes) store(half, w.slope, (double)i, w.table + i * width + half);
        memcpy(w.slope, w.p, (size_t)(2 * modes) * sizeof(double));
        advance(modes, w.p, lambda);
    }
    memcpy(w.step, w.p, (size_t)(2 * modes) * sizeof(double));
    un_gemm(0, 0, rows * w.J, width, w.L, signals, w.L, w.table, width, 0, w.blocks, width);
    memset(moments, 0, (size_t)(rows * 2 * modes) * sizeof(double));
    if (slopes) memset(slopes, 0, (size_t)(rows * 2 * modes) * sizeof(double));
    start_at_one(modes, w.p);
    for (ptrdiff_t j = 0; j < w.J; j++) {  // slope holds λ^{jL-1}
        for (ptrdiff_t r = 0; r < rows; r++) {
            const float *re = w.blocks + (r * w.J + j) * width, *im = parts == 2 ? re + modes : w.zeros;
            add_product(modes, 1, w.p, re, im, moments + r * 2 * modes);
            if (!slopes) continue;
            if (j > 0) add_product(modes, (double)(j * w.L), w.slope, re, im, slopes + r * 2 * modes);
            add_product(modes, 1, w.p, re + half, parts == 2 ? im + half : w.zeros, slopes + r * 2 * modes);
        }
        if (j > 0) advance(modes, w.slope, w.step);
        advance(modes, w.p, w.step);
    }
}
