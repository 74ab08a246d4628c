// The dense state space x' = A x + B u, y = C x + D u. Channels lie in tiles of UN_LANES, so that every inner loop runs over
// channels: [tile][i][j][lane]. The last tile may be partly empty: C, u and states are zero in its spare lanes, whatever Ā and B̄
// hold there, and no lane reads another.
#include "fast.h"
#include "tiles.h"
#include "unroll.h"
#include <gsl/gsl_complex_math.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sort_vector.h>
#include <math.h>
#include <stdlib.h>

#define L UN_LANES
typedef double lanes_d[L];
typedef double wide __attribute__((vector_size(L * sizeof(double)), aligned(8)));

void un_matrix_exponential(ptrdiff_t n, const double *m, double *e) {
    gsl_matrix_const_view from = gsl_matrix_const_view_array(m, (size_t)n, (size_t)n);
    gsl_matrix_view to = gsl_matrix_view_array(e, (size_t)n, (size_t)n);
    gsl_linalg_exponential_ss(&from.matrix, &to.matrix, GSL_MODE_DEFAULT);
}

void un_skew_frequencies(ptrdiff_t N, const double *skew, double *omega) {
    // i S is Hermitian, its eigenvalues are the frequencies and their negatives.
    gsl_matrix_complex *hermitian = gsl_matrix_complex_alloc((size_t)N, (size_t)N);
    gsl_eigen_herm_workspace *work = gsl_eigen_herm_alloc((size_t)N);
    gsl_vector *values = gsl_vector_alloc((size_t)N);
    for (ptrdiff_t i = 0; i < N; i++)
        for (ptrdiff_t j = 0; j < N; j++)
            gsl_matrix_complex_set(hermitian, (size_t)i, (size_t)j, gsl_complex_rect(0, skew[i * N + j]));
    gsl_eigen_herm(hermitian, values, work);
    gsl_sort_vector(values);
    for (ptrdiff_t i = 0; i < N / 2; i++) omega[i] = gsl_vector_get(values, (size_t)(N / 2 + i));
    gsl_vector_free(values);
    gsl_eigen_herm_free(work);
    gsl_matrix_complex_free(hermitian);
}

// out[j] = Σ_i q[i] a[i][j], four rows of a at a time: a may be larger than the nearest cache.
UN_FAST static void row_times_matrix(ptrdiff_t N, const double *q, const double *a, double *out) {
    const wide *from = (const wide *)q, *matrix = (const wide *)a;
    wide *restrict sum = (wide *)out;
    memset(out, 0, (size_t)(N * L) * sizeof(double));
    ptrdiff_t i = 0;
    for (; i + 4 <= N; i += 4) {
        const wide *row = matrix + i * N;
        wide q0 = from[i], q1 = from[i + 1], q2 = from[i + 2], q3 = from[i + 3];
        for (ptrdiff_t j = 0; j < N; j++)
            sum[j] += (q0 * row[j] + q1 * row[N + j]) + (q2 * row[2 * N + j] + q3 * row[3 * N + j]);
    }
    for (; i < N; i++)
        for (ptrdiff_t j = 0; j < N; j++) sum[j] += from[i] * matrix[i * N + j];
}

// out[i] = Σ_j a[i][j] x[j]
UN_FAST static void matrix_times_column(ptrdiff_t N, const double *restrict a, const double *restrict x, double *restrict out) {
    for (ptrdiff_t i = 0; i < N; i++) {
        lanes_d sum = {0};
        for (ptrdiff_t j = 0; j < N; j++)
            for (int v = 0; v < L; v++) sum[v] += a[(i * N + j) * L + v] * x[j * L + v];
        memcpy(out + i * L, sum, sizeof sum);
    }
}

void un_ssm_kernel(ptrdiff_t T, ptrdiff_t H, ptrdiff_t N, const float *C, const double *a_bar, const double *b_bar, float *q,
                   float *kernel) {
    double *memory = malloc((size_t)(2 * N * L) * sizeof(double)), *now = memory, *next = now + N * L;
    for (ptrdiff_t tile = 0; tile < tiles_of(H); tile++) {
        ptrdiff_t lanes = lanes_in(H, tile);
        const double *a = a_bar + tile * N * N * L, *b = b_bar + tile * N * L;
        float *rows = q + tile * (T + 1) * N * L;
        memset(now, 0, (size_t)(N * L) * sizeof(double));
        for (ptrdiff_t v = 0; v < lanes; v++)
            for (ptrdiff_t i = 0; i < N; i++) now[i * L + v] = C[(tile * L + v) * N + i];
        for (ptrdiff_t t = 0; t <= T; t++) {
            lanes_d k = {0};
            for (ptrdiff_t i = 0; i < N; i++)
                for (int v = 0; v < L; v++) {
                    k[v] += now[i * L + v] * b[i * L + v];
                    rows[(t * N + i) * L + v] = (float)now[i * L + v];
                }
            if (t == T) break;
            for (ptrdiff_t v = 0; v < lanes; v++) kernel[(tile * L + v) * T + t] = (float)k[v];
            row_times_matrix(N, now, a, next);
            double *swap = now;
            now = next;
            next = swap;
        }
    }
    free(memory);
}

// p_new = q's own gradient + Ā p, da += q pᵀ
UN_FAST static void kernel_step_back(ptrdiff_t N, const double *restrict a, const float *restrict q, const double *restrict p,
                                     double *restrict p_new, double *restrict da) {
    for (ptrdiff_t i = 0; i < N; i++) {
        lanes_d sum = {0}, qi;
        for (int v = 0; v < L; v++) qi[v] = q[i * L + v];
        for (ptrdiff_t j = 0; j < N; j++)
            for (int v = 0; v < L; v++) {
                double pj = p[j * L + v];
                sum[v] += a[(i * N + j) * L + v] * pj;
                da[(i * N + j) * L + v] += qi[v] * pj;
            }
        for (int v = 0; v < L; v++) p_new[i * L + v] += sum[v];
    }
}

void un_ssm_kernel_back(ptrdiff_t T, ptrdiff_t H, ptrdiff_t N, const double *a_bar, const double *b_bar, const float *q,
                        const float *dkernel, const float *dq, double *da_bar, double *db_bar, float *add_C) {
    double *p = malloc((size_t)(2 * N * L) * sizeof(double)), *p_new = p + N * L, *memory = p;
    memset(da_bar, 0, (size_t)(tiles_of(H) * N * N * L) * sizeof(double));
    memset(db_bar, 0, (size_t)(tiles_of(H) * N * L) * sizeof(double));
    for (ptrdiff_t tile = 0; tile < tiles_of(H); tile++) {
        ptrdiff_t lanes = lanes_in(H, tile);
        const double *a = a_bar + tile * N * N * L, *b = b_bar + tile * N * L;
        double *da = da_bar + tile * N * N * L, *db = db_bar + tile * N * L;
        const float *rows = q + tile * (T + 1) * N * L, *drows = dq ? dq + tile * (T + 1) * N * L : NULL;
        for (ptrdiff_t t = T; t >= 0; t--) {
            lanes_d dk = {0};
            if (t < T)
                for (ptrdiff_t v = 0; v < lanes; v++) dk[v] = dkernel[(tile * L + v) * T + t];
            for (ptrdiff_t i = 0; i < N; i++)
                for (int v = 0; v < L; v++) {
                    p_new[i * L + v] = dk[v] * b[i * L + v] + (drows ? drows[(t * N + i) * L + v] : 0);
                    db[i * L + v] += dk[v] * rows[(t * N + i) * L + v];
                }
            if (t < T) kernel_step_back(N, a, rows + t * N * L, p, p_new, da);
            double *swap = p;
            p = p_new;
            p_new = swap;
        }
        for (ptrdiff_t v = 0; v < lanes; v++)
            for (ptrdiff_t i = 0; i < N; i++) add_C[(tile * L + v) * N + i] += (float)p[i * L + v];
    }
    free(memory);
}

UN_FAST void un_ssm_initial(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t H, ptrdiff_t N, const float *q,
                            const float *x0, float *add_y) {
    for (ptrdiff_t h = 0; h < H; h++) {
        const float *rows = q + h / L * (T + 1) * N * L + h % L;
        for (ptrdiff_t t = 0; t < T; t++)
            for (ptrdiff_t b = 0; b < live[t]; b++) {
                float sum = 0;
                for (ptrdiff_t i = 0; i < N; i++) sum += rows[((t + 1) * N + i) * L] * x0[(b * H + h) * N + i];
                add_y[(offset[t] + b) * H + h] += sum;
            }
    }
}

UN_FAST void un_ssm_initial_back(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t H, ptrdiff_t N,
                                 const float *q, const float *x0, const float *dy, float *dq, float *add_dx0) {
    memset(dq, 0, (size_t)(tiles_of(H) * (T + 1) * N * L) * sizeof(float));
    for (ptrdiff_t h = 0; h < H; h++) {
        const float *rows = q + h / L * (T + 1) * N * L + h % L;
        float *drows = dq + h / L * (T + 1) * N * L + h % L;
        for (ptrdiff_t t = 0; t < T; t++)
            for (ptrdiff_t b = 0; b < live[t]; b++) {
                float g = dy[(offset[t] + b) * H + h];
                for (ptrdiff_t i = 0; i < N; i++) {
                    drows[((t + 1) * N + i) * L] += g * x0[(b * H + h) * N + i];
                    add_dx0[(b * H + h) * N + i] += g * rows[((t + 1) * N + i) * L];
                }
            }
    }
}

static void matrix_squared(ptrdiff_t N, const double *a, double *out) {
    for (ptrdiff_t i = 0; i < N; i++) row_times_matrix(N, a + i * N * L, a, out + i * N * L);
}

// x[b] += v u for every sequence, u taken j steps before its end.
UN_FAST static void add_impulse(ptrdiff_t N, const double *restrict v, const double *restrict u, double *restrict x) {
    for (ptrdiff_t i = 0; i < N; i++)
        for (int w = 0; w < L; w++) x[i * L + w] += v[i * L + w] * u[w];
}

// x[b] = Ā^length[b] x0[b] by repeated squaring; power is overwritten.
static void powers_of_initial(ptrdiff_t N, ptrdiff_t B, const int32_t *length, double *power, double *spare, double *x,
                              double *column) {
    for (int32_t bit = 1; bit <= length[0]; bit *= 2) {
        for (ptrdiff_t b = 0; b < B; b++)
            if (length[b] & bit) {
                matrix_times_column(N, power, x + b * N * L, column);
                memcpy(x + b * N * L, column, (size_t)(N * L) * sizeof(double));
            }
        matrix_squared(N, power, spare);
        memcpy(power, spare, (size_t)(N * N * L) * sizeof(double));
    }
}

void un_ssm_final(ptrdiff_t T, const int32_t *offset, const int32_t *length, ptrdiff_t B, ptrdiff_t H,
                  ptrdiff_t N, const double *a_bar, const double *b_bar, const float *u, const float *x0, float *x) {
    double *power = malloc((size_t)(2 * N * N * L + B * N * L + 2 * N * L) * sizeof(double));
    double *spare = power + N * N * L, *state = spare + N * N * L, *v = state + B * N * L, *v_next = v + N * L;
    for (ptrdiff_t tile = 0; tile < tiles_of(H); tile++) {
        ptrdiff_t lanes = lanes_in(H, tile);
        const double *a = a_bar + tile * N * N * L;
        memset(state, 0, (size_t)(B * N * L) * sizeof(double));
        if (x0) {
            for (ptrdiff_t b = 0; b < B; b++)
                for (ptrdiff_t w = 0; w < lanes; w++)
                    for (ptrdiff_t i = 0; i < N; i++) state[(b * N + i) * L + w] = x0[(b * H + tile * L + w) * N + i];
            memcpy(power, a, (size_t)(N * N * L) * sizeof(double));
            powers_of_initial(N, B, length, power, spare, state, v);
        }
        memcpy(v, b_bar + tile * N * L, (size_t)(N * L) * sizeof(double));
        for (ptrdiff_t j = 0; j < T; j++) {
            for (ptrdiff_t b = 0; b < B && length[b] > j; b++) {
                lanes_d step = {0};
                const float *from = u + (offset[length[b] - 1 - j] + b) * H + tile * L;
                for (ptrdiff_t w = 0; w < lanes; w++) step[w] = from[w];
                add_impulse(N, v, step, state + b * N * L);
            }
            matrix_times_column(N, a, v, v_next);
            memcpy(v, v_next, (size_t)(N * L) * sizeof(double));
        }
        for (ptrdiff_t b = 0; b < B; b++)
            for (ptrdiff_t w = 0; w < lanes; w++)
                for (ptrdiff_t i = 0; i < N; i++) x[(b * H + tile * L + w) * N + i] = (float)state[(b * N + i) * L + w];
    }
    free(power);
}

void un_ssm_recurrence(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t H, ptrdiff_t N, const float *C,
                       const float *D, const double *a_bar, const double *b_bar, const float *u, float *x, float *y,
                       double *scratch) {
    double *before = scratch, *after = before + N * L;
    for (ptrdiff_t tile = 0; tile < tiles_of(H); tile++) {
        ptrdiff_t lanes = lanes_in(H, tile);
        for (ptrdiff_t b = 0; b < live[0]; b++) {
            memset(before, 0, (size_t)(N * L) * sizeof(double));
            for (ptrdiff_t w = 0; w < lanes; w++)
                for (ptrdiff_t i = 0; i < N; i++) before[i * L + w] = x[(b * H + tile * L + w) * N + i];
            for (ptrdiff_t t = 0; t < T && b < live[t]; t++) {
                ptrdiff_t row = (offset[t] + b) * H + tile * L;
                lanes_d step = {0};
                for (ptrdiff_t w = 0; w < lanes; w++) step[w] = u[row + w];
                matrix_times_column(N, a_bar + tile * N * N * L, before, after);
                add_impulse(N, b_bar + tile * N * L, step, after);
                memcpy(before, after, (size_t)(N * L) * sizeof(double));
                for (ptrdiff_t w = 0; w < lanes; w++) {
                    double sum = D[tile * L + w] * step[w];
                    for (ptrdiff_t i = 0; i < N; i++) sum += C[(tile * L + w) * N + i] * after[i * L + w];
                    y[row + w] = (float)sum;
                }
            }
            for (ptrdiff_t w = 0; w < lanes; w++)
                for (ptrdiff_t i = 0; i < N; i++) x[(b * H + tile * L + w) * N + i] = (float)before[i * L + w];
        }
    }
}
