#include "unroll.h"
#include "fast.h"
#include <math.h>

static float sigmoid_of_difference(float score, float l) { return 1.0f / (1.0f + expf(l - score)); }

static float log_add(float a, float b) {
    float top = un_maxf(a, b);
    return top + log1pf(expf(-un_absf(a - b)));
}

UN_FAST static void mix(ptrdiff_t H, float p, const float *restrict h, const float *restrict before, float *restrict y) {
    UN_INDEPENDENT
    for (ptrdiff_t j = 0; j < H; j++) y[j] = before[j] + p * (h[j] - before[j]);
}

// Where the rows of the step before t begin in a buffer that starts with B rows of initial state.
static ptrdiff_t before(const int32_t *offset, ptrdiff_t B, ptrdiff_t t) { return t == 0 ? 0 : B + offset[t - 1]; }

void un_pool_causal(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t B, ptrdiff_t H, const float *scores,
                    const float *h, float *l, float *y) {
    for (ptrdiff_t t = 0; t < T; t++)
        for (ptrdiff_t b = 0; b < live[t]; b++) {
            ptrdiff_t row = offset[t] + b, last = before(offset, B, t) + b;
            float p = sigmoid_of_difference(scores[row], l[last]);
            l[B + row] = log_add(l[last], scores[row]);
            mix(H, p, h + row * H, y + last * H, y + (B + row) * H);
        }
}

// dp = Σ_j gy_j (h_j - before_j), dh = p gy, carry_y = (1 - p) gy with gy = dy + carry_y.
UN_FAST static float mix_back(ptrdiff_t H, float p, const float *restrict h, const float *restrict before,
                              const float *restrict dy, float *restrict carry, float *restrict dh) {
#pragma clang fp reassociate(on)
    float dp = 0;
    UN_INDEPENDENT
    for (ptrdiff_t j = 0; j < H; j++) {
        float gy = dy[j] + carry[j];
        dp += gy * (h[j] - before[j]);
        dh[j] = p * gy;
        carry[j] = (1 - p) * gy;
    }
    return dp;
}

void un_pool_causal_back(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t B, ptrdiff_t H, const float *scores,
                         const float *h, const float *l, const float *y, const float *dy, float *carry_l, float *carry_y,
                         float *ds, float *dh) {
    for (ptrdiff_t t = T - 1; t >= 0; t--)
        for (ptrdiff_t b = 0; b < live[t]; b++) {
            ptrdiff_t row = offset[t] + b, last = before(offset, B, t) + b;
            float p = sigmoid_of_difference(scores[row], l[last]);
            float dp = mix_back(H, p, h + row * H, y + last * H, dy + row * H, carry_y + b * H, dh + row * H);
            float through = dp * p * (1 - p);
            ds[row] = through + carry_l[b] * p;
            carry_l[b] = carry_l[b] * (1 - p) - through;
        }
}

UN_FAST void un_take_maximum(ptrdiff_t rows, ptrdiff_t columns, const float *restrict x, const int32_t *restrict owner,
                             float *restrict top) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        float *restrict to = top + owner[r] * columns;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) to[j] = un_maxf(x[r * columns + j], to[j]);
    }
}

UN_FAST void un_maximum_back(ptrdiff_t rows, ptrdiff_t sequences, ptrdiff_t columns, const float *restrict x,
                             const int32_t *restrict owner, const float *restrict initial, const float *restrict top,
                             const float *restrict dtop, float *restrict dx, float *restrict dinitial) {
    // The first to reach the maximum takes the gradient: what is left of it wanders through the rows.
    for (ptrdiff_t i = 0; i < sequences * columns; i++) dinitial[i] = initial[i] == top[i] ? 1 : 0;
    for (ptrdiff_t r = 0; r < rows; r++) {
        ptrdiff_t at = owner[r] * columns;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) {
            float takes = x[r * columns + j] == top[at + j] && dinitial[at + j] == 0 ? 1 : 0;
            dx[r * columns + j] = takes * dtop[at + j];
            // 2 marks a maximum that some row has taken.
            dinitial[at + j] += 2 * takes;
        }
    }
    for (ptrdiff_t i = 0; i < sequences * columns; i++) dinitial[i] = dinitial[i] == 1 ? dtop[i] : 0;
}

UN_FAST void un_running_mean(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t H, const float *restrict x,
                             const float *count, float *restrict sum, float *restrict y) {
    for (ptrdiff_t t = 0; t < T; t++)
        for (ptrdiff_t b = 0; b < live[t]; b++) {
            ptrdiff_t row = (offset[t] + b) * H;
            float inverse = 1.0f / (count[b] + (float)(t + 1));
            UN_INDEPENDENT
            for (ptrdiff_t j = 0; j < H; j++) {
                sum[b * H + j] += x[row + j];
                y[row + j] = sum[b * H + j] * inverse;
            }
        }
}

UN_FAST void un_running_mean_back(ptrdiff_t T, const int32_t *offset, const int32_t *live, ptrdiff_t H, const float *count,
                                  const float *restrict dy, float *restrict carry, float *restrict dx) {
    for (ptrdiff_t t = T - 1; t >= 0; t--)
        for (ptrdiff_t b = 0; b < live[t]; b++) {
            ptrdiff_t row = (offset[t] + b) * H;
            float inverse = 1.0f / (count[b] + (float)(t + 1));
            UN_INDEPENDENT
            for (ptrdiff_t j = 0; j < H; j++) {
                carry[b * H + j] += dy[row + j] * inverse;
                dx[row + j] = carry[b * H + j];
            }
        }
}
