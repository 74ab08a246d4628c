#include "unroll.h"
#include "fast.h"

// weight [H,K] -> taps [K][H]
static void transpose(ptrdiff_t H, ptrdiff_t K, const float *weight, float *taps) {
    for (ptrdiff_t h = 0; h < H; h++)
        for (ptrdiff_t j = 0; j < K; j++) taps[j * H + h] = weight[h * K + j];
}

// Where the input of sequence b at step s lies; steps below zero are those of `before` (null: zeros, which nothing reads).
UN_INLINE ptrdiff_t input_place(const int32_t *offset, ptrdiff_t b, ptrdiff_t s, ptrdiff_t ld) { return (offset[s] + b) * ld; }
UN_INLINE ptrdiff_t before_place(ptrdiff_t b, ptrdiff_t s, ptrdiff_t H, ptrdiff_t K) {
    return (b * (K - 1) + s + K - 1) * H;
}

UN_FAST void un_depthwise(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t H, ptrdiff_t K,
                          const float *restrict x, ptrdiff_t ld_x, const float *restrict before, const float *restrict weight,
                          const float *restrict bias, float *restrict y, float *restrict scratch) {
    transpose(H, K, weight, scratch);
    for (ptrdiff_t t = 0; t < T; t++)
        for (ptrdiff_t b = 0; b < live[t]; b++) {
            float *restrict out = y + (offset[t] + b) * H;
            memcpy(out, bias, (size_t)H * sizeof(float));
            for (ptrdiff_t j = 0; j < K; j++) {
                ptrdiff_t s = t - K + 1 + j;
                if (s < 0 && !before) continue;
                const float *restrict in = s < 0 ? before + before_place(b, s, H, K) : x + input_place(offset, b, s, ld_x);
                const float *restrict tap = scratch + j * H;
                UN_INDEPENDENT
                for (ptrdiff_t h = 0; h < H; h++) out[h] += tap[h] * in[h];
            }
        }
}

void un_depthwise_after(const int32_t *offset, const int32_t *length, ptrdiff_t B, ptrdiff_t H, ptrdiff_t K, const float *x,
                        ptrdiff_t ld_x, const float *before, float *after) {
    for (ptrdiff_t b = 0; b < B; b++)
        for (ptrdiff_t j = 0; j < K - 1; j++, after += H) {
            ptrdiff_t s = length[b] - K + 1 + j;
            if (s >= 0) memcpy(after, x + input_place(offset, b, s, ld_x), (size_t)H * sizeof(float));
            else if (before) memcpy(after, before + before_place(b, s, H, K), (size_t)H * sizeof(float));
            else memset(after, 0, (size_t)H * sizeof(float));
        }
}

UN_FAST void un_depthwise_back(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t H, ptrdiff_t K,
                               const float *restrict x, ptrdiff_t ld_x, const float *restrict before,
                               const float *restrict weight, const float *restrict dy, float *restrict add_dx, ptrdiff_t ld_dx,
                               float *restrict add_d_before, float *restrict add_weight, float *restrict add_bias,
                               float *restrict scratch) {
    float *restrict d_taps = scratch + K * H;
    transpose(H, K, weight, scratch);
    memset(d_taps, 0, (size_t)(K * H) * sizeof(float));
    for (ptrdiff_t t = 0; t < T; t++)
        for (ptrdiff_t b = 0; b < live[t]; b++) {
            const float *restrict g = dy + (offset[t] + b) * H;
            UN_INDEPENDENT
            for (ptrdiff_t h = 0; h < H; h++) add_bias[h] += g[h];
            for (ptrdiff_t j = 0; j < K; j++) {
                ptrdiff_t s = t - K + 1 + j;
                if (s < 0 && !before) continue;
                const float *restrict in = s < 0 ? before + before_place(b, s, H, K) : x + input_place(offset, b, s, ld_x);
                float *restrict back = s < 0 ? add_d_before + before_place(b, s, H, K) : add_dx + input_place(offset, b, s, ld_dx);
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
