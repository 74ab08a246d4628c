// The signals of sixteen channels lie side by side: [time][real, imaginary][channel]. The kernel is real.
#include "direct.h"
#include "pair.h"

typedef struct { un_lanes re, im; } z;

enum { GROUP = 4 };  // sums that are taken at once, in registers

UN_INLINE void add_product(z *sum, const un_lanes *k, const z *u) {
    sum->re += *k * u->re;
    sum->im += *k * u->im;
}

// y_t ... y_{t+count-1}: inputs up to t, which reach all of them, then those between.
UN_INLINE void outputs(ptrdiff_t count, ptrdiff_t t, const un_lanes *restrict k, const z *restrict u, z *restrict y, ptrdiff_t step) {
    z sum[GROUP] = {0};
    for (ptrdiff_t s = 0; s <= t; s++)
        for (ptrdiff_t i = 0; i < count; i++) add_product(sum + i, k + t + i - s, u + s * step);
    for (ptrdiff_t j = 1; j < count; j++)
        for (ptrdiff_t i = j; i < count; i++) add_product(sum + i, k + i - j, u + (t + j) * step);
    for (ptrdiff_t i = 0; i < count; i++) y[(t + i) * step] = sum[i];
}

// y_t = Σ_l k_l u_{t-l} for T steps, of which each lies `step` signals after the one before.
UN_FAST static void sums(ptrdiff_t T, const un_lanes *restrict k, const z *restrict u, z *restrict y, ptrdiff_t step) {
    ptrdiff_t t = 0;
    for (; t + GROUP <= T; t += GROUP) outputs(GROUP, t, k, u, y, step);
    for (; t < T; t++) outputs(1, t, k, u, y, step);
}

// g_l ... g_{l+count-1}: steps that all of these lags reach, and before them those that only shorter lags reach.
UN_INLINE void lags(ptrdiff_t count, ptrdiff_t T, ptrdiff_t l, const z *restrict u, const z *restrict dy, un_lanes *restrict g) {
    un_lanes sum[GROUP] = {0};
    for (ptrdiff_t j = 0; j < count - 1; j++)
        for (ptrdiff_t i = 0; i <= j; i++) sum[i] += u[j - i].re * dy[l + j].re + u[j - i].im * dy[l + j].im;
    for (ptrdiff_t t = l + count - 1; t < T; t++)
        for (ptrdiff_t i = 0; i < count; i++) sum[i] += u[t - l - i].re * dy[t].re + u[t - l - i].im * dy[t].im;
    for (ptrdiff_t i = 0; i < count; i++) g[l + i] += sum[i];
}

// g_l += Re Σ_t conj(u_{t-l}) dy_t
UN_FAST static void correlations(ptrdiff_t T, const z *restrict u, const z *restrict dy, un_lanes *restrict g) {
    ptrdiff_t l = 0;
    for (; l + GROUP <= T; l += GROUP) lags(GROUP, T, l, u, dy, g);
    for (; l < T; l++) lags(1, T, l, u, dy, g);
}

UN_FAST static void load_pair(const un_pair *p, const float *rows, z *restrict x) {
    for (ptrdiff_t t = 0; t < p->steps.T; t++) load_step(p, rows, t, &x[t].re, &x[t].im);
}

UN_FAST static void store_pair(const un_pair *p, const z *restrict x, float *rows) {
    for (ptrdiff_t t = 0; t < p->steps.T; t++) store_step(p, rows, t, &x[t].re, &x[t].im);
}

// kernel, gradient [T]; u, dy: signals [T]
typedef struct { un_lanes *kernel, *gradient; z *u, *dy; } Work;

ptrdiff_t un_direct_scratch(ptrdiff_t T) { return 6 * T * UN_LANES; }

static Work work_for(ptrdiff_t T, float *scratch) {
    un_lanes *first = (un_lanes *)scratch;
    return (Work){first, first + T, (z *)(first + 2 * T), (z *)(first + 4 * T)};
}

static void load_kernel(ptrdiff_t T, ptrdiff_t channels, const float *kernel, const float *D, un_lanes *k) {
    memset(k, 0, (size_t)T * sizeof *k);
    for (ptrdiff_t t = 0; t < T; t++)
        for (ptrdiff_t i = 0; i < channels; i++) k[t][i] = kernel[i * T + t] + (t == 0 ? D[i] : 0);
}

void un_direct(const un_steps *steps, ptrdiff_t H, const float *kernel, const float *D, const float *u, float *y, float *scratch) {
    ptrdiff_t T = steps->T;
    Work w = work_for(T, scratch);
    for (ptrdiff_t h = 0; h < H; h += UN_LANES) {
        load_kernel(T, channels_at(H, h), kernel + h * T, D + h, w.kernel);
        for (ptrdiff_t b = 0; b < steps->B; b += 2) {
            un_pair pair = {*steps, H, h, b};
            load_pair(&pair, u, w.u);
            sums(T, w.kernel, w.u, w.dy, 1);
            store_pair(&pair, w.dy, y);
        }
    }
}

void un_direct_back(const un_steps *steps, ptrdiff_t H, const float *kernel, const float *D, const float *u, const float *dy,
                    float *du, float *dkernel, float *add_D, float *scratch) {
    ptrdiff_t T = steps->T;
    Work w = work_for(T, scratch);
    for (ptrdiff_t h = 0; h < H; h += UN_LANES) {
        load_kernel(T, channels_at(H, h), kernel + h * T, D + h, w.kernel);
        memset(w.gradient, 0, (size_t)T * sizeof *w.gradient);
        for (ptrdiff_t b = 0; b < steps->B; b += 2) {
            un_pair pair = {*steps, H, h, b};
            load_pair(&pair, u, w.u);
            load_pair(&pair, dy, w.dy);
            correlations(T, w.u, w.dy, w.gradient);
            sums(T, w.kernel, w.dy + T - 1, w.u + T - 1, -1);  // time running backwards
            store_pair(&pair, w.u, du);
        }
        for (ptrdiff_t t = 0; t < T; t++)
            for (ptrdiff_t i = 0; i < channels_at(H, h); i++) dkernel[(h + i) * T + t] = w.gradient[t][i];
        for (ptrdiff_t i = 0; i < channels_at(H, h); i++) add_D[h + i] += w.gradient[0][i];
    }
}
