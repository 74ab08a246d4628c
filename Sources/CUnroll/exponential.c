// Zero-order hold by GSL: [Ā B̄; 0 1] = exp(Δ [A B; 0 0]) and its exact gradient, one exponential for each of G time steps.
//
// The gradient of ⟨W, exp M⟩ is the derivative of exp at Mᵀ towards W, the upper right block of exp [Mᵀ W; 0 Mᵀ] (Van Loan 1978;
// Najfeld & Havel 1995).
#include "unroll.h"
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void un_matrix_exponential(ptrdiff_t n, const double *m, double *e) {
    gsl_matrix_const_view from = gsl_matrix_const_view_array(m, (size_t)n, (size_t)n);
    gsl_matrix_view to = gsl_matrix_view_array(e, (size_t)n, (size_t)n);
    gsl_linalg_exponential_ss(&from.matrix, &to.matrix, GSL_MODE_DEFAULT);
}

// M = Δ [A B; 0 0], w = N + 1 wide. Returns whether its exponential can be asked for: beyond 2^64 there is no end of squarings.
static int bordered(ptrdiff_t N, const float *A, const float *B, double dt, double *m) {
    ptrdiff_t w = N + 1;
    double norm = 0;
    memset(m, 0, (size_t)(w * w) * sizeof *m);
    for (ptrdiff_t i = 0; i < N; i++) {
        double sum = 0;
        for (ptrdiff_t j = 0; j <= N; j++) {
            m[i * w + j] = dt * (j < N ? A[i * N + j] : B[i]);
            sum += fabs(m[i * w + j]);
        }
        if (!(sum <= norm)) norm = sum;
    }
    return dt > 0 && norm <= 0x1p64;
}

void un_zoh(ptrdiff_t G, ptrdiff_t N, const float *A, const float *B, const float *log_dt, double *a_bar, double *b_bar) {
    ptrdiff_t w = N + 1;
    double *m = malloc((size_t)(2 * w * w) * sizeof *m), *e = m + w * w;
    for (ptrdiff_t g = 0; g < G; g++) {
        if (bordered(N, A, B, exp((double)log_dt[g]), m)) un_matrix_exponential(w, m, e);
        else
            for (ptrdiff_t i = 0; i < w * w; i++) e[i] = NAN;
        for (ptrdiff_t i = 0; i < N; i++) {
            memcpy(a_bar + (g * N + i) * N, e + i * w, (size_t)N * sizeof *e);
            b_bar[g * N + i] = e[i * w + N];
        }
    }
    free(m);
}

// [Mᵀ W; 0 Mᵀ] where W is [dĀ dB̄; 0 0].
static void block(ptrdiff_t N, const double *m, const double *da, const double *db, double *x) {
    ptrdiff_t w = N + 1;
    memset(x, 0, (size_t)(4 * w * w) * sizeof *x);
    for (ptrdiff_t i = 0; i < w; i++)
        for (ptrdiff_t j = 0; j < w; j++) {
            x[i * 2 * w + j] = x[(w + i) * 2 * w + w + j] = m[j * w + i];
            if (i < N) x[i * 2 * w + w + j] = j < N ? da[i * N + j] : db[i];
        }
}

void un_zoh_back(ptrdiff_t G, ptrdiff_t N, const float *A, const float *B, const float *log_dt, const double *da_bar,
                 const double *db_bar, float *add_A, float *add_B, float *add_log_dt) {
    ptrdiff_t w = N + 1;
    double *m = malloc((size_t)(10 * w * w) * sizeof *m), *sum = m + w * w, *x = sum + w * w, *e = x + 4 * w * w;
    memset(sum, 0, (size_t)(w * w) * sizeof *sum);
    for (ptrdiff_t g = 0; g < G; g++) {
        double dt = exp((double)log_dt[g]), along = 0;
        int possible = bordered(N, A, B, dt, m);
        block(N, m, da_bar + g * N * N, db_bar + g * N, x);
        if (possible) un_matrix_exponential(2 * w, x, e);
        for (ptrdiff_t i = 0; i < N; i++)
            for (ptrdiff_t j = 0; j < w; j++) {
                double slope = possible ? e[i * 2 * w + w + j] : NAN;
                along += slope * m[i * w + j];
                sum[i * w + j] += dt * slope;
            }
        add_log_dt[g] += (float)along;
    }
    for (ptrdiff_t i = 0; i < N; i++) {
        for (ptrdiff_t j = 0; j < N; j++) add_A[i * N + j] += (float)sum[i * w + j];
        add_B[i] += (float)sum[i * w + N];
    }
    free(m);
}
