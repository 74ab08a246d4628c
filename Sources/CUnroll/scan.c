#include "steps.h"

UN_FAST void un_linear_scan(const un_steps *steps, ptrdiff_t H, const float *restrict a, const float *restrict b, float *h) {
    for (ptrdiff_t t = 0; t < steps->T; t++) {
        ptrdiff_t first = steps->offset[t] * H, n = steps->live[t] * H;
        const float *restrict before = h + row_before(steps, t) * H;
        float *restrict now = h + steps->B * H + first;
        for (ptrdiff_t i = 0; i < n; i++) now[i] = a[first + i] * before[i] + b[first + i];
    }
}

UN_FAST void un_linear_scan_back(const un_steps *steps, ptrdiff_t H, const float *restrict a, const float *restrict h,
                                 const float *restrict dy, float *restrict carry, float *restrict da, float *restrict db) {
    for (ptrdiff_t t = steps->T - 1; t >= 0; t--) {
        ptrdiff_t first = steps->offset[t] * H, n = steps->live[t] * H;
        const float *restrict before = h + row_before(steps, t) * H;
        for (ptrdiff_t i = 0; i < n; i++) {
            float g = carry[i] + dy[first + i];
            db[first + i] = g;
            da[first + i] = g * before[i];
            carry[i] = g * a[first + i];
        }
    }
}

// σ(x) and 1 − σ(x), both with all their digits: a gate that is nearly shut decides how long a state lasts.
UN_INLINE void two_shares(float x, float *open, float *shut) {
    float e = un_expf(x < 0 ? x : -x), large = 1 / (1 + e), small = e * large;
    *open = x < 0 ? small : large;
    *shut = x < 0 ? large : small;
}

UN_INLINE float candidate(int positive, float x) {
    float s, rest;
    two_shares(x, &s, &rest);
    return !positive ? x : x >= 0 ? x + 0.5f : s;
}

UN_INLINE float candidate_slope(int positive, float x) {
    float s, rest;
    two_shares(x, &s, &rest);
    return !positive || x >= 0 ? 1 : s * rest;
}

UN_FAST void un_min_gru(ptrdiff_t rows, ptrdiff_t H, int positive, const float *restrict pre, float *restrict a,
                        float *restrict b) {
    for (ptrdiff_t r = 0; r < rows; r++, pre += 2 * H, a += H, b += H)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float z, keep;
            two_shares(pre[j], &z, &keep);
            a[j] = keep;
            b[j] = z * candidate(positive, pre[H + j]);
        }
}

UN_FAST void un_min_gru_back(ptrdiff_t rows, ptrdiff_t H, int positive, const float *restrict pre, const float *restrict da,
                             const float *restrict db, float *restrict dpre) {
    for (ptrdiff_t r = 0; r < rows; r++, pre += 2 * H, da += H, db += H, dpre += 2 * H)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float z, keep, x = pre[H + j];
            two_shares(pre[j], &z, &keep);
            dpre[j] = (db[j] * candidate(positive, x) - da[j]) * z * keep;
            dpre[H + j] = db[j] * z * candidate_slope(positive, x);
        }
}

// f/(f + i) = σ(log f − log i), which does not divide zero by zero when both gates are shut.
UN_INLINE float log_ratio(float f, float i) { return un_softplusf(-i) - un_softplusf(-f); }

UN_FAST void un_min_lstm(ptrdiff_t rows, ptrdiff_t H, int positive, const float *restrict pre, float *restrict a,
                         float *restrict b) {
    for (ptrdiff_t r = 0; r < rows; r++, pre += 3 * H, a += H, b += H)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float forget, input;
            two_shares(log_ratio(pre[j], pre[H + j]), &forget, &input);
            a[j] = forget;
            b[j] = input * candidate(positive, pre[2 * H + j]);
        }
}

UN_FAST void un_min_lstm_back(ptrdiff_t rows, ptrdiff_t H, int positive, const float *restrict pre, const float *restrict da,
                              const float *restrict db, float *restrict dpre) {
    for (ptrdiff_t r = 0; r < rows; r++, pre += 3 * H, da += H, db += H, dpre += 3 * H)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float forget, input, open, shut, x = pre[2 * H + j];
            two_shares(log_ratio(pre[j], pre[H + j]), &forget, &input);
            float along = (da[j] - db[j] * candidate(positive, x)) * forget * input;
            two_shares(pre[j], &open, &shut);
            dpre[j] = along * shut;
            two_shares(pre[H + j], &open, &shut);
            dpre[H + j] = -along * shut;
            dpre[2 * H + j] = db[j] * input * candidate_slope(positive, x);
        }
}
