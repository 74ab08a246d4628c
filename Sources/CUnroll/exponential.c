// Zero-order hold by GSL: [Ā B̄; 0 1] = exp(Δ [A B; 0 0]) and its exact gradient, one exponential for each of G time steps.
//
// The gradient of ⟨W, exp M⟩ is the derivative of exp at Mᵀ towards W, the upper right block of exp [Mᵀ W; 0 Mᵀ] (Van Loan 1978;
// Najfeld & Havel 1995).
#include "unroll.h"
#include "allocate.h"
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void un_matrix_exponential(ptrdiff_t n, const double *m, double *e) {
    gsl_matrix_const_view from = gsl_matrix_const_view_array(m, (size_t)n, (size_t)n);
    gsl_matrix_view to = gsl_matrix_view_array(e, (size_t)n, (size_t)n);
    gsl_linalg_exponential_ss(&from.matrix, &to.matrix, GSL_MODE_DEFAULT);
}

// M = Δ [A B; 0 0], w = N + 1 wide. Returns whether its exponential can be asked for: not where it is no number, and beyond 2^64 there
// is no end of squarings.
static int bordered(ptrdiff_t N, const float *A, const float *B, double dt, double *m) {
    ptrdiff_t w = N + 1;
    int possible = dt > 0;
    memset(m, 0, (size_t)(w * w) * sizeof *m);
    for (ptrdiff_t i = 0; i < N; i++) {
        double sum = 0;
        for (ptrdiff_t j = 0; j <= N; j++) {
            m[i * w + j] = dt * (j < N ? A[i * N + j] : B[i]);
            sum += fabs(m[i * w + j]);
        }
        possible &= sum <= 0x1p64;
    }
    return possible;
}

void un_zoh(ptrdiff_t G, ptrdiff_t N, const float *A, const float *B, const float *log_dt, double *a_bar, double *b_bar) {
    ptrdiff_t w = N + 1;
    double *m = un_allocate((size_t)(2 * w * w) * sizeof *m), *e = m + w * w;
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

static double largest(ptrdiff_t n, const double *x) {
    double most = 0;
    for (ptrdiff_t i = 0; i < n; i++) most = fmax(most, fabs(x[i]));
    return most;
}

static int is_finite(ptrdiff_t n, const double *x) {
    double sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += x[i] - x[i];
    return sum == 0;
}

// [Mᵀ W/scale; 0 Mᵀ] where W is [dĀ dB̄; 0 0]. Returns the scale, with which W is no larger than M: the exponential is halved until the
// largest of both is small, and a large W would take the digits of M. Not a number where W is none.
static double block(ptrdiff_t N, const double *m, const double *da, const double *db, double *x) {
    ptrdiff_t w = N + 1;
    double of_w = fmax(largest(N * N, da), largest(N, db)), of_m = largest(w * w, m);
    double scale = of_w > 0 && of_m > 0 ? of_w / of_m : 1;
    if (!is_finite(N * N, da) || !is_finite(N, db)) return NAN;
    memset(x, 0, (size_t)(4 * w * w) * sizeof *x);
    for (ptrdiff_t i = 0; i < w; i++)
        for (ptrdiff_t j = 0; j < w; j++) {
            x[i * 2 * w + j] = x[(w + i) * 2 * w + w + j] = m[j * w + i];
            if (i < N) x[i * 2 * w + w + j] = (j < N ? da[i * N + j] : db[i]) / scale;
        }
    return scale;
}

void un_zoh_back(ptrdiff_t G, ptrdiff_t N, const float *A, const float *B, const float *log_dt, const double *da_bar,
                 const double *db_bar, float *add_A, float *add_B, float *add_log_dt) {
    ptrdiff_t w = N + 1;
    double *m = un_allocate((size_t)(10 * w * w) * sizeof *m), *sum = m + w * w, *x = sum + w * w, *e = x + 4 * w * w;
    memset(sum, 0, (size_t)(w * w) * sizeof *sum);
    for (ptrdiff_t g = 0; g < G; g++) {
        double dt = exp((double)log_dt[g]), along = 0;
        int possible = bordered(N, A, B, dt, m);
        double scale = block(N, m, da_bar + g * N * N, db_bar + g * N, x);
        possible &= isfinite(scale);
        if (possible) un_matrix_exponential(2 * w, x, e);
        for (ptrdiff_t i = 0; i < N; i++)
            for (ptrdiff_t j = 0; j < w; j++) {
                double slope = possible ? scale * e[i * 2 * w + w + j] : NAN;
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
