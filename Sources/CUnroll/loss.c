// Losses of rows of outputs against their targets.
#include "fast.h"
#include "unroll.h"
#include <math.h>

// z becomes exp(z - top); the sum of it comes back.
UN_INLINE float row_exp(ptrdiff_t K, float *restrict z, float top) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (ptrdiff_t k = 0; k < K; k++) {
        float e = un_expf(z[k] - top);
        z[k] = e;
        sum += e;
    }
    return sum;
}

UN_INLINE float row_exp_sum(ptrdiff_t K, const float *restrict z, float top) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (ptrdiff_t k = 0; k < K; k++) sum += un_expf(z[k] - top);
    return sum;
}

// Where top stands first; found in blocks, since a loop that may end anywhere takes one element at a time.
UN_INLINE int32_t first_at(ptrdiff_t K, const float *z, float top) {
    enum { BLOCK = 256 };
    ptrdiff_t k = 0;
    for (; k + BLOCK <= K; k += BLOCK) {
        int here = 0;
        for (ptrdiff_t i = 0; i < BLOCK; i++) here |= z[k + i] == top;
        if (here) break;
    }
    for (; k < K; k++)
        if (z[k] == top) return (int32_t)k;
    return -1;  // not reached: top is one of them
}

UN_FAST void un_softmax_loss(ptrdiff_t rows, ptrdiff_t K, float *restrict logits, const int32_t *restrict targets, float weight,
                             double *restrict add_loss, int64_t *restrict add_count) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        float *restrict z = logits + r * K;
        if (targets[r] == UN_IGNORED) {
            memset(z, 0, (size_t)K * sizeof(float));
            continue;
        }
        float top = un_largest(K, z), target = z[targets[r]], sum = row_exp(K, z, top);
        *add_loss += (double)(logf(sum) + top - target);
        *add_count += 1;
        float factor = weight / sum;
        for (ptrdiff_t k = 0; k < K; k++) z[k] *= factor;
        z[targets[r]] -= weight;
    }
}

// Σ w_k (top - z_k)
UN_INLINE float weighted_distance(ptrdiff_t K, const float *restrict z, const float *restrict w, float top) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (ptrdiff_t k = 0; k < K; k++) sum += w[k] * (top - z[k]);
    return sum;
}

// The target's distribution is q_k = (1 - ε) w_y [k = y] + ε/K w_k. Where ε is 0 the other logits are left out, so that an infinite
// one counts as in the plain loss.
UN_FAST void un_smoothed_softmax_loss(ptrdiff_t rows, ptrdiff_t K, float *restrict logits, const int32_t *restrict targets,
                                      const float *restrict class_weights, float smoothing, float weight,
                                      double *restrict add_loss, int64_t *restrict add_count) {
    double all = 0;
    for (ptrdiff_t k = 0; k < K; k++) all += class_weights[k];
    float share = smoothing / (float)K;
    for (ptrdiff_t r = 0; r < rows; r++) {
        float *restrict z = logits + r * K;
        if (targets[r] == UN_IGNORED) {
            memset(z, 0, (size_t)K * sizeof(float));
            continue;
        }
        float own = (1.0f - smoothing) * class_weights[targets[r]], mass = own + (float)(share * all);
        float top = un_largest(K, z), target = z[targets[r]];
        float others = smoothing > 0 ? share * weighted_distance(K, z, class_weights, top) : 0;
        float sum = row_exp(K, z, top), factor = weight * mass / sum;
        *add_loss += (double)(mass * logf(sum) + own * (top - target) + others);
        *add_count += 1;
        for (ptrdiff_t k = 0; k < K; k++) z[k] = factor * z[k] - weight * share * class_weights[k];
        z[targets[r]] -= weight * own;
    }
}

UN_FAST void un_log_likelihood(ptrdiff_t rows, ptrdiff_t K, const float *restrict logits, const int32_t *restrict targets,
                               double *restrict add_loss, int64_t *restrict add_count, int32_t *restrict predicted,
                               float *restrict losses, float *restrict confidences) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        const float *restrict z = logits + r * K;
        float top = un_largest(K, z);
        predicted[r] = un_row_finite(K, z) ? first_at(K, z, top) : -1;
        int counts = targets[r] != UN_IGNORED;
        float sum = counts ? row_exp_sum(K, z, top) : 0;
        float loss = counts ? logf(sum) + top - z[targets[r]] : 0;
        if (losses) losses[r] = loss;
        if (confidences) confidences[r] = counts ? 1 / sum : 0;
        *add_loss += (double)loss;
        *add_count += counts;
    }
}

UN_INLINE int has_nan(ptrdiff_t n, const float *x) {
    int found = 0;
    for (ptrdiff_t i = 0; i < n; i++) found |= x[i] != x[i];
    return found;
}

// Σ log(1 + exp(z)) - t z, in which no two large numbers are subtracted.
UN_INLINE float bernoulli_row(ptrdiff_t K, const float *restrict z, const float *restrict t) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (ptrdiff_t k = 0; k < K; k++) sum += un_softplusf(-un_absf(z[k])) + (un_maxf(z[k], 0) - t[k] * z[k]);
    return sum;
}

UN_FAST void un_bernoulli_loss(ptrdiff_t rows, ptrdiff_t K, float *restrict logits, const float *restrict targets, float weight,
                               double *restrict add_loss, int64_t *restrict add_count) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        float *restrict z = logits + r * K;
        const float *restrict t = targets + r * K;
        if (has_nan(K, t)) {
            memset(z, 0, (size_t)K * sizeof(float));
            continue;
        }
        *add_loss += (double)bernoulli_row(K, z, t);
        *add_count += 1;
        for (ptrdiff_t k = 0; k < K; k++) z[k] = weight * (un_sigmoidf(z[k]) - t[k]);
    }
}

UN_FAST void un_bernoulli_evaluate(ptrdiff_t rows, ptrdiff_t K, const float *restrict logits, const float *restrict targets,
                                   double *restrict add_loss, int64_t *restrict add_count, float *restrict losses) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        int counts = !has_nan(K, targets + r * K);
        float loss = counts ? bernoulli_row(K, logits + r * K, targets + r * K) : 0;
        if (losses) losses[r] = loss;
        *add_loss += (double)loss;
        *add_count += counts;
    }
}

// Σ (y - t)² over the targets that are numbers, and how many those are.
UN_INLINE float squared_row(ptrdiff_t K, const float *restrict y, const float *restrict t, int64_t *restrict add_count) {
#pragma clang fp reassociate(on)
    float sum = 0;
    int32_t counted = 0;
    for (ptrdiff_t k = 0; k < K; k++) {
        int counts = t[k] == t[k];
        float off = counts ? y[k] - t[k] : 0;
        sum += off * off;
        counted += counts;
    }
    *add_count += counted;
    return sum;
}

UN_FAST void un_squared_loss(ptrdiff_t rows, ptrdiff_t K, float *restrict outputs, const float *restrict targets, float weight,
                             double *restrict add_loss, int64_t *restrict add_count) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        float *restrict y = outputs + r * K;
        const float *restrict t = targets + r * K;
        *add_loss += (double)squared_row(K, y, t, add_count);
        for (ptrdiff_t k = 0; k < K; k++) y[k] = t[k] == t[k] ? 2.0f * weight * (y[k] - t[k]) : 0;
    }
}

UN_FAST void un_squared_evaluate(ptrdiff_t rows, ptrdiff_t K, const float *restrict outputs, const float *restrict targets,
                                 double *restrict add_loss, int64_t *restrict add_count, float *restrict losses) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        float loss = squared_row(K, outputs + r * K, targets + r * K, add_count);
        if (losses) losses[r] = loss;
        *add_loss += (double)loss;
    }
}
