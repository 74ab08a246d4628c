#include "steps.h"

UN_INLINE void copy_or_zero(ptrdiff_t E, const float *from, float *to) {
    if (from) memcpy(to, from, (size_t)E * sizeof(float));
    else memset(to, 0, (size_t)E * sizeof(float));
}

void un_taps(const un_steps *steps, ptrdiff_t E, ptrdiff_t k, ptrdiff_t d, const float *x, const float *before, float *out) {
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++)
            for (ptrdiff_t i = 0; i < k; i++, out += E)
                copy_or_zero(E, at_step(steps, t - (k - 1 - i) * d, b, E, (k - 1) * d, x, E, before), out);
}

UN_FAST void un_taps_back(const un_steps *steps, ptrdiff_t E, ptrdiff_t k, ptrdiff_t d, const float *restrict dout,
                          float *restrict add_dx, float *restrict add_before) {
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++)
            for (ptrdiff_t i = 0; i < k; i++, dout += E) {
                float *restrict to = at_step(steps, t - (k - 1 - i) * d, b, E, (k - 1) * d, add_dx, E, add_before);
                if (!to) continue;
                UN_INDEPENDENT
                for (ptrdiff_t j = 0; j < E; j++) to[j] += dout[j];
            }
}

void un_last_steps(const un_steps *steps, ptrdiff_t E, ptrdiff_t P, const float *x, ptrdiff_t ld, const float *before, float *out) {
    for (ptrdiff_t b = 0; b < steps->B; b++)
        for (ptrdiff_t j = 0; j < P; j++, out += E)
            copy_or_zero(E, at_step(steps, steps->length[b] - P + j, b, E, P, x, ld, before), out);
}

UN_FAST void un_last_steps_back(const un_steps *steps, ptrdiff_t E, ptrdiff_t P, const float *restrict dout,
                                float *restrict add_dx, ptrdiff_t ld, float *restrict add_before) {
    for (ptrdiff_t b = 0; b < steps->B; b++)
        for (ptrdiff_t j = 0; j < P; j++, dout += E) {
            float *restrict to = at_step(steps, steps->length[b] - P + j, b, E, P, add_dx, ld, add_before);
            for (ptrdiff_t e = 0; to && e < E; e++) to[e] += dout[e];
        }
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
