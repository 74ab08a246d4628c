// Cross-entropy of rows of logits.
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

UN_FAST void un_log_likelihood(ptrdiff_t rows, ptrdiff_t K, const float *restrict logits, const int32_t *restrict targets,
                               double *restrict add_loss, int64_t *restrict add_count, int32_t *restrict predicted) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        const float *restrict z = logits + r * K;
        float top = un_largest(K, z);
        predicted[r] = un_row_finite(K, z) ? first_at(K, z, top) : -1;
        if (targets[r] == UN_IGNORED) continue;
        *add_loss += (double)(logf(row_exp_sum(K, z, top)) + top - z[targets[r]]);
        *add_count += 1;
    }
}
