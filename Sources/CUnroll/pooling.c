#include "steps.h"
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

void un_pool_causal(const un_steps *steps, ptrdiff_t H, const float *scores, const float *h, float *l, float *y) {
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            ptrdiff_t row = steps->offset[t] + b, last = row_before(steps, t) + b;
            float p = sigmoid_of_difference(scores[row], l[last]);
            l[steps->B + row] = log_add(l[last], scores[row]);
            mix(H, p, h + row * H, y + last * H, y + (steps->B + row) * H);
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

void un_pool_causal_back(const un_steps *steps, ptrdiff_t H, const float *scores, const float *h, const float *l, const float *y,
                         const float *dy, float *carry_l, float *carry_y, float *ds, float *dh) {
    for (ptrdiff_t t = steps->T - 1; t >= 0; t--)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            ptrdiff_t row = steps->offset[t] + b, last = row_before(steps, t) + b;
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

// The first to reach the maximum takes the gradient; dinitial says until the end who that is.
UN_FAST void un_maximum_back(ptrdiff_t rows, ptrdiff_t sequences, ptrdiff_t columns, const float *restrict x,
                             const int32_t *restrict owner, const float *restrict initial, const float *restrict top,
                             const float *restrict dtop, float *restrict dx, float *restrict dinitial) {
    enum { NOBODY, INITIAL, ROW };
    for (ptrdiff_t i = 0; i < sequences * columns; i++) dinitial[i] = initial[i] == top[i] ? INITIAL : NOBODY;
    for (ptrdiff_t r = 0; r < rows; r++) {
        ptrdiff_t at = owner[r] * columns;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) {
            float takes = x[r * columns + j] == top[at + j] && dinitial[at + j] == NOBODY ? 1 : 0;
            dx[r * columns + j] = takes * dtop[at + j];
            dinitial[at + j] += ROW * takes;
        }
    }
    for (ptrdiff_t i = 0; i < sequences * columns; i++) dinitial[i] = dinitial[i] == INITIAL ? dtop[i] : 0;
}

UN_FAST void un_running_mean(const un_steps *steps, ptrdiff_t H, const float *restrict x, const float *count, float *restrict sum,
                             float *restrict y) {
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            ptrdiff_t row = (steps->offset[t] + b) * H;
            float inverse = 1.0f / (count[b] + (float)(t + 1));
            UN_INDEPENDENT
            for (ptrdiff_t j = 0; j < H; j++) {
                sum[b * H + j] += x[row + j];
                y[row + j] = sum[b * H + j] * inverse;
            }
        }
}

UN_FAST void un_running_mean_back(const un_steps *steps, ptrdiff_t H, const float *count, const float *restrict dy,
                                  float *restrict carry, float *restrict dx) {
    for (ptrdiff_t t = steps->T - 1; t >= 0; t--)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            ptrdiff_t row = (steps->offset[t] + b) * H;
            float inverse = 1.0f / (count[b] + (float)(t + 1));
            UN_INDEPENDENT
            for (ptrdiff_t j = 0; j < H; j++) {
                carry[b * H + j] += dy[row + j] * inverse;
                dx[row + j] = carry[b * H + j];
            }
        }
}
