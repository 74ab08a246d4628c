// The linear recurrent unit's recurrence, x_t = λ ⊙ x_{t-1} + γ ⊙ v_t with N complex numbers: rows hold N real parts, then N
// imaginary parts. The running state is kept in double precision: |λ| is near one, and the powers of λ must not drift.
#include "unroll.h"
#include "fast.h"

UN_FAST static void step(ptrdiff_t N, const double *restrict lambda, const double *restrict gamma, const float *restrict v,
                         double *restrict now, float *restrict x) {
    for (ptrdiff_t n = 0; n < N; n++) {
        double re = now[n], im = now[N + n];
        now[n] = lambda[n] * re - lambda[N + n] * im + gamma[n] * v[n];
        now[N + n] = lambda[n] * im + lambda[N + n] * re + gamma[n] * v[N + n];
        x[n] = (float)now[n];
        x[N + n] = (float)now[N + n];
    }
}

void un_lru(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t N, const double *lambda, const double *gamma,
            const float *v, float *x, double *now) {
    ptrdiff_t B = live[0];
    for (ptrdiff_t i = 0; i < B * 2 * N; i++) now[i] = x[i];
    for (ptrdiff_t t = 0; t < T; t++)
        for (ptrdiff_t b = 0; b < live[t]; b++)
            step(N, lambda, gamma, v + (offset[t] + b) * 2 * N, now + b * 2 * N, x + (B + offset[t] + b) * 2 * N);
}

// carry: gradient of x_t from later steps in, of x_{t-1} out. dlambda += conj(x_{t-1}) g, dgamma += Re(conj(v) g), dv = γ g.
UN_FAST static void step_back(ptrdiff_t N, const double *restrict lambda, const double *restrict gamma, const float *restrict v,
                              const float *restrict before, const float *restrict dx, double *restrict carry,
                              double *restrict dlambda, double *restrict dgamma, float *restrict dv) {
    for (ptrdiff_t n = 0; n < N; n++) {
        double re = carry[n] + dx[n], im = carry[N + n] + dx[N + n];
        dlambda[n] += before[n] * re + before[N + n] * im;
        dlambda[N + n] += before[n] * im - before[N + n] * re;
        dgamma[n] += v[n] * re + v[N + n] * im;
        dv[n] = (float)(gamma[n] * re);
        dv[N + n] = (float)(gamma[n] * im);
        carry[n] = lambda[n] * re + lambda[N + n] * im;
        carry[N + n] = lambda[n] * im - lambda[N + n] * re;
    }
}

void un_lru_back(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t N, const double *lambda, const double *gamma,
                 const float *v, const float *x, const float *dx, double *carry, double *dlambda, double *dgamma, float *dv) {
    ptrdiff_t B = live[0];
    memset(carry, 0, (size_t)(B * 2 * N) * sizeof(double));
    for (ptrdiff_t t = T - 1; t >= 0; t--)
        for (ptrdiff_t b = 0; b < live[t]; b++) {
            const float *before = x + (t == 0 ? b : B + offset[t - 1] + b) * 2 * N;
            ptrdiff_t row = (offset[t] + b) * 2 * N;
            step_back(N, lambda, gamma, v + row, before, dx + row, carry + b * 2 * N, dlambda, dgamma, dv + row);
        }
}
