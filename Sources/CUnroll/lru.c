// The linear recurrent unit's recurrence, x_t = λ ⊙ x_{t-1} + γ ⊙ v_t with N complex numbers: rows hold N real parts, then N
// imaginary parts. The running state is kept in double precision: |λ| is near one, and the powers of λ must not drift.
#include "steps.h"
#include <math.h>

// Doubles: λ and its gradient [2][N], γ and its gradient [N], and a state [B][2N].
ptrdiff_t un_lru_scratch(ptrdiff_t B, ptrdiff_t N) { return 2 * (6 * N + B * 2 * N); }

typedef struct { double *lambda, *gamma, *dlambda, *dgamma, *state; } Work;

void un_lru_values(const un_poles *poles, double *values) {
    ptrdiff_t N = poles->N;
    for (ptrdiff_t n = 0; n < N; n++) {
        double radius = exp(-exp((double)poles->nu[n])), angle = exp((double)poles->theta[n]);
        values[n] = radius * cos(angle);
        values[N + n] = radius * sin(angle);
        values[2 * N + n] = exp((double)poles->gamma[n]);
    }
}

static Work work_for(const un_poles *poles, float *scratch) {
    ptrdiff_t N = poles->N;
    double *base = (double *)scratch;
    un_lru_values(poles, base);
    return (Work){base, base + 2 * N, base + 3 * N, base + 5 * N, base + 6 * N};
}

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

void un_lru(const un_steps *steps, const un_poles *poles, const float *v, float *x, float *scratch) {
    Work w = work_for(poles, scratch);
    ptrdiff_t N = poles->N, B = steps->B;
    for (ptrdiff_t i = 0; i < B * 2 * N; i++) w.state[i] = x[i];
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            ptrdiff_t row = steps->offset[t] + b;
            step(N, w.lambda, w.gamma, v + row * 2 * N, w.state + b * 2 * N, x + (B + row) * 2 * N);
        }
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

void un_lru_back(const un_steps *steps, const un_poles *poles, const float *v, const float *x, const float *dx, float *dv,
                 float *dx0, float *add_nu, float *add_theta, float *add_gamma, float *scratch) {
    Work w = work_for(poles, scratch);
    ptrdiff_t N = poles->N, B = steps->B;
    memset(w.dlambda, 0, (size_t)(2 * N) * sizeof(double));
    memset(w.dgamma, 0, (size_t)N * sizeof(double));
    memset(w.state, 0, (size_t)(B * 2 * N) * sizeof(double));
    for (ptrdiff_t t = steps->T - 1; t >= 0; t--)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            const float *before = x + (row_before(steps, t) + b) * 2 * N;
            ptrdiff_t row = (steps->offset[t] + b) * 2 * N;
            step_back(N, w.lambda, w.gamma, v + row, before, dx + row, w.state + b * 2 * N, w.dlambda, w.dgamma, dv + row);
        }
    for (ptrdiff_t i = 0; i < B * 2 * N; i++) dx0[i] = (float)w.state[i];
    for (ptrdiff_t n = 0; n < N; n++) {  // of log λ = -exp(ν) + i exp(θ): conj(λ) dλ
        double re = w.lambda[n] * w.dlambda[n] + w.lambda[N + n] * w.dlambda[N + n];
        double im = w.lambda[n] * w.dlambda[N + n] - w.lambda[N + n] * w.dlambda[n];
        add_nu[n] -= (float)(exp((double)poles->nu[n]) * re);
        add_theta[n] += (float)(exp((double)poles->theta[n]) * im);
        add_gamma[n] += (float)(w.gamma[n] * w.dgamma[n]);
    }
}

// x_t = λ^{t+1} x_0 + Σ_j λ^j γ v_{t-j}, term by term.
void un_lru_convolution(const un_steps *steps, const un_poles *poles, const float *v, float *x) {
    ptrdiff_t N = poles->N, B = steps->B;
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++)
            for (ptrdiff_t n = 0; n < N; n++) {
                double re = 0, im = 0;
                for (ptrdiff_t j = 0; j <= t + 1; j++) {
                    const float *from = j <= t ? v + (steps->offset[t - j] + b) * 2 * N : x + b * 2 * N;
                    double size = exp(-exp((double)poles->nu[n]) * (double)j) * (j <= t ? exp((double)poles->gamma[n]) : 1);
                    double angle = exp((double)poles->theta[n]) * (double)j, c = size * cos(angle), s = size * sin(angle);
                    re += c * from[n] - s * from[N + n];
                    im += c * from[N + n] + s * from[n];
                }
                float *to = x + (B + steps->offset[t] + b) * 2 * N;
                to[n] = (float)re;
                to[N + n] = (float)im;
            }
}
