#include "unroll.h"
#include "fast.h"

// The E floats that sequence b had at step s, which may lie in the window of P steps before the first; null where nothing was.
UN_INLINE const float *at_step(ptrdiff_t s, ptrdiff_t b, const int32_t *offset, ptrdiff_t E, ptrdiff_t P, const float *x,
                               ptrdiff_t ld, const float *before) {
    if (s >= 0) return x + (offset[s] + b) * ld;
    return before ? before + (b * P + P + s) * E : 0;
}

UN_INLINE void copy_or_zero(ptrdiff_t E, const float *from, float *to) {
    if (from) memcpy(to, from, (size_t)E * sizeof(float));
    else memset(to, 0, (size_t)E * sizeof(float));
}

void un_taps(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t E, ptrdiff_t k, ptrdiff_t d, const float *x,
             const float *before, float *out) {
    for (ptrdiff_t t = 0; t < T; t++)
        for (ptrdiff_t b = 0; b < live[t]; b++)
            for (ptrdiff_t i = 0; i < k; i++, out += E)
                copy_or_zero(E, at_step(t - (k - 1 - i) * d, b, offset, E, (k - 1) * d, x, E, before), out);
}

UN_FAST void un_taps_back(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t E, ptrdiff_t k, ptrdiff_t d,
                          const float *restrict dout, float *restrict add_dx, float *restrict add_before) {
    ptrdiff_t P = (k - 1) * d;
    for (ptrdiff_t t = 0; t < T; t++)
        for (ptrdiff_t b = 0; b < live[t]; b++)
            for (ptrdiff_t i = 0; i < k; i++, dout += E) {
                ptrdiff_t s = t - (k - 1 - i) * d;
                if (s < 0 && !add_before) continue;
                float *restrict to = s >= 0 ? add_dx + (offset[s] + b) * E : add_before + (b * P + P + s) * E;
                UN_INDEPENDENT
                for (ptrdiff_t j = 0; j < E; j++) to[j] += dout[j];
            }
}

void un_last_steps(ptrdiff_t B, const int32_t *offset, const int32_t *length, ptrdiff_t E, ptrdiff_t P, const float *x,
                   ptrdiff_t ld, const float *before, float *out) {
    for (ptrdiff_t b = 0; b < B; b++)
        for (ptrdiff_t j = 0; j < P; j++, out += E)
            copy_or_zero(E, at_step(length[b] - P + j, b, offset, E, P, x, ld, before), out);
}

UN_FAST void un_tap_weights(ptrdiff_t H, ptrdiff_t E, ptrdiff_t k, const float *restrict v, const float *restrict g,
                            float *restrict inverse, float *restrict w) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t o = 0; o < H; o++, v += E * k, w += E * k) {
        float sum = 1e-30f;
        for (ptrdiff_t i = 0; i < E * k; i++) sum += v[i] * v[i];
        inverse[o] = g ? 1.0f / un_sqrtf(sum) : 1.0f;
        float factor = g ? g[o] * inverse[o] : 1.0f;
        for (ptrdiff_t i = 0; i < k; i++)
            for (ptrdiff_t e = 0; e < E; e++) w[i * E + e] = factor * v[e * k + i];
    }
}

UN_FAST void un_tap_weights_back(ptrdiff_t H, ptrdiff_t E, ptrdiff_t k, const float *restrict v, const float *restrict g,
                                 const float *restrict inverse, const float *restrict dw, float *restrict add_v,
                                 float *restrict add_g) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t o = 0; o < H; o++, v += E * k, dw += E * k, add_v += E * k) {
        float along = 0;
        if (g) {
            for (ptrdiff_t i = 0; i < k; i++)
                for (ptrdiff_t e = 0; e < E; e++) along += dw[i * E + e] * v[e * k + i];
            along *= inverse[o];
            add_g[o] += along;
        }
        float factor = g ? g[o] * inverse[o] : 1.0f, radial = along * inverse[o];
        for (ptrdiff_t i = 0; i < k; i++)
            for (ptrdiff_t e = 0; e < E; e++) add_v[e * k + i] += factor * (dw[i * E + e] - radial * v[e * k + i]);
    }
}
