// The generalised bilinear transform of x' = A x + B u with step dt: X = [Ā B̄] solves M X = [I + (1 - α) dt A, dt B] with
// M = I - α dt A. α = 0 is forward Euler, 1/2 the bilinear transform, 1 backward Euler (Gu et al. 2021, LSSL).
#include "unroll.h"
#include "allocate.h"
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct { ptrdiff_t N; double *matrix, *column; gsl_permutation *order; } Solver;

static Solver solver_for(ptrdiff_t N) {
    Solver s = {N, un_allocate((size_t)(N * N + 3 * N * (N + 1)) * sizeof(double)), NULL, gsl_permutation_alloc((size_t)N)};
    s.column = s.matrix + N * N;
    return s;
}

static void release(Solver s) {
    gsl_permutation_free(s.order);
    free(s.matrix);
}

// M or its transpose, factored.
static void factor(Solver s, const float *A, double scale, int transpose) {
    for (ptrdiff_t i = 0; i < s.N; i++)
        for (ptrdiff_t j = 0; j < s.N; j++)
            s.matrix[transpose ? j * s.N + i : i * s.N + j] = (i == j) - scale * A[i * s.N + j];
    gsl_matrix_view m = gsl_matrix_view_array(s.matrix, (size_t)s.N, (size_t)s.N);
    int sign;
    gsl_linalg_LU_decomp(&m.matrix, s.order, &sign);
}

// x [N, N+1] becomes the solution of (M or Mᵀ) y = x, column by column.
static void solve(Solver s, double *x) {
    gsl_matrix_view m = gsl_matrix_view_array(s.matrix, (size_t)s.N, (size_t)s.N);
    for (ptrdiff_t j = 0; j <= s.N; j++) {
        gsl_vector_view column = gsl_vector_view_array_with_stride(x + j, (size_t)(s.N + 1), (size_t)s.N);
        gsl_linalg_LU_svx(&m.matrix, s.order, &column.vector);
    }
}

static void transformed(Solver s, const float *A, const float *B, double dt, double alpha, double *x) {
    ptrdiff_t N = s.N;
    for (ptrdiff_t i = 0; i < N; i++) {
        for (ptrdiff_t j = 0; j < N; j++) x[i * (N + 1) + j] = (i == j) + (1 - alpha) * dt * A[i * N + j];
        x[i * (N + 1) + N] = dt * B[i];
    }
    factor(s, A, alpha * dt, 0);
    solve(s, x);
}

void un_transform(ptrdiff_t G, ptrdiff_t N, double alpha, const float *A, const float *B, const float *log_dt, double *a_bar,
                  double *b_bar) {
    Solver s = solver_for(N);
    for (ptrdiff_t g = 0; g < G; g++) {
        transformed(s, A, B, exp((double)log_dt[g]), alpha, s.column);
        for (ptrdiff_t i = 0; i < N; i++) {
            memcpy(a_bar + (g * N + i) * N, s.column + i * (N + 1), (size_t)N * sizeof *a_bar);
            b_bar[g * N + i] = s.column[i * (N + 1) + N];
        }
    }
    release(s);
}

// With Y = M⁻ᵀ dX is the gradient of the right-hand side Y and that of M -Y Xᵀ.
void un_transform_back(ptrdiff_t G, ptrdiff_t N, double alpha, const float *A, const float *B, const float *log_dt,
                       const double *da_bar, const double *db_bar, float *add_A, float *add_B, float *add_log_dt) {
    Solver s = solver_for(N);
    ptrdiff_t w = N + 1;
    double *x = s.column, *y = x + N * w, *sum = y + N * w;
    memset(sum, 0, (size_t)(N * w) * sizeof(double));
    for (ptrdiff_t g = 0; g < G; g++) {
        double dt = exp((double)log_dt[g]), along = 0;
        const double *da = da_bar + g * N * N, *db = db_bar + g * N;
        transformed(s, A, B, dt, alpha, x);
        for (ptrdiff_t i = 0; i < N; i++)
            for (ptrdiff_t j = 0; j <= N; j++) y[i * w + j] = j < N ? da[i * N + j] : db[i];
        factor(s, A, alpha * dt, 1);
        solve(s, y);
        for (ptrdiff_t i = 0; i < N; i++)
            for (ptrdiff_t j = 0; j <= N; j++) {
                double slope = y[i * w + j];
                if (j < N) {
                    double product = 0;
                    for (ptrdiff_t k = 0; k <= N; k++) product += y[i * w + k] * x[j * w + k];
                    slope = (1 - alpha) * slope + alpha * product;
                }
                sum[i * w + j] += dt * slope;
                along += dt * slope * (j < N ? A[i * N + j] : B[i]);
            }
        add_log_dt[g] += (float)along;
    }
    for (ptrdiff_t i = 0; i < N; i++) {
        for (ptrdiff_t j = 0; j < N; j++) add_A[i * N + j] += (float)sum[i * w + j];
        add_B[i] += (float)sum[i * w + N];
    }
    release(s);
}
