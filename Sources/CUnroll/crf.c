// A linear-chain conditional random field (Lafferty, McCallum & Pereira 2001) over packed rows, in log space.
//
// Only sums from the end are kept: u_t[i] = e_t[i] + log Σ over what may follow i. Given them a sequence is a Markov chain, whose
// probability of j after i is softmax_j(transitions[i][j] + u_{t+1}[j]), so marginals are found by walking it forwards, and
// nothing is a difference of two large numbers.
#include "fast.h"
#include "unroll.h"
#include <math.h>

// Stands for log 0, far from where a sum would overflow.
static const float NEVER = -1e30f;

UN_INLINE float largest_sum(ptrdiff_t K, const float *restrict x, const float *restrict y) {
    float top = x[0] + y[0];
    for (ptrdiff_t k = 1; k < K; k++) top = un_maxf(x[k] + y[k], top);
    return top;
}

UN_INLINE float log_sum(ptrdiff_t K, const float *restrict x, const float *restrict y) {
#pragma clang fp reassociate(on)
    float top = largest_sum(K, x, y), sum = 0;
    for (ptrdiff_t k = 0; k < K; k++) sum += un_expf(x[k] + y[k] - top);
    return logf(sum) + top;
}

// p = softmax(x + y)
UN_INLINE void softmax_of_sum(ptrdiff_t K, const float *restrict x, const float *restrict y, float *restrict p) {
#pragma clang fp reassociate(on)
    float top = largest_sum(K, x, y), sum = 0;
    for (ptrdiff_t k = 0; k < K; k++) {
        p[k] = un_expf(x[k] + y[k] - top);
        sum += p[k];
    }
    for (ptrdiff_t k = 0; k < K; k++) p[k] /= sum;
}

// The row of x [R,K] behind step t of sequence b; null where that is the last one.
UN_INLINE const float *row_after(const un_steps *steps, ptrdiff_t t, ptrdiff_t b, ptrdiff_t K, const float *x) {
    return t + 1 < steps->length[b] ? x + (steps->offset[t + 1] + b) * K : NULL;
}

UN_FAST void un_crf_sums(const un_steps *steps, ptrdiff_t K, const float *restrict emissions, const int32_t *restrict labels,
                         const un_crf *field, float *restrict sums, double *restrict log_partition) {
    for (ptrdiff_t b = 0; b < steps->B; b++) log_partition[b] = 0;
    for (ptrdiff_t t = steps->T - 1; t >= 0; t--)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            ptrdiff_t row = steps->offset[t] + b;
            int any = !labels || labels[row] == UN_IGNORED;
            const float *after = row_after(steps, t, b, K, sums), *e = emissions + row * K;
            float *u = sums + row * K, top = NEVER;
            for (ptrdiff_t i = 0; i < K; i++) {
                u[i] = !any && labels[row] != i ? NEVER
                       : e[i] + (after ? log_sum(K, field->transitions + i * K, after) : field->end[i]);
                top = un_maxf(u[i], top);
            }
            // Each row's largest is zero, so that a long sequence loses no digits.
            for (ptrdiff_t i = 0; i < K; i++) u[i] -= top;
            log_partition[b] += (double)top;
        }
    for (ptrdiff_t b = 0; b < steps->B; b++) log_partition[b] += (double)log_sum(K, field->start, sums + b * K);
}

UN_FAST void un_crf_marginals(const un_steps *steps, ptrdiff_t K, const float *restrict sums, const un_crf *field, float factor,
                              float *restrict add_marginals, const un_crf_back *gradient, float *restrict scratch) {
    float *restrict follows = scratch + steps->B * K, *restrict next = follows + K;  // behind one label, behind all
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            ptrdiff_t row = steps->offset[t] + b;
            float *restrict p = scratch + b * K, *restrict m = add_marginals + row * K;
            if (t == 0) softmax_of_sum(K, field->start, sums + row * K, p);
            for (ptrdiff_t k = 0; k < K; k++) m[k] += factor * p[k];
            if (gradient && t == 0)
                for (ptrdiff_t k = 0; k < K; k++) gradient->add_start[k] += factor * p[k];
            const float *after = row_after(steps, t, b, K, sums);
            if (gradient && !after)
                for (ptrdiff_t k = 0; k < K; k++) gradient->add_end[k] += factor * p[k];
            if (!after) continue;
            memset(next, 0, (size_t)K * sizeof(float));
            for (ptrdiff_t i = 0; i < K; i++) {
                if (p[i] < 1e-30f) continue;
                softmax_of_sum(K, field->transitions + i * K, after, follows);
                for (ptrdiff_t j = 0; j < K; j++) next[j] += p[i] * follows[j];
                if (!gradient) continue;
                float *restrict pairs = gradient->add_transitions + i * K, share = factor * p[i];
                for (ptrdiff_t j = 0; j < K; j++) pairs[j] += share * follows[j];
            }
            memcpy(p, next, (size_t)K * sizeof(float));
        }
}

UN_FAST void un_crf_best(const un_steps *steps, ptrdiff_t K, const float *restrict emissions, const un_crf *field,
                         float *restrict sums, int32_t *restrict labels) {
    // As the sums, with the largest in place of all.
    for (ptrdiff_t t = steps->T - 1; t >= 0; t--)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            ptrdiff_t row = steps->offset[t] + b;
            const float *after = row_after(steps, t, b, K, sums), *e = emissions + row * K;
            float *u = sums + row * K, top = NEVER;
            for (ptrdiff_t i = 0; i < K; i++) {
                u[i] = e[i] + (after ? largest_sum(K, field->transitions + i * K, after) : field->end[i]);
                top = un_maxf(u[i], top);
            }
            for (ptrdiff_t i = 0; i < K; i++) u[i] -= top;
        }
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t b = 0; b < steps->live[t]; b++) {
            ptrdiff_t row = steps->offset[t] + b;
            const float *u = sums + row * K;
            const float *from = t == 0 ? field->start : field->transitions + labels[steps->offset[t - 1] + b] * K;
            int32_t best = 0;
            for (int32_t k = 1; k < K; k++)
                if (from[k] + u[k] > from[best] + u[best]) best = k;
            labels[row] = best;
        }
    for (ptrdiff_t t = 0; t < steps->T; t++)
        for (ptrdiff_t row = steps->offset[t]; row < steps->offset[t] + steps->live[t]; row++)
            if (!un_row_finite(K, emissions + row * K)) labels[row] = -1;
}
