#include "unroll.h"
#include "fast.h"
#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>

// Plans are kept by length, made in estimate mode (measured plans differ from run to run, and with them the last bits).
typedef struct { ptrdiff_t n; fftwf_plan forward, backward; } Plan;
static Plan *plans;
static ptrdiff_t plan_count;
static pthread_mutex_t plan_lock = PTHREAD_MUTEX_INITIALIZER;

// Distance between spectra in complex numbers: every one begins 64-byte aligned, as the plan was made for.
static ptrdiff_t spectrum_stride(ptrdiff_t n) { return (n / 2 + 1 + 7) / 8 * 8; }
static ptrdiff_t signal_stride(ptrdiff_t n) { return (n + 15) / 16 * 16; }

static Plan plan_for(ptrdiff_t n) {
    pthread_mutex_lock(&plan_lock);
    for (ptrdiff_t i = 0; i < plan_count; i++)
        if (plans[i].n == n) {
            Plan found = plans[i];
            pthread_mutex_unlock(&plan_lock);
            return found;
        }
    float *signal = fftwf_alloc_real((size_t)signal_stride(n) + 16);
    fftwf_complex *spectrum = fftwf_alloc_complex((size_t)spectrum_stride(n) + 8);
    // FFTW_UNALIGNED is not needed: all signals and spectra here begin on 64-byte boundaries, and so does fftwf_alloc's memory
    // as far as SIMD asks (16 bytes).
    Plan made = {n, fftwf_plan_dft_r2c_1d((int)n, signal, spectrum, FFTW_ESTIMATE),
                 fftwf_plan_dft_c2r_1d((int)n, spectrum, signal, FFTW_ESTIMATE)};
    fftwf_free(signal);
    fftwf_free(spectrum);
    plans = realloc(plans, (size_t)(plan_count + 1) * sizeof(Plan));
    plans[plan_count++] = made;
    pthread_mutex_unlock(&plan_lock);
    return made;
}

// Smallest even 2^a 3^b 5^c that is at least n.
static ptrdiff_t fft_length(ptrdiff_t n) {
    for (ptrdiff_t best = n < 16 ? 16 : n + (n & 1);; best += 2) {
        ptrdiff_t rest = best;
        while (rest % 2 == 0) rest /= 2;
        while (rest % 3 == 0) rest /= 3;
        while (rest % 5 == 0) rest /= 5;
        if (rest == 1) return best;
    }
}

// Per tile of UN_LANES channels: signals and spectra of u and dy (B sequences each), spectrum of the kernel, one signal.
ptrdiff_t un_convolution_scratch(ptrdiff_t T, ptrdiff_t B) {
    ptrdiff_t n = fft_length(2 * T - 1), s = signal_stride(n), c = 2 * spectrum_stride(n);
    return UN_LANES * (B * (s + 2 * c) + s + 2 * c);
}

typedef struct { ptrdiff_t T, B, H, n, s, c; const int32_t *offset, *live; Plan plan; float *signals, *a, *b, *one, *k, *g; } Work;

static Work work_for(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t B, ptrdiff_t H, float *scratch) {
    ptrdiff_t n = fft_length(2 * T - 1), s = signal_stride(n), c = 2 * spectrum_stride(n);
    Work w = {T, B, H, n, s, c, offset, live, plan_for(n)};
    w.signals = scratch;
    w.a = w.signals + UN_LANES * B * s;
    w.b = w.a + UN_LANES * B * c;
    w.one = w.b + UN_LANES * B * c;
    w.k = w.one + UN_LANES * s;
    w.g = w.k + UN_LANES * c;
    return w;
}

// Rows [R,H] of channels h..h+lanes -> spectra [lane][b], zeros beyond each length.
static void spectra_of_rows(const Work *w, const float *rows, ptrdiff_t h, ptrdiff_t lanes, float *spectra) {
    memset(w->signals, 0, (size_t)(UN_LANES * w->B * w->s) * sizeof(float));
    for (ptrdiff_t t = 0; t < w->T; t++)
        for (ptrdiff_t b = 0; b < w->live[t]; b++)
            for (ptrdiff_t i = 0; i < lanes; i++)
                w->signals[(i * w->B + b) * w->s + t] = rows[(w->offset[t] + b) * w->H + h + i];
    for (ptrdiff_t j = 0; j < lanes * w->B; j++)
        fftwf_execute_dft_r2c(w->plan.forward, w->signals + j * w->s, (fftwf_complex *)(spectra + j * w->c));
}

static void spectra_of_kernel(const Work *w, const float *kernel, ptrdiff_t h, ptrdiff_t lanes) {
    memset(w->one, 0, (size_t)(UN_LANES * w->s) * sizeof(float));
    for (ptrdiff_t i = 0; i < lanes; i++) {
        memcpy(w->one + i * w->s, kernel + (h + i) * w->T, (size_t)w->T * sizeof(float));
        fftwf_execute_dft_r2c(w->plan.forward, w->one + i * w->s, (fftwf_complex *)(w->k + i * w->c));
    }
}

// x = factor x y, or factor x conj(y)
UN_FAST static void multiply_spectra(ptrdiff_t n, float *restrict x, const float *restrict y, float factor, float sign) {
    for (ptrdiff_t i = 0; i < n; i += 2) {
        float re = x[i] * y[i] - sign * x[i + 1] * y[i + 1], im = x[i + 1] * y[i] + sign * x[i] * y[i + 1];
        x[i] = factor * re;
        x[i + 1] = factor * im;
    }
}

// sum += x conj(y)
UN_FAST static void correlate_spectra(ptrdiff_t n, const float *restrict x, const float *restrict y, float *restrict sum) {
    for (ptrdiff_t i = 0; i < n; i += 2) {
        sum[i] += x[i] * y[i] + x[i + 1] * y[i + 1];
        sum[i + 1] += x[i + 1] * y[i] - x[i] * y[i + 1];
    }
}

// spectra ⊙ kernel (sign 1: convolution, -1: correlation) back to rows, plus D ⊙ skip.
static void rows_of_product(const Work *w, float *spectra, ptrdiff_t h, ptrdiff_t lanes, float sign, const float *D,
                            const float *skip, float *rows) {
    for (ptrdiff_t j = 0; j < lanes * w->B; j++) {
        multiply_spectra(w->n / 2 * 2 + 2, spectra + j * w->c, w->k + j / w->B * w->c, 1.0f / (float)w->n, sign);
        fftwf_execute_dft_c2r(w->plan.backward, (fftwf_complex *)(spectra + j * w->c), w->signals + j * w->s);
    }
    for (ptrdiff_t t = 0; t < w->T; t++)
        for (ptrdiff_t b = 0; b < w->live[t]; b++)
            for (ptrdiff_t i = 0; i < lanes; i++) {
                ptrdiff_t at = (w->offset[t] + b) * w->H + h + i;
                rows[at] = w->signals[(i * w->B + b) * w->s + t] + D[h + i] * skip[at];
            }
}

static ptrdiff_t lanes_at(ptrdiff_t H, ptrdiff_t h) { return H - h < UN_LANES ? H - h : UN_LANES; }

void un_convolution(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t B, ptrdiff_t H, const float *kernel,
                    const float *D, const float *u, float *y, float *scratch) {
    Work w = work_for(T, offset, live, B, H, scratch);
    for (ptrdiff_t h = 0; h < H; h += UN_LANES) {
        ptrdiff_t lanes = lanes_at(H, h);
        spectra_of_kernel(&w, kernel, h, lanes);
        spectra_of_rows(&w, u, h, lanes, w.a);
        rows_of_product(&w, w.a, h, lanes, 1, D, u, y);
    }
}

void un_convolution_back(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t B, ptrdiff_t H,
                         const float *kernel, const float *D, const float *u, const float *dy, float *du, float *dkernel,
                         float *add_D, float *scratch) {
    Work w = work_for(T, offset, live, B, H, scratch);
    for (ptrdiff_t h = 0; h < H; h += UN_LANES) {
        ptrdiff_t lanes = lanes_at(H, h);
        spectra_of_kernel(&w, kernel, h, lanes);
        spectra_of_rows(&w, u, h, lanes, w.a);
        spectra_of_rows(&w, dy, h, lanes, w.b);
        memset(w.g, 0, (size_t)(UN_LANES * w.c) * sizeof(float));
        for (ptrdiff_t j = 0; j < lanes * B; j++)
            correlate_spectra(w.n / 2 * 2 + 2, w.b + j * w.c, w.a + j * w.c, w.g + j / B * w.c);
        rows_of_product(&w, w.b, h, lanes, -1, D, dy, du);
        for (ptrdiff_t i = 0; i < lanes; i++) {
            fftwf_execute_dft_c2r(w.plan.backward, (fftwf_complex *)(w.g + i * w.c), w.one + i * w.s);
            for (ptrdiff_t t = 0; t < T; t++) dkernel[(h + i) * T + t] = w.one[i * w.s + t] / (float)w.n;
        }
    }
    for (ptrdiff_t r = 0; r < offset[T - 1] + live[T - 1]; r++)
        for (ptrdiff_t h = 0; h < H; h++) add_D[h] += u[r * H + h] * dy[r * H + h];
}
