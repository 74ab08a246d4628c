// Products. On processors with AVX-512 our own kernel, elsewhere OpenBLAS. What ours has over a general sgemm: the right-hand side
// can be packed once and used at every time step, and small left-hand sides are read where they lie.
#include "fast.h"
#include "unroll.h"
#include <cblas.h>

static void blas(int ta, int tb, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t lda, const float *b,
                 ptrdiff_t ldb, int adding, float *c, ptrdiff_t ldc) {
    cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, 1, a,
                (int)lda, b, (int)ldb, adding ? 1 : 0, c, (int)ldc);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,fma")))
enum { MR = 8, NR = 32, KC = 256, MC = 64, NC = 512 };

// Packed right-hand side: blocks of KC rows, in them panels of NR columns [panel][row][NR], zeros beyond n.
static ptrdiff_t panels_of(ptrdiff_t n) { return (n + NR - 1) / NR; }

UN_INLINE __mmask16 first_lanes(ptrdiff_t count) {
    return count <= 0 ? 0 : count >= 16 ? 0xffff : (__mmask16)((1u << count) - 1);
}

// x[i][j] becomes x[j][i]: pairs of floats, pairs of pairs, then quarters of vectors change places.
UN_INLINE AVX512 void transpose16(__m512 *x) {
    __m512 y[16];
    for (int i = 0; i < 16; i += 2) {
        y[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
        y[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
    }
    for (int i = 0; i < 16; i += 4)
        for (int j = 0; j < 2; j++) {
            __m512d low = _mm512_castps_pd(y[i + j]), high = _mm512_castps_pd(y[i + 2 + j]);
            x[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
            x[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
        }
    for (int j = 0; j < 4; j++) {
        __m512 a = _mm512_shuffle_f32x4(x[j], x[4 + j], 0x88), b = _mm512_shuffle_f32x4(x[j], x[4 + j], 0xdd);
        __m512 c = _mm512_shuffle_f32x4(x[8 + j], x[12 + j], 0x88), d = _mm512_shuffle_f32x4(x[8 + j], x[12 + j], 0xdd);
        y[j] = _mm512_shuffle_f32x4(a, c, 0x88);
        y[4 + j] = _mm512_shuffle_f32x4(b, d, 0x88);
        y[8 + j] = _mm512_shuffle_f32x4(a, c, 0xdd);
        y[12 + j] = _mm512_shuffle_f32x4(b, d, 0xdd);
    }
    for (int i = 0; i < 16; i++) x[i] = y[i];
}

// 16 columns of a panel, `columns` of them there, from rows of b that become columns.
AVX512 static void pack_transposed(const float *b, ptrdiff_t ldb, ptrdiff_t kc, ptrdiff_t columns, float *restrict out) {
    for (ptrdiff_t p = 0; p < kc; p += 16) {
        __mmask16 here = first_lanes(kc - p);
        __m512 x[16];
        for (int i = 0; i < 16; i++) x[i] = i < columns ? _mm512_maskz_loadu_ps(here, b + i * ldb + p) : _mm512_setzero_ps();
        transpose16(x);
        for (int i = 0; i < 16 && p + i < kc; i++) _mm512_store_ps(out + (p + i) * NR, x[i]);
    }
}

AVX512 static void pack_panels(const float *b, ptrdiff_t ldb, int transpose, ptrdiff_t kc, ptrdiff_t n, float *restrict out) {
    for (ptrdiff_t j = 0; j < n; j += NR, out += kc * NR)
        for (ptrdiff_t v = 0; v < NR; v += 16) {
            ptrdiff_t columns = n - j - v;
            if (transpose) {
                pack_transposed(b + (j + v) * ldb, ldb, kc, columns, out + v);
                continue;
            }
            __mmask16 there = first_lanes(columns);
            for (ptrdiff_t p = 0; p < kc; p++) _mm512_store_ps(out + p * NR + v, _mm512_maskz_loadu_ps(there, b + p * ldb + j + v));
        }
}

// Strips [strip][kc][MR] of the m columns of a [kc,m]: the kernel would find them all on the same lines of the first cache.
AVX512 static void pack_strips(const float *a, ptrdiff_t lda, ptrdiff_t kc, ptrdiff_t m, float *restrict out) {
    for (ptrdiff_t p = 0; p < kc; p++)
        for (ptrdiff_t i = 0; i < m; i += 2 * MR) {
            _mm_prefetch((const char *)(a + (p + 16) * lda + i), _MM_HINT_T0);
            __m512 x = _mm512_maskz_loadu_ps(first_lanes(m - i), a + p * lda + i);
            _mm256_store_ps(out + i * KC + p * MR, _mm512_castps512_ps256(x));
            if (m - i > MR) _mm256_store_ps(out + (i + MR) * KC + p * MR, _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(x), 1)));
        }
}

// c [rows, 16·vectors] (+)= a·panel for `rows` rows of a; a[i][p] lies at a[i·rs + p·cs]. The last vector has `mask` columns.
UN_INLINE AVX512 void tile(int rows, int vectors, ptrdiff_t kc, const float *a, ptrdiff_t rs, ptrdiff_t cs, const float *panel,
                           int adding, float *c, ptrdiff_t ldc, __mmask16 mask) {
    __m512 sum[MR][2];
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++) {
            sum[i][v] = _mm512_setzero_ps();
            _mm_prefetch((const char *)(c + i * ldc + 16 * v), _MM_HINT_T0);
        }
    for (ptrdiff_t p = 0; p < kc; p++, panel += NR) {
        __m512 right[2];
        for (int v = 0; v < vectors; v++) right[v] = _mm512_load_ps(panel + 16 * v);
        for (int i = 0; i < rows; i++) {
            __m512 left = _mm512_set1_ps(a[i * rs + p * cs]);
            for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_fmadd_ps(left, right[v], sum[i][v]);
        }
    }
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++) {
            __mmask16 columns = v == vectors - 1 ? mask : 0xffff;
            float *to = c + i * ldc + 16 * v;
            __m512 y = adding ? _mm512_add_ps(sum[i][v], _mm512_maskz_loadu_ps(columns, to)) : sum[i][v];
            _mm512_mask_storeu_ps(to, columns, y);
        }
}

#define TILE(rows)                                                                                                            \
    case rows:                                                                                                                \
        if (vectors == 2 && packed) tile(rows, 2, kc, a, 1, MR, panel, adding, c, ldc, mask);                                 \
        else if (vectors == 2) tile(rows, 2, kc, a, lda, 1, panel, adding, c, ldc, mask);                                     \
        else if (packed) tile(rows, 1, kc, a, 1, MR, panel, adding, c, ldc, mask);                                            \
        else tile(rows, 1, kc, a, lda, 1, panel, adding, c, ldc, mask);                                                       \
        break;

// A strip of at most MR rows against one panel of at most NR columns.
AVX512 static void strip(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t kc, const float *a, ptrdiff_t lda, int packed,
                         const float *panel, int adding, float *c, ptrdiff_t ldc) {
    int vectors = columns > 16 ? 2 : 1;
    __mmask16 mask = (__mmask16)(0xffffu >> (16 * vectors - columns));
    switch (rows) { TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) }
}

// One block of KC rows of the right-hand side, n columns in panels. a [m,kc] (or [kc,m] when transposed).
AVX512 static void block(int ta, ptrdiff_t m, ptrdiff_t n, ptrdiff_t kc, const float *a, ptrdiff_t lda, const float *panels,
                         int adding, float *c, ptrdiff_t ldc) {
    float left[MC * KC] __attribute__((aligned(64)));
    for (ptrdiff_t i0 = 0; i0 < m; i0 += MC) {
        ptrdiff_t mc = m - i0 < MC ? m - i0 : MC;
        if (ta) pack_strips(a + i0, lda, kc, mc, left);
        for (ptrdiff_t j = 0; j < n; j += NR)
            for (ptrdiff_t i = 0; i < mc; i += MR)
                strip(mc - i < MR ? mc - i : MR, n - j < NR ? n - j : NR, kc, ta ? left + i * KC : a + (i0 + i) * lda, lda, ta,
                      panels + j * kc, adding, c + (i0 + i) * ldc + j, ldc);
    }
}

#endif

void un_gemm(int ta, int tb, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t lda, const float *b,
             ptrdiff_t ldb, int adding, float *c, ptrdiff_t ldc) {
    if (m == 0 || n == 0) return;
#if defined(__x86_64__)
    if (un_has_avx512() && k > 0) {
        static _Thread_local float panels[KC * NC] __attribute__((aligned(64)));
        for (ptrdiff_t j = 0; j < n; j += NC)
            for (ptrdiff_t p = 0; p < k; p += KC) {
                ptrdiff_t kc = k - p < KC ? k - p : KC, nc = n - j < NC ? n - j : NC;
                pack_panels(tb ? b + j * ldb + p : b + p * ldb + j, ldb, tb, kc, nc, panels);
                block(ta, m, nc, kc, ta ? a + p * lda : a + p, lda, panels, adding || p > 0, c + j, ldc);
            }
        return;
    }
#endif
    blas(ta, tb, m, n, k, a, lda, b, ldb, adding, c, ldc);
}

ptrdiff_t un_packed_size(ptrdiff_t k, ptrdiff_t n) {
#if defined(__x86_64__)
    if (un_has_avx512()) return k * panels_of(n) * NR;
#endif
    return k * n;
}

void un_pack(int tb, ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, float *packed) {
#if defined(__x86_64__)
    if (un_has_avx512()) {
        for (ptrdiff_t p = 0; p < k; p += KC)
            pack_panels(tb ? b + p : b + p * ldb, ldb, tb, k - p < KC ? k - p : KC, n, packed + p * panels_of(n) * NR);
        return;
    }
#endif
    for (ptrdiff_t p = 0; p < k; p++)
        for (ptrdiff_t j = 0; j < n; j++) packed[p * n + j] = tb ? b[j * ldb + p] : b[p * ldb + j];
}

void un_gemm_packed(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t lda, const float *packed, int adding,
                    float *c, ptrdiff_t ldc) {
    if (m == 0 || n == 0) return;
#if defined(__x86_64__)
    if (un_has_avx512() && k > 0) {
        for (ptrdiff_t p = 0; p < k; p += KC)
            block(0, m, n, k - p < KC ? k - p : KC, a + p, lda, packed + p * panels_of(n) * NR, adding || p > 0, c, ldc);
        return;
    }
#endif
    blas(0, 0, m, n, k, a, lda, packed, n, adding, c, ldc);
}

void un_single_thread(void) { openblas_set_num_threads(1); }
