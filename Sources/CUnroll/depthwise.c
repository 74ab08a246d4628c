#include "steps.h"

// weight [H,K] -> taps [K][H]
static void transpose(ptrdiff_t H, ptrdiff_t K, const float *weight, float *taps) {
    for (ptrdiff_t h = 0; h < H; h++)
        for (ptrdiff_t j = 0; j < K; j++) taps[j * H + h] = weight[h * K + j];
}

UN_FAST void un_depthwise(const un_steps *steps, ptrdiff_t H, ptrdiff_t K, const float *restrict x, ptrdiff_t ld_x,
                          const float *restrict before, const float *restrict weight, const float *restrict bias,
                          float *restrict y, float *restrict scratch) {
    transpose(H, K, weight, scratch);
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            float *restrict out = y + (steps->offset[t] + b) * H;
            memcpy(out, bias, (size_t)H * sizeof(float));
            for (ptrdiff_t j = 0; j < K; j++) {
                const float *restrict in = at_step(steps, t - K + 1 + j, b, H, K - 1, x, ld_x, before);
                if (!in) continue;
                const float *restrict tap = scratch + j * H;
                UN_INDEPENDENT
                for (ptrdiff_t h = 0; h < H; h++) out[h] += tap[h] * in[h];
            }
        }
}

UN_FAST void un_depthwise_back(const un_steps *steps, ptrdiff_t H, ptrdiff_t K, const float *restrict x, ptrdiff_t ld_x,
                               const float *restrict before, const float *restrict weight, const float *restrict dy,
                               float *restrict add_dx, ptrdiff_t ld_dx, float *restrict add_d_before, float *restrict add_weight,
                               float *restrict add_bias, float *restrict scratch) {
    float *restrict d_taps = scratch + K * H;
    transpose(H, K, weight, scratch);
    memset(d_taps, 0, (size_t)(K * H) * sizeof(float));
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            const float *restrict g = dy + (steps->offset[t] + b) * H;
            UN_INDEPENDENT
            for (ptrdiff_t h = 0; h < H; h++) add_bias[h] += g[h];
            for (ptrdiff_t j = 0; j < K; j++) {
                ptrdiff_t from = t - K + 1 + j;
                const float *restrict in = at_step(steps, from, b, H, K - 1, x, ld_x, before);
                if (!in) continue;
                float *restrict back = at_step(steps, from, b, H, K - 1, add_dx, ld_dx, add_d_before);
                const float *restrict tap = scratch + j * H;
                float *restrict d_tap = d_taps + j * H;
                UN_INDEPENDENT
                for (ptrdiff_t h = 0; h < H; h++) {
                    back[h] += tap[h] * g[h];
                    d_tap[h] += in[h] * g[h];
                }
            }
        }
    for (ptrdiff_t h = 0; h < H; h++)
        for (ptrdiff_t j = 0; j < K; j++) add_weight[h * K + j] += d_taps[j * H + h];
}
