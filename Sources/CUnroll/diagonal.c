// The diagonal state space x' = A x + u, y = Re(w C x) + D u for every channel by itself, w = 2 where a mode stands for a pair of
// conjugates (parts = 2: real and imaginary part), 1 where all is real (parts = 1). λ and b of a channel: real parts, then
// imaginary parts, in double precision.
#include "fast.h"
#include "powers.h"
#include "unroll.h"
#include <complex.h>
#include <math.h>

typedef double complex z;

enum { CHANNELS = 8 };  // channels of which signals are gathered at once

UN_INLINE z at(const double *v, ptrdiff_t modes, ptrdiff_t n) { return __builtin_complex(v[n], v[modes + n]); }
UN_INLINE void put(double *v, ptrdiff_t modes, ptrdiff_t n, z value) {
    v[n] = creal(value);
    v[modes + n] = cimag(value);
}
UN_INLINE void add(double *v, ptrdiff_t modes, ptrdiff_t n, z value) {
    v[n] += creal(value);
    v[modes + n] += cimag(value);
}
UN_INLINE z coefficient(const float *C, int parts, ptrdiff_t n) {
    return parts == 2 ? 2 * __builtin_complex((double)C[2 * n], (double)C[2 * n + 1]) : C[n];
}
UN_INLINE void add_coefficient(float *C, int parts, ptrdiff_t n, z value) {
    C[parts * n] += (float)(parts * creal(value));
    if (parts == 2) C[2 * n + 1] += (float)(2 * cimag(value));
}

// φ(a) = (e^a - 1)/a and φ'(a); near zero by their series.
static z phi(z a) { return cabs(a) < 1e-4 ? 1 + a / 2 * (1 + a / 3 * (1 + a / 4)) : (cexp(a) - 1) / a; }
static z phi_slope(z a) {
    return cabs(a) < 1e-3 ? 0.5 + a / 3 + a * a / 8 + a * a * a / 30 : (cexp(a) - phi(a)) / a;
}

static z pole(const float *log_real, const float *imaginary, ptrdiff_t n) {
    return __builtin_complex(-exp((double)log_real[n]), imaginary ? (double)imaginary[n] : 0.0);
}

// λ and b of channel h.
UN_INLINE double *lambda_of(const un_modes *s, ptrdiff_t h) { return s->lambda + h * 2 * s->modes; }
UN_INLINE double *b_of(const un_modes *s, ptrdiff_t h) { return s->b + h * 2 * s->modes; }

void un_diagonal(const un_modes *s, int bilinear, const float *log_dt, const float *log_real, const float *imaginary) {
    ptrdiff_t modes = s->modes;
    for (ptrdiff_t h = 0; h < s->H; h++) {
        double dt = exp((double)log_dt[h]);
        for (ptrdiff_t n = 0; n < modes; n++) {
            z a = dt * pole(log_real + h * modes, imaginary ? imaginary + h * modes : NULL, n);
            put(lambda_of(s, h), modes, n, bilinear ? (1 + a / 2) / (1 - a / 2) : cexp(a));
            put(b_of(s, h), modes, n, bilinear ? dt / (1 - a / 2) : dt * phi(a));
        }
    }
}

void un_diagonal_back(const un_modes *d, int bilinear, const float *log_dt, const float *log_real, const float *imaginary,
                      float *add_log_dt, float *add_log_real, float *add_imaginary) {
    ptrdiff_t modes = d->modes;
    for (ptrdiff_t h = 0; h < d->H; h++) {
        double dt = exp((double)log_dt[h]), along = 0;
        for (ptrdiff_t n = 0; n < modes; n++) {
            z p = pole(log_real + h * modes, imaginary ? imaginary + h * modes : NULL, n), a = dt * p, inverse = 1 / (1 - a / 2);
            z dl = at(lambda_of(d, h), modes, n), db = at(b_of(d, h), modes, n);
            z da = bilinear ? conj(inverse * inverse) * (dl + dt / 2 * db) : conj(cexp(a)) * dl + conj(dt * phi_slope(a)) * db;
            along += creal(conj(bilinear ? inverse : phi(a)) * db) + creal(conj(p) * da);
            add_log_real[h * modes + n] += (float)(creal(p) * dt * creal(da));
            if (imaginary) add_imaginary[h * modes + n] += (float)(dt * cimag(da));
        }
        add_log_dt[h] += (float)(dt * along);
    }
}

// Doubles first: coefficients, moments and slopes of B sequences; then signals of a tile of channels.
ptrdiff_t un_diagonal_scratch(ptrdiff_t T, ptrdiff_t B, ptrdiff_t modes) {
    return 2 * 6 * B * modes + (CHANNELS * B * un_power_length(T) + 15) / 16 * 16 + un_power_scratch(T, B, modes);
}

typedef struct { ptrdiff_t length; double *g, *moments, *slopes; float *signals, *rest; } Work;

static Work work_for(ptrdiff_t T, ptrdiff_t B, ptrdiff_t modes, float *scratch) {
    Work w = {un_power_length(T), (double *)scratch, (double *)scratch + 2 * B * modes, (double *)scratch + 4 * B * modes, NULL, NULL};
    w.signals = scratch + 12 * B * modes;
    w.rest = w.signals + (CHANNELS * B * w.length + 15) / 16 * 16;
    return w;
}

static ptrdiff_t channels_at(ptrdiff_t H, ptrdiff_t h) { return H - h < CHANNELS ? H - h : CHANNELS; }

void un_diagonal_kernel(const un_modes *s, ptrdiff_t T, const float *C, float *kernel, float *scratch) {
    ptrdiff_t modes = s->modes;
    int parts = s->parts;
    Work w = work_for(T, 1, modes, scratch);
    for (ptrdiff_t h = 0; h < s->H; h++) {
        for (ptrdiff_t n = 0; n < modes; n++)
            put(w.g, modes, n, coefficient(C + h * modes * parts, parts, n) * at(b_of(s, h), modes, n));
        un_power_sums(T, 1, modes, parts, lambda_of(s, h), w.g, w.signals, w.rest);
        memcpy(kernel + h * T, w.signals, (size_t)T * sizeof(float));
    }
}

void un_diagonal_kernel_back(const un_modes *s, ptrdiff_t T, const float *C, const float *dkernel, const un_modes *d, float *add_C,
                             float *scratch) {
    ptrdiff_t modes = s->modes;
    int parts = s->parts;
    Work w = work_for(T, 1, modes, scratch);
    memset(w.signals, 0, (size_t)w.length * sizeof(float));
    for (ptrdiff_t h = 0; h < s->H; h++) {
        memcpy(w.signals, dkernel + h * T, (size_t)T * sizeof(float));
        un_power_moments(T, 1, modes, parts, lambda_of(s, h), w.signals, w.moments, w.slopes, w.rest);
        for (ptrdiff_t n = 0; n < modes; n++) {
            z c = coefficient(C + h * modes * parts, parts, n), b = at(b_of(s, h), modes, n);
            z dg = conj(at(w.moments, modes, n));
            put(lambda_of(d, h), modes, n, conj(c * b * at(w.slopes, modes, n)));
            put(b_of(d, h), modes, n, conj(c) * dg);
            add_coefficient(add_C + h * modes * parts, parts, n, conj(b) * dg);
        }
    }
}

UN_INLINE z state_at(const float *x, ptrdiff_t modes, int parts, ptrdiff_t n) {
    return __builtin_complex((double)x[n], parts == 2 ? (double)x[modes + n] : 0.0);
}
UN_INLINE void put_state(float *x, ptrdiff_t modes, int parts, ptrdiff_t n, z value) {
    x[n] = (float)creal(value);
    if (parts == 2) x[modes + n] = (float)cimag(value);
}

// Rows [R,H] of some channels from h0 on as signals [channel][b][time], zeros beyond each length.
static void gather_signals(const un_steps *steps, ptrdiff_t H, ptrdiff_t h0, const float *rows, Work *w) {
    ptrdiff_t B = steps->B, channels = channels_at(H, h0);
    memset(w->signals, 0, (size_t)(CHANNELS * B * w->length) * sizeof(float));
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++)
            for (ptrdiff_t i = 0; i < channels; i++)
                w->signals[(i * B + b) * w->length + t] = rows[(steps->offset[t] + b) * H + h0 + i];
}

// And back: added to rows.
static void add_signals(const un_steps *steps, ptrdiff_t H, ptrdiff_t h0, const Work *w, float *add_rows) {
    ptrdiff_t B = steps->B, channels = channels_at(H, h0);
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++)
            for (ptrdiff_t i = 0; i < channels; i++)
                add_rows[(steps->offset[t] + b) * H + h0 + i] += w->signals[(i * B + b) * w->length + t];
}

// Signals [b][time] from their last value to their first.
static void reverse(const un_steps *steps, ptrdiff_t length, float *signals) {
    for (ptrdiff_t b = 0; b < steps->B; b++, signals += length)
        for (ptrdiff_t i = 0, j = steps->length[b] - 1; i < j; i++, j--) {
            float swap = signals[i];
            signals[i] = signals[j];
            signals[j] = swap;
        }
}

void un_diagonal_initial(const un_steps *steps, const un_modes *s, const float *C, const float *x0, float *add_y, float *scratch) {
    ptrdiff_t T = steps->T, B = steps->B, H = s->H, modes = s->modes, N = modes * s->parts;
    int parts = s->parts;
    Work w = work_for(T, B, modes, scratch);
    for (ptrdiff_t h0 = 0; h0 < H; h0 += CHANNELS) {
        ptrdiff_t channels = channels_at(H, h0);
        for (ptrdiff_t h = h0; h < h0 + channels; h++) {
            for (ptrdiff_t b = 0; b < B; b++)
                for (ptrdiff_t n = 0; n < modes; n++)
                    put(w.g + b * 2 * modes, modes, n, coefficient(C + h * N, parts, n) * at(lambda_of(s, h), modes, n) *
                                                           state_at(x0 + (b * H + h) * N, modes, parts, n));
            un_power_sums(T, B, modes, parts, lambda_of(s, h), w.g, w.signals + (h - h0) * B * w.length, w.rest);
        }
        add_signals(steps, H, h0, &w, add_y);
    }
}

void un_diagonal_initial_back(const un_steps *steps, const un_modes *s, const float *C, const float *x0, const float *dy,
                              double *add_dlambda, float *add_C, float *dx0, float *scratch) {
    ptrdiff_t T = steps->T, B = steps->B, H = s->H, modes = s->modes, N = modes * s->parts;
    int parts = s->parts;
    Work w = work_for(T, B, modes, scratch);
    for (ptrdiff_t h = 0; h < H; h++) {
        if (h % CHANNELS == 0) gather_signals(steps, H, h, dy, &w);
        un_power_moments(T, B, modes, parts, lambda_of(s, h), w.signals + h % CHANNELS * B * w.length, w.moments, w.slopes, w.rest);
        for (ptrdiff_t b = 0; b < B; b++)
            for (ptrdiff_t n = 0; n < modes; n++) {
                z c = coefficient(C + h * N, parts, n), l = at(lambda_of(s, h), modes, n);
                z x = state_at(x0 + (b * H + h) * N, modes, parts, n);
                z dg = conj(at(w.moments + b * 2 * modes, modes, n)), slope = at(w.slopes + b * 2 * modes, modes, n);
                put_state(dx0 + (b * H + h) * N, modes, parts, n, conj(c * l) * dg);
                add_coefficient(add_C + h * N, parts, n, conj(l * x) * dg);
                add(add_dlambda + h * 2 * modes, modes, n, conj(c * x) * dg + conj(c * l * x * slope));
            }
    }
}

void un_diagonal_final(const un_steps *steps, const un_modes *s, const float *u, const float *x0, float *x, float *scratch) {
    ptrdiff_t T = steps->T, B = steps->B, H = s->H, modes = s->modes, N = modes * s->parts;
    int parts = s->parts;
    Work w = work_for(T, B, modes, scratch);
    for (ptrdiff_t h = 0; h < H; h++) {
        float *signals = w.signals + h % CHANNELS * B * w.length;
        if (h % CHANNELS == 0) gather_signals(steps, H, h, u, &w);
        reverse(steps, w.length, signals);
        un_power_moments(T, B, modes, parts, lambda_of(s, h), signals, w.moments, NULL, w.rest);
        for (ptrdiff_t b = 0; b < B; b++)
            for (ptrdiff_t n = 0; n < modes; n++) {
                z now = at(b_of(s, h), modes, n) * at(w.moments + b * 2 * modes, modes, n);
                z l = at(lambda_of(s, h), modes, n);
                if (x0) now += cpow(l, steps->length[b]) * state_at(x0 + (b * H + h) * N, modes, parts, n);
                put_state(x + (b * H + h) * N, modes, parts, n, now);
            }
    }
}

// x = b Σ_l u_l λ^l + λ^length x0, the last input first.
void un_diagonal_final_back(const un_steps *steps, const un_modes *s, const float *u, const float *x0, const float *dx,
                            const un_modes *sum, float *add_du, float *add_dx0, float *scratch) {
    ptrdiff_t T = steps->T, B = steps->B, H = s->H, modes = s->modes, N = modes * s->parts;
    int parts = s->parts;
    Work w = work_for(T, B, modes, scratch);
    for (ptrdiff_t h = 0; h < H; h++) {
        float *signals = w.signals + h % CHANNELS * B * w.length;
        if (h % CHANNELS == 0) gather_signals(steps, H, h, u, &w);
        reverse(steps, w.length, signals);
        un_power_moments(T, B, modes, parts, lambda_of(s, h), signals, w.moments, w.slopes, w.rest);
        for (ptrdiff_t b = 0; b < B; b++)
            for (ptrdiff_t n = 0; n < modes; n++) {
                ptrdiff_t state = (b * H + h) * N, length = steps->length[b];
                z l = at(lambda_of(s, h), modes, n), g = state_at(dx + state, modes, parts, n);
                z moment = at(w.moments + b * 2 * modes, modes, n), slope = at(w.slopes + b * 2 * modes, modes, n);
                z d_moment = conj(at(b_of(s, h), modes, n)) * g;
                put(w.g + b * 2 * modes, modes, n, conj(d_moment));
                add(b_of(sum, h), modes, n, conj(moment) * g);
                add(lambda_of(sum, h), modes, n, conj(slope) * d_moment);
                if (!x0) continue;
                z power = length > 1 ? cpow(l, length - 1) : 1, x = state_at(x0 + state, modes, parts, n);
                add(lambda_of(sum, h), modes, n, conj(length * power * x) * g);
                put_state(add_dx0 + state, modes, parts, n, state_at(add_dx0 + state, modes, parts, n) + conj(power * l) * g);
            }
        un_power_sums(T, B, modes, parts, lambda_of(s, h), w.g, signals, w.rest);
        reverse(steps, w.length, signals);
        if (h % CHANNELS == CHANNELS - 1 || h == H - 1) add_signals(steps, H, h - h % CHANNELS, &w, add_du);
    }
}

// One channel of one sequence: x = λ x + b u; returns Re(w C x).
UN_INLINE double step_pairs(ptrdiff_t modes, const float *restrict C, const double *restrict l, const double *restrict b, double u,
                            float *restrict x) {
#pragma clang fp reassociate(on)
    double y = 0;
    for (ptrdiff_t n = 0; n < modes; n++) {
        double re = x[n], im = x[modes + n];
        double re_new = l[n] * re - l[modes + n] * im + b[n] * u, im_new = l[n] * im + l[modes + n] * re + b[modes + n] * u;
        y += C[2 * n] * re_new - C[2 * n + 1] * im_new;
        x[n] = (float)re_new;
        x[modes + n] = (float)im_new;
    }
    return 2 * y;
}

UN_INLINE double step_real(ptrdiff_t modes, const float *restrict C, const double *restrict l, const double *restrict b, double u,
                           float *restrict x) {
#pragma clang fp reassociate(on)
    double y = 0;
    for (ptrdiff_t n = 0; n < modes; n++) {
        double now = l[n] * x[n] + b[n] * u;
        y += C[n] * now;
        x[n] = (float)now;
    }
    return y;
}

UN_FAST void un_diagonal_recurrence(const un_steps *steps, const un_modes *s, const float *C, const float *D, const float *u,
                                    float *x, float *y) {
    ptrdiff_t H = s->H, N = s->modes * s->parts;
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++)
            for (ptrdiff_t h = 0; h < H; h++) {
                ptrdiff_t row = (steps->offset[t] + b) * H + h;
                const float *c = C + h * N;
                float *state = x + (b * H + h) * N;
                double out = s->parts == 2 ? step_pairs(s->modes, c, lambda_of(s, h), b_of(s, h), u[row], state)
                                           : step_real(s->modes, c, lambda_of(s, h), b_of(s, h), u[row], state);
                y[row] = (float)(out + D[h] * u[row]);
            }
}
