// Zero-order hold of the dense state space, [Ā B̄; 0 1] = exp(Δ [A B; 0 0]), for tiles of UN_LANES channels at once.
//
// All channels share [A B]. So the terms P_k = (A/c)^{k-1} [A B]/c / k! of the series are computed once, with a power of two c > ‖A‖,
// and Y = [Ā - I, B̄] at the step Δ/2^s of a channel is Σ_k τ^k P_k with τ = cΔ/2^s ≤ 1, of which 18 terms leave less than 1e-17.
// Then s times Y <- [2Y + YY, 2b + Yb], which is the squaring of the exponential; without the identity in it, short steps keep
// their digits. Spare lanes of the last tile have τ = 0: their Ā is the identity. The way back runs through the same squarings and sums, so that it too shares the powers of A.
#include "fast.h"
#include "tiles.h"
#include "unroll.h"
#include <cblas.h>
#include <math.h>

// SQUARINGS: at most; a channel that needs more, with cΔ > 2^64, is not a number.
enum { L = UN_LANES, TERMS = 18, SQUARINGS = 64, BLOCK = 4 };
typedef double lanes __attribute__((vector_size(L * sizeof(double))));

// A power of two above the largest absolute row sum of A.
static double power_above(ptrdiff_t N, const float *A) {
    double norm = 0;
    for (ptrdiff_t i = 0; i < N; i++) {
        double sum = 0;
        for (ptrdiff_t j = 0; j < N; j++) sum += fabs((double)A[i * N + j]);
        norm = sum > norm ? sum : norm;
    }
    int exponent = 0;
    if (isfinite(norm)) frexp(norm, &exponent);
    return ldexp(1, exponent);
}

// Squarings that channels from `first` to `end` need.
static int squarings_of(ptrdiff_t first, ptrdiff_t end, const float *log_dt, double c) {
    int most = 0;
    for (ptrdiff_t h = first; h < end; h++) {
        int squarings = 0;
        for (double tau = c * exp((double)log_dt[h]); tau > 1 && squarings < SQUARINGS; tau /= 2) squarings++;
        most = squarings > most ? squarings : most;
    }
    return most;
}

// Doubles: the terms and their gradients, then the gradient and every Y of a tile.
ptrdiff_t un_zoh_scratch(ptrdiff_t H, ptrdiff_t N, const float *A, const float *log_dt) {
    ptrdiff_t terms = (TERMS * N * (N + 1) + L - 1) / L * L;
    return 2 * terms + (3 + squarings_of(0, H, log_dt, power_above(N, A))) * N * (N + 1) * L;
}

// All matrices are [N, N+1]. terms, d_terms: TERMS of them; tile: matrices of vectors, each element for every channel of a tile.
typedef struct { ptrdiff_t N, element; double c, *terms, *d_terms; lanes *tile; } Work;

static Work work_for(ptrdiff_t N, const float *A, const float *B, double *scratch) {
    ptrdiff_t element = N * (N + 1), terms = (TERMS * element + L - 1) / L * L;
    Work w = {N, element, power_above(N, A), scratch, scratch + terms, (lanes *)(scratch + 2 * terms)};
    for (ptrdiff_t i = 0; i < N; i++)
        for (ptrdiff_t j = 0; j <= N; j++) w.terms[i * (N + 1) + j] = (j < N ? A[i * N + j] : B[i]) / w.c;
    for (int k = 1; k < TERMS; k++)
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)N, (int)N + 1, (int)N, 1.0 / (k + 1), w.terms, (int)N + 1,
                    w.terms + (k - 1) * element, (int)N + 1, 0, w.terms + k * element, (int)N + 1);
    return w;
}

// τ, τ²... of the channels of a tile; spare lanes stay at zero. Beyond τ = 1 the series is cut off too early: not a number there.
static int powers_of_step(const Work *w, ptrdiff_t H, const float *log_dt, ptrdiff_t tile, lanes *power) {
    ptrdiff_t first = tile * L, end = H - first < L ? H : first + L;
    int squarings = squarings_of(first, end, log_dt, w->c);
    power[0] = (lanes){0};
    for (ptrdiff_t h = first; h < end; h++) {
        double tau = ldexp(w->c * exp((double)log_dt[h]), -squarings);
        power[0][h - first] = tau <= 1 ? tau : NAN;
    }
    for (int k = 1; k < TERMS; k++) power[k] = power[k - 1] * power[0];
    return squarings;
}

UN_FAST static void sum_terms(const Work *w, const lanes *restrict power, lanes *restrict y) {
    for (ptrdiff_t e = 0; e < w->element; e++) {
        lanes sum = {0};
        for (int k = TERMS - 1; k >= 0; k--) sum += power[k] * w->terms[k * w->element + e];
        y[e] = sum;
    }
}

// From the gradient g of Y: d_terms += Σ_channels τ^k g, along = Σ_k k τ^k ⟨P_k, g⟩.
UN_FAST static void sum_terms_back(const Work *w, const lanes *restrict power, const lanes *restrict g, lanes *restrict along) {
    lanes total = {0};
    for (ptrdiff_t e = 0; e < w->element; e++) {
        lanes slope = {0};
        for (int k = 0; k < TERMS; k++) {
            lanes part = power[k] * g[e];
            double sum = 0;
            for (int v = 0; v < L; v++) sum += part[v];
            w->d_terms[k * w->element + e] += sum;
            slope += power[k] * ((k + 1) * w->terms[k * w->element + e]);
        }
        total += slope * g[e];
    }
    *along = total;
}

// A matrix of vectors, or its transpose: element (i, j) lies at i row + j column.
typedef struct { const lanes *at; ptrdiff_t row, column; } View;

UN_INLINE void product_block(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t inner, View a, View b, lanes *restrict c, ptrdiff_t ld) {
    lanes sum[BLOCK][BLOCK] = {0};
    for (ptrdiff_t k = 0; k < inner; k++)
        for (ptrdiff_t i = 0; i < rows; i++)
            for (ptrdiff_t j = 0; j < columns; j++) sum[i][j] += a.at[i * a.row + k * a.column] * b.at[k * b.row + j * b.column];
    for (ptrdiff_t i = 0; i < rows; i++)
        for (ptrdiff_t j = 0; j < columns; j++) c[i * ld + j] += sum[i][j];
}

// c += a b, a [N,inner] and b [inner,columns], in c [N,N+1].
UN_FAST static void add_product(ptrdiff_t N, ptrdiff_t columns, ptrdiff_t inner, View a, View b, lanes *restrict c) {
    for (ptrdiff_t i = 0; i < N; i += BLOCK)
        for (ptrdiff_t j = 0; j < columns; j += BLOCK) {
            ptrdiff_t height = N - i < BLOCK ? N - i : BLOCK, width = columns - j < BLOCK ? columns - j : BLOCK, ld = N + 1;
            View p = {a.at + i * a.row, a.row, a.column}, q = {b.at + j * b.column, b.row, b.column};
            lanes *block = c + i * ld + j;
            if (height == BLOCK && width == BLOCK) product_block(BLOCK, BLOCK, inner, p, q, block, ld);
            else if (height == BLOCK && width == 1) product_block(BLOCK, 1, inner, p, q, block, ld);
            else product_block(height, width, inner, p, q, block, ld);
        }
}

// to = 2 from
UN_FAST static void twice(ptrdiff_t n, const lanes *restrict from, lanes *restrict to) {
    for (ptrdiff_t i = 0; i < n; i++) to[i] = 2 * from[i];
}

static void square(ptrdiff_t N, const lanes *y, lanes *next) {
    View all = {y, N + 1, 1};
    twice(N * (N + 1), y, next);
    add_product(N, N + 1, N, all, all, next);
}

// From the gradient g of the square of y to that of y.
static void square_back(ptrdiff_t N, const lanes *y, const lanes *g, lanes *before) {
    View transposed = {y, 1, N + 1}, gradient = {g, N + 1, 1};
    twice(N * (N + 1), g, before);
    add_product(N, N, N + 1, gradient, transposed, before);
    add_product(N, N + 1, N, transposed, gradient, before);
}

// A tile between [N, N+1] and the two matrices that it is outside.
static void put_outside(ptrdiff_t N, const lanes *y, lanes *a, lanes *b) {
    for (ptrdiff_t i = 0; i < N; i++) {
        memcpy(a + i * N, y + i * (N + 1), (size_t)N * sizeof(lanes));
        b[i] = y[i * (N + 1) + N];
    }
}

static void take_inside(ptrdiff_t N, const lanes *a, const lanes *b, lanes *y) {
    for (ptrdiff_t i = 0; i < N; i++) {
        memcpy(y + i * (N + 1), a + i * N, (size_t)N * sizeof(lanes));
        y[i * (N + 1) + N] = b[i];
    }
}

void un_zoh(ptrdiff_t H, ptrdiff_t N, const float *A, const float *B, const float *log_dt, double *a_bar, double *b_bar,
            double *scratch) {
    Work w = work_for(N, A, B, scratch);
    for (ptrdiff_t tile = 0; tile < tiles_of(H); tile++) {
        lanes power[TERMS], *y = w.tile, *next = y + w.element;
        int squarings = powers_of_step(&w, H, log_dt, tile, power);
        sum_terms(&w, power, y);
        for (int s = 0; s < squarings; s++) {
            square(N, y, next);
            lanes *swap = y;
            y = next;
            next = swap;
        }
        for (ptrdiff_t i = 0; i < N; i++) y[i * (N + 2)] += 1;
        put_outside(N, y, (lanes *)a_bar + tile * N * N, (lanes *)b_bar + tile * N);
    }
}

// The gradient of the terms to that of [A B]/c, which takes the place of the first: P_{k+1} = A/c P_k / (k + 1).
static void terms_back(const Work *w, double *d_matrix) {
    int N = (int)w->N, n = N + 1;
    memset(d_matrix, 0, (size_t)(N * N) * sizeof(double));
    for (int k = TERMS - 1; k > 0; k--) {
        const double *g = w->d_terms + k * w->element;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, N, N, n, 1.0 / (k + 1), g, n, w->terms + (k - 1) * w->element, n, 1,
                    d_matrix, N);
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, N, n, N, 1.0 / (k + 1), w->terms, n, g, n, 1,
                    w->d_terms + (k - 1) * w->element, n);
    }
}

void un_zoh_back(ptrdiff_t H, ptrdiff_t N, const float *A, const float *B, const float *log_dt, const double *da_bar,
                 const double *db_bar, float *add_A, float *add_B, float *add_log_dt, double *scratch) {
    Work w = work_for(N, A, B, scratch);
    memset(w.d_terms, 0, (size_t)(TERMS * w.element) * sizeof(double));
    for (ptrdiff_t tile = 0; tile < tiles_of(H); tile++) {
        lanes power[TERMS], along, *g = w.tile, *before = g + w.element, *y = before + w.element;
        int squarings = powers_of_step(&w, H, log_dt, tile, power);
        sum_terms(&w, power, y);
        for (int s = 1; s < squarings; s++, y += w.element) square(N, y, y + w.element);
        take_inside(N, (const lanes *)da_bar + tile * N * N, (const lanes *)db_bar + tile * N, g);
        for (int s = 0; s < squarings; s++, y -= w.element) {
            square_back(N, y, g, before);
            lanes *swap = g;
            g = before;
            before = swap;
        }
        sum_terms_back(&w, power, g, &along);
        for (ptrdiff_t h = tile * L; h < H && h < (tile + 1) * L; h++) add_log_dt[h] += (float)along[h - tile * L];
    }
    double *d_matrix = (double *)w.tile;
    terms_back(&w, d_matrix);
    for (ptrdiff_t i = 0; i < N; i++) {
        for (ptrdiff_t j = 0; j < N; j++) add_A[i * N + j] += (float)((d_matrix[i * N + j] + w.d_terms[i * (N + 1) + j]) / w.c);
        add_B[i] += (float)(w.d_terms[i * (N + 1) + N] / w.c);
    }
}
