#include "direct.h"
#include "fast.h"

typedef un_point z;

enum { GROUP = 4 };  // sums that are taken at once, in registers

UN_INLINE void add_product(z *sum, const z *k, const z *u) {
    sum->re += k->re * u->re;
    sum->im += k->re * u->im;
}

// y_t ... y_{t+count-1}: inputs up to t, which reach all of them, then those between.
UN_INLINE void outputs(ptrdiff_t count, ptrdiff_t t, const z *restrict k, const z *restrict u, z *restrict y, ptrdiff_t step) {
    z sum[GROUP] = {0};
    for (ptrdiff_t s = 0; s <= t; s++)
        for (ptrdiff_t i = 0; i < count; i++) add_product(sum + i, k + t + i - s, u + s * step);
    for (ptrdiff_t j = 1; j < count; j++)
        for (ptrdiff_t i = j; i < count; i++) add_product(sum + i, k + i - j, u + (t + j) * step);
    for (ptrdiff_t i = 0; i < count; i++) y[(t + i) * step] = sum[i];
}

UN_FAST void un_direct(ptrdiff_t T, const z *restrict k, const z *restrict u, z *restrict y, ptrdiff_t step) {
    ptrdiff_t t = 0;
    for (; t + GROUP <= T; t += GROUP) outputs(GROUP, t, k, u, y, step);
    for (; t < T; t++) outputs(1, t, k, u, y, step);
}

// g_l ... g_{l+count-1}: steps that all of these lags reach, and before them those that only shorter lags reach.
UN_INLINE void lags(ptrdiff_t count, ptrdiff_t T, ptrdiff_t l, const z *restrict u, const z *restrict dy, z *restrict g) {
    un_wide sum[GROUP] = {0};
    for (ptrdiff_t j = 0; j < count - 1; j++)
        for (ptrdiff_t i = 0; i <= j; i++) sum[i] += u[j - i].re * dy[l + j].re + u[j - i].im * dy[l + j].im;
    for (ptrdiff_t t = l + count - 1; t < T; t++)
        for (ptrdiff_t i = 0; i < count; i++) sum[i] += u[t - l - i].re * dy[t].re + u[t - l - i].im * dy[t].im;
    for (ptrdiff_t i = 0; i < count; i++) g[l + i].re += sum[i];
}

UN_FAST void un_direct_gradient(ptrdiff_t T, const z *restrict u, const z *restrict dy, z *restrict g) {
    ptrdiff_t l = 0;
    for (; l + GROUP <= T; l += GROUP) lags(GROUP, T, l, u, dy, g);
    for (; l < T; l++) lags(1, T, l, u, dy, g);
}
