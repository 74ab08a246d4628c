// Causal convolution with one kernel a channel. UN_WIDE channels lie side by side as they do in the rows, and two sequences at a
// time are the real and the imaginary part of one signal: as the kernel is real, so are the parts of the product. Its
// gradient is the real part of Σ conj(U) dY, since what the two sequences have in common there is imaginary. The rounding of a
// transform is relative to the larger of the two.
#include "unroll.h"
#include "direct.h"
#include "fast.h"
#include "fourier.h"

typedef un_point z;

enum {
    DIRECT = 64,  // so many steps or fewer are summed without a transform; measured, it is faster up to about 80
    SMALL = 256,  // points of a block that stays in the first-level cache
};

// n: points of a transform; filled: points of it that may differ from zero. No plan: sums.
typedef struct {
    ptrdiff_t T, H, n, filled;
    const int32_t *offset, *live;
    const un_fourier *plan;
    z *kernel, *gradient, *u, *dy;
} Work;

static ptrdiff_t points(ptrdiff_t T) { return T <= DIRECT ? T : un_fourier_length(2 * T); }

ptrdiff_t un_convolution_scratch(ptrdiff_t T) { return 4 * points(T) * (ptrdiff_t)(sizeof(z) / sizeof(float)); }

static Work work_for(ptrdiff_t T, ptrdiff_t H, const int32_t *offset, const int32_t *live, float *scratch) {
    ptrdiff_t n = points(T);
    z *first = (z *)scratch;
    return (Work){T, H, n, T <= DIRECT ? n : n / 2, offset, live, T <= DIRECT ? NULL : un_fourier_plan(n),
                  first, first + n, first + 2 * n, first + 3 * n};
}

UN_INLINE ptrdiff_t channels_at(ptrdiff_t H, ptrdiff_t h) { return H - h < UN_WIDE ? H - h : UN_WIDE; }

UN_INLINE void load(un_wide *restrict to, const float *from, ptrdiff_t channels) {
    if (channels < UN_WIDE) *to = (un_wide){0};
    memcpy(to, from, channels < UN_WIDE ? (size_t)channels * sizeof(float) : sizeof *to);
}

UN_INLINE void store(float *to, const un_wide *restrict from, ptrdiff_t channels) {
    memcpy(to, from, channels < UN_WIDE ? (size_t)channels * sizeof(float) : sizeof *from);
}

// Sequences b and b+1 of channels h..., zeros beyond their lengths.
UN_FAST static void load_pair(const Work *w, const float *rows, ptrdiff_t h, ptrdiff_t b, z *restrict x) {
    ptrdiff_t channels = channels_at(w->H, h), t = 0;
    for (; t < w->T && w->live[t] > b; t++) {
        const float *row = rows + (w->offset[t] + b) * w->H + h;
        load(&x[t].re, row, channels);
        if (w->live[t] > b + 1) load(&x[t].im, row + w->H, channels);
        else x[t].im = (un_wide){0};
    }
    memset(x + t, 0, (size_t)(w->filled - t) * sizeof(z));
}

// The pair back to its rows, plus D ⊙ skip. With other is add_D += Σ other ⊙ skip.
UN_FAST static void store_pair(const Work *w, const z *restrict x, ptrdiff_t h, ptrdiff_t b, const float *D, const float *skip,
                               float *rows, const float *other, float *add_D) {
    ptrdiff_t channels = channels_at(w->H, h);
    un_wide d, s, o, sum = {0}, part_sum = {0};
    load(&d, D + h, channels);
    for (ptrdiff_t t = 0; t < w->T && w->live[t] > b; t++) {
        if (t % 256 == 0) {  // sums of sums: the last of many steps would be rounded to the size of all before
            sum += part_sum;
            part_sum = (un_wide){0};
        }
        for (ptrdiff_t part = 0; part < 2 && b + part < w->live[t]; part++) {
            ptrdiff_t at = (w->offset[t] + b + part) * w->H + h;
            load(&s, skip + at, channels);
            un_wide value = (part ? x[t].im : x[t].re) + d * s;
            store(rows + at, &value, channels);
            if (!other) continue;
            load(&o, other + at, channels);
            part_sum += o * s;
        }
    }
    for (ptrdiff_t i = 0; i < channels && other; i++) add_D[h + i] += sum[i] + part_sum[i];
}

// [channels, T] -> [T], with the factor that transforms to and fro want.
static void load_kernel(const Work *w, const float *kernel, ptrdiff_t h) {
    ptrdiff_t channels = channels_at(w->H, h);
    float factor = w->plan ? 1.0f / (float)w->n : 1.0f;
    memset(w->kernel, 0, (size_t)w->filled * sizeof(z));
    for (ptrdiff_t t = 0; t < w->T; t++)
        for (ptrdiff_t i = 0; i < channels; i++) w->kernel[t].re[i] = factor * kernel[(h + i) * w->T + t];
}

static void store_gradient(const Work *w, ptrdiff_t h, float *dkernel) {
    ptrdiff_t channels = channels_at(w->H, h);
    float factor = w->plan ? 1.0f / (float)w->n : 1.0f;
    for (ptrdiff_t t = 0; t < w->T; t++)
        for (ptrdiff_t i = 0; i < channels; i++) dkernel[(h + i) * w->T + t] = factor * w->gradient[t].re[i];
}

// x = x k
UN_FAST static void multiply(ptrdiff_t n, const z *restrict k, z *restrict x) {
    for (ptrdiff_t i = 0; i < n; i++)
        x[i] = (z){x[i].re * k[i].re - x[i].im * k[i].im, x[i].re * k[i].im + x[i].im * k[i].re};
}

// g += conj(u) dy, dy = conj(k) dy
UN_FAST static void correlate(ptrdiff_t n, const z *restrict k, const z *restrict u, z *restrict dy, z *restrict g) {
    for (ptrdiff_t i = 0; i < n; i++) {
        z y = dy[i];
        g[i].re += u[i].re * y.re + u[i].im * y.im;
        g[i].im += u[i].re * y.im - u[i].im * y.re;
        dy[i] = (z){y.re * k[i].re + y.im * k[i].im, y.im * k[i].re - y.re * k[i].im};
    }
}

// What is done on the way through a signal x: there, at the spectrum, and back.
typedef enum { TO_SPECTRUM, CONVOLVE, CORRELATE, FROM_SPECTRUM } Job;

// A block of x at `at` from pass i on. A small block goes through its passes one after the other, a larger one part by part, so
// that each part is transformed, multiplied and transformed back while it is in the cache.
static void walk(const Work *w, Job job, int i, ptrdiff_t at, z *x) {
    const un_fourier *plan = w->plan;
    ptrdiff_t size = plan->size[i], blocks = 1;
    int whole = size <= SMALL, last = whole ? plan->passes - 1 : i;
    for (int p = i; p <= last && job != FROM_SPECTRUM; blocks *= plan->radix[p++]) {
        un_fourier_forward(plan, p, blocks, x + at);
        if (job == CORRELATE) un_fourier_forward(plan, p, blocks, w->u + at);
    }
    if (whole && job == CONVOLVE) multiply(size, w->kernel + at, x + at);
    if (whole && job == CORRELATE) correlate(size, w->kernel + at, w->u + at, x + at, w->gradient + at);
    ptrdiff_t part = size / plan->radix[i];
    for (ptrdiff_t q = 0; q < plan->radix[i] && !whole; q++) walk(w, job, i + 1, at + q * part, x);
    blocks = whole ? size : plan->radix[i];
    for (int p = last; p >= i && job != TO_SPECTRUM; p--) un_fourier_backward(plan, p, blocks /= plan->radix[p], x + at);
}

static void through(const Work *w, Job job, z *x) {
    if (job != FROM_SPECTRUM) un_fourier_forward_half(w->plan, x);
    if (job == CORRELATE) un_fourier_forward_half(w->plan, w->u);
    for (ptrdiff_t q = 0; q < 4; q++) walk(w, job, 1, q * w->n / 4, x);
    if (job != TO_SPECTRUM) un_fourier_backward_half(w->plan, x);
}

void un_convolution(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t H, const float *kernel, const float *D,
                    const float *u, float *y, float *scratch) {
    Work w = work_for(T, H, offset, live, scratch);
    for (ptrdiff_t h = 0; h < H; h += UN_WIDE) {
        load_kernel(&w, kernel, h);
        if (w.plan) through(&w, TO_SPECTRUM, w.kernel);
        for (ptrdiff_t b = 0; b < live[0]; b += 2) {
            load_pair(&w, u, h, b, w.u);
            if (w.plan) through(&w, CONVOLVE, w.u);
            else un_direct(T, w.kernel, w.u, w.dy, 1);
            store_pair(&w, w.plan ? w.u : w.dy, h, b, D, u, y, NULL, NULL);
        }
    }
}

// The way back of one pair: gradient += conj(u) dy, and what comes out is dy by conj(kernel), time running backwards.
static const z *pair_back(const Work *w) {
    if (w->plan) {
        through(w, CORRELATE, w->dy);
        return w->dy;
    }
    un_direct_gradient(w->T, w->u, w->dy, w->gradient);
    un_direct(w->T, w->kernel, w->dy + w->T - 1, w->u + w->T - 1, -1);
    return w->u;
}

void un_convolution_back(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t H, const float *kernel,
                         const float *D, const float *u, const float *dy, float *du, float *dkernel, float *add_D,
                         float *scratch) {
    Work w = work_for(T, H, offset, live, scratch);
    for (ptrdiff_t h = 0; h < H; h += UN_WIDE) {
        load_kernel(&w, kernel, h);
        if (w.plan) through(&w, TO_SPECTRUM, w.kernel);
        memset(w.gradient, 0, (size_t)w.n * sizeof(z));
        for (ptrdiff_t b = 0; b < live[0]; b += 2) {
            load_pair(&w, u, h, b, w.u);
            load_pair(&w, dy, h, b, w.dy);
            store_pair(&w, pair_back(&w), h, b, D, dy, du, u, add_D);
        }
        if (w.plan) through(&w, FROM_SPECTRUM, w.gradient);
        store_gradient(&w, h, dkernel);
    }
}
