// Causal convolution with one kernel a channel. Two sequences at a time are the real and the imaginary part of one signal: as the
// kernel is real, so are the parts of the product. Its gradient is the real part of Σ conj(U) dY, since what the two sequences
// have in common there is imaginary. The rounding of a transform is relative to the larger of the two.
//
// D stands with the kernel's first value, and so do their gradients.
//
// Sixteen channels are transposed from their rows into signals that lie one after the other, as FFTW likes them; each is
// transformed, multiplied and transformed back while it is in the cache, and they are transposed into rows again.
#include "unroll.h"
#include "direct.h"
#include "pair.h"
#include "plans.h"

typedef un_point z;

enum {
    DIRECT = 112,  // so many steps or fewer are summed without a transform: measured, equal from 112 to 128
    GAP = 8,      // points between signals, so that not all of them meet in the same lines of the cache
};

// kernel, gradient: spectra [16][n]. u, dy: signals [16][stride]. first, second [n]: two signals between columns and rows.
// spectrum, other: of one row.
typedef struct {
    const un_plan *plan;
    ptrdiff_t T, stride;
    z *kernel, *gradient, *u, *dy, *first, *second, *spectrum, *other, *block;
} Work;

static ptrdiff_t stride_of(const un_plan *plan) { return un_signal_points(plan) + GAP; }

ptrdiff_t un_convolution_scratch(ptrdiff_t T) {
    if (T <= DIRECT) return un_direct_scratch(T);
    const un_plan *plan = un_plan_for(T);
    return 2 * (UN_LANES * 2 * (plan->n + stride_of(plan)) + 2 * plan->n + 2 * plan->columns + un_block_points(plan));
}

static Work work_for(ptrdiff_t T, float *scratch) {
    const un_plan *plan = un_plan_for(T);
    Work w = {plan, T, stride_of(plan), .kernel = (z *)scratch};
    w.gradient = w.kernel + UN_LANES * plan->n;
    w.u = w.gradient + UN_LANES * plan->n;
    w.dy = w.u + UN_LANES * w.stride;
    w.first = w.dy + UN_LANES * w.stride;
    w.second = w.first + plan->n;
    w.spectrum = w.second + plan->n;
    w.other = w.spectrum + plan->columns;
    w.block = w.other + plan->columns;
    return w;
}

// The transpose of eight vectors of eight points.
typedef double points __attribute__((vector_size(UN_POINTS * sizeof(z)), aligned(64)));
_Static_assert(UN_POINTS == 8 && sizeof(points) == sizeof(un_lanes), "eight points a vector");

UN_INLINE void transpose(points *restrict x) {
    points y[8];
    for (int i = 0; i < 8; i += 2) {
        y[i] = __builtin_shufflevector(x[i], x[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        y[i + 1] = __builtin_shufflevector(x[i], x[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 8; i += 4)
        for (int j = i; j < i + 2; j++) {
            x[j] = __builtin_shufflevector(y[j], y[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            x[j + 2] = __builtin_shufflevector(y[j], y[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int j = 0; j < 4; j++) {
        y[j] = __builtin_shufflevector(x[j], x[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        y[j + 4] = __builtin_shufflevector(x[j], x[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
    memcpy(x, y, sizeof y);
}

// Eight steps of sixteen channels of a pair: [time][channel] of its rows to [channel][time] of the signals x.
UN_INLINE void load_block(const Work *w, un_lanes *restrict re, un_lanes *restrict im, z *restrict x) {
    un_lanes low[UN_POINTS], high[UN_POINTS];
    for (ptrdiff_t i = 0; i < UN_POINTS; i++) {
        low[i] = __builtin_shufflevector(re[i], im[i], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        high[i] = __builtin_shufflevector(re[i], im[i], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    transpose((points *)low);
    transpose((points *)high);
    for (ptrdiff_t i = 0; i < UN_POINTS; i++) {
        UN_AT(x + i * w->stride) = low[i];
        UN_AT(x + (i + UN_POINTS) * w->stride) = high[i];
    }
}

UN_INLINE void store_block(const Work *w, const z *restrict x, un_lanes *restrict re, un_lanes *restrict im) {
    un_lanes low[UN_POINTS], high[UN_POINTS];
    for (ptrdiff_t i = 0; i < UN_POINTS; i++) {
        low[i] = UN_AT(x + i * w->stride);
        high[i] = UN_AT(x + (i + UN_POINTS) * w->stride);
    }
    transpose((points *)low);
    transpose((points *)high);
    for (ptrdiff_t i = 0; i < UN_POINTS; i++) {
        re[i] = __builtin_shufflevector(low[i], high[i], 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        im[i] = __builtin_shufflevector(low[i], high[i], 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    }
}

// Steps in blocks that have all channels and both sequences, which most do: they need no questions.
UN_INLINE ptrdiff_t whole_blocks(const un_pair *p) {
    return channels_at(p->H, p->h) < UN_LANES ? 0 : steps_of(p, p->b + 1) / UN_POINTS * UN_POINTS;
}

UN_INLINE ptrdiff_t place(const un_pair *p, ptrdiff_t t) { return (p->steps.offset[t] + p->b) * p->H + p->h; }

// A pair of sequences from its rows to the signals x, zeros beyond their lengths.
UN_FAST static void load_pair(const Work *w, const un_pair *p, const float *rows, z *restrict x) {
    ptrdiff_t whole = whole_blocks(p), steps = steps_of(p, p->b), t = 0;
    un_lanes re[UN_POINTS], im[UN_POINTS];
    for (; t < whole; t += UN_POINTS) {
        for (ptrdiff_t i = 0; i < UN_POINTS; i++) {
            memcpy(re + i, rows + place(p, t + i), sizeof *re);
            memcpy(im + i, rows + place(p, t + i) + p->H, sizeof *im);
        }
        load_block(w, re, im, x + t);
    }
    for (; t < steps; t += UN_POINTS) {
        for (ptrdiff_t i = 0; i < UN_POINTS; i++) load_step(p, rows, t + i, re + i, im + i);
        load_block(w, re, im, x + t);
    }
    for (ptrdiff_t i = 0; i < channels_at(p->H, p->h); i++)
        memset(x + i * w->stride + t, 0, (size_t)(un_signal_points(w->plan) - t) * sizeof *x);
}

// The signals back to the rows of their pair.
UN_FAST static void store_pair(const Work *w, const un_pair *p, const z *restrict x, float *rows) {
    ptrdiff_t whole = whole_blocks(p), steps = steps_of(p, p->b), t = 0;
    un_lanes re[UN_POINTS], im[UN_POINTS];
    for (; t < whole; t += UN_POINTS) {
        store_block(w, x + t, re, im);
        for (ptrdiff_t i = 0; i < UN_POINTS; i++) {
            memcpy(rows + place(p, t + i), re + i, sizeof *re);
            memcpy(rows + place(p, t + i) + p->H, im + i, sizeof *im);
        }
    }
    for (; t < steps; t += UN_POINTS) {
        store_block(w, x + t, re, im);
        for (ptrdiff_t i = 0; i < UN_POINTS; i++) store_step(p, rows, t + i, re + i, im + i);
    }
}

// x = x k
UN_FAST static void multiply(ptrdiff_t n, const z *restrict k, z *restrict x) {
    for (ptrdiff_t i = 0; i < n; i += UN_POINTS) un_times(x + i, k + i, x + i);
}

// g += conj(u) dy, dy = conj(k) dy
UN_FAST static void correlate(ptrdiff_t n, const z *restrict k, const z *restrict u, z *restrict dy, z *restrict g) {
    for (ptrdiff_t i = 0; i < n; i += UN_POINTS) {
        un_point product[UN_POINTS] __attribute__((aligned(64)));
        un_times_conjugate(dy + i, u + i, product);
        UN_AT(g + i) += UN_AT(product);
        un_times_conjugate(dy + i, k + i, dy + i);
    }
}

// The spectrum of the kernel [T] of a channel, with the factor that transforms to and fro want.
static void load_kernel(const Work *w, const float *kernel, float d, z *spectrum) {
    const un_plan *plan = w->plan;
    float factor = 1.0f / (float)plan->n;
    memset(w->dy, 0, (size_t)un_signal_points(plan) * sizeof *w->dy);
    for (ptrdiff_t t = 0; t < w->T; t++) w->dy[t].re = factor * kernel[t];
    w->dy[0].re += factor * d;
    z *x = un_columns(plan, w->dy, w->first, w->block);
    for (ptrdiff_t at = 0; at < plan->n; at += plan->columns) un_row(plan, x + at, spectrum + at);
}

static void store_gradient(const Work *w, z *spectrum, float *dkernel) {
    const un_plan *plan = w->plan;
    float factor = 1.0f / (float)plan->n;
    z *x = plan->rows > 1 ? w->first : w->dy;
    for (ptrdiff_t at = 0; at < plan->n; at += plan->columns) un_row_back(plan, spectrum + at, x + at);
    un_columns_back(plan, x, w->dy, w->block);
    for (ptrdiff_t t = 0; t < w->T; t++) dkernel[t] = factor * w->dy[t].re;
}

// x = k ∗ x
static void convolve(const Work *w, const z *k, z *x) {
    const un_plan *plan = w->plan;
    z *u = un_columns(plan, x, w->first, w->block);
    for (ptrdiff_t at = 0; at < plan->n; at += plan->columns) {
        un_row(plan, u + at, w->spectrum);
        multiply(plan->columns, k + at, w->spectrum);
        un_row_back(plan, w->spectrum, u + at);
    }
    un_columns_back(plan, u, x, w->block);
}

// The way back: g += conj(u) dy of the spectra, and dy becomes its correlation with the kernel.
static void correlate_signals(const Work *w, const z *k, z *u, z *dy, z *g) {
    const un_plan *plan = w->plan;
    z *x = un_columns(plan, u, w->first, w->block), *y = un_columns(plan, dy, w->second, w->block);
    for (ptrdiff_t at = 0; at < plan->n; at += plan->columns) {
        un_row(plan, x + at, w->other);
        un_row(plan, y + at, w->spectrum);
        correlate(plan->columns, k + at, w->other, w->spectrum, g + at);
        un_row_back(plan, w->spectrum, y + at);
    }
    un_columns_back(plan, y, dy, w->block);
}

void un_convolution(const un_steps *steps, ptrdiff_t H, const float *kernel, const float *D, const float *u, float *y,
                    float *scratch) {
    ptrdiff_t T = steps->T;
    if (T <= DIRECT) {
        un_direct(steps, H, kernel, D, u, y, scratch);
        return;
    }
    Work w = work_for(T, scratch);
    for (ptrdiff_t h = 0; h < H; h += UN_LANES) {
        ptrdiff_t channels = channels_at(H, h);
        for (ptrdiff_t i = 0; i < channels; i++) load_kernel(&w, kernel + (h + i) * T, D[h + i], w.kernel + i * w.plan->n);
        for (ptrdiff_t b = 0; b < steps->B; b += 2) {
            un_pair pair = {*steps, H, h, b};
            load_pair(&w, &pair, u, w.u);
            for (ptrdiff_t i = 0; i < channels; i++) convolve(&w, w.kernel + i * w.plan->n, w.u + i * w.stride);
            store_pair(&w, &pair, w.u, y);
        }
    }
}

void un_convolution_back(const un_steps *steps, ptrdiff_t H, const float *kernel, const float *D, const float *u, const float *dy,
                         float *du, float *dkernel, float *add_D, float *scratch) {
    ptrdiff_t T = steps->T;
    if (T <= DIRECT) {
        un_direct_back(steps, H, kernel, D, u, dy, du, dkernel, add_D, scratch);
        return;
    }
    Work w = work_for(T, scratch);
    for (ptrdiff_t h = 0; h < H; h += UN_LANES) {
        ptrdiff_t channels = channels_at(H, h), n = w.plan->n;
        for (ptrdiff_t i = 0; i < channels; i++) load_kernel(&w, kernel + (h + i) * T, D[h + i], w.kernel + i * n);
        memset(w.gradient, 0, (size_t)(channels * n) * sizeof(z));
        for (ptrdiff_t b = 0; b < steps->B; b += 2) {
            un_pair pair = {*steps, H, h, b};
            load_pair(&w, &pair, u, w.u);
            load_pair(&w, &pair, dy, w.dy);
            for (ptrdiff_t i = 0; i < channels; i++)
                correlate_signals(&w, w.kernel + i * n, w.u + i * w.stride, w.dy + i * w.stride, w.gradient + i * n);
            store_pair(&w, &pair, w.dy, du);
        }
        for (ptrdiff_t i = 0; i < channels; i++) {
            store_gradient(&w, w.gradient + i * n, dkernel + (h + i) * T);
            add_D[h + i] += dkernel[(h + i) * T];
        }
    }
}
