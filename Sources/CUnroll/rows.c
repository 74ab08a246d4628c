#include "unroll.h"
#include "fast.h"
#include <math.h>

void un_fill_rows(ptrdiff_t rows, ptrdiff_t columns, const float *vector, float *out, ptrdiff_t ld) {
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(out + r * ld, vector, (size_t)columns * sizeof(float));
}

UN_FAST void un_axpy(ptrdiff_t n, float alpha, const float *restrict x, float *restrict add_y) {
    for (ptrdiff_t i = 0; i < n; i++) add_y[i] += alpha * x[i];
}

UN_FAST void un_scale(ptrdiff_t n, float factor, float *restrict x) {
    for (ptrdiff_t i = 0; i < n; i++) x[i] *= factor;
}

UN_FAST void un_column_sums(ptrdiff_t rows, ptrdiff_t columns, const float *restrict x, ptrdiff_t ld, float *restrict add_sums) {
    for (ptrdiff_t r = 0; r < rows; r++)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) add_sums[j] += x[r * ld + j];
}

void un_gather(ptrdiff_t rows, ptrdiff_t columns, const float *table, ptrdiff_t ld, const int32_t *index, float *out) {
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(out + r * columns, table + index[r] * ld, (size_t)columns * sizeof(float));
}

UN_FAST void un_scatter_add(ptrdiff_t rows, ptrdiff_t columns, const float *restrict x, const int32_t *restrict index,
                            float *restrict add_table, ptrdiff_t ld) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        float *restrict to = add_table + index[r] * ld;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) to[j] += x[r * columns + j];
    }
}

void un_copy_columns(ptrdiff_t rows, ptrdiff_t columns, const float *from, ptrdiff_t ld_from, float *to, ptrdiff_t ld_to) {
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(to + r * ld_to, from + r * ld_from, (size_t)columns * sizeof(float));
}

UN_FAST void un_add_columns(ptrdiff_t rows, ptrdiff_t columns, const float *restrict from, ptrdiff_t ld_from,
                            float *restrict add_to, ptrdiff_t ld_to) {
    for (ptrdiff_t r = 0; r < rows; r++)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) add_to[r * ld_to + j] += from[r * ld_from + j];
}

// splitmix64 of key + counter, its upper 32 bits against a threshold.
UN_FAST void un_dropout_mask(ptrdiff_t n, float p, uint64_t key, float *restrict mask) {
    float keep = 1.0f / (1.0f - p);
    uint32_t threshold = (uint32_t)((double)p * 4294967295.0);
    for (ptrdiff_t i = 0; i < n; i++) {
        uint64_t z = key + (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        mask[i] = (uint32_t)(z >> 32) < threshold ? 0 : keep;
    }
}

UN_FAST void un_relu(ptrdiff_t n, const float *restrict x, float *restrict y) {
    for (ptrdiff_t i = 0; i < n; i++) y[i] = un_maxf(x[i], 0);
}

UN_FAST void un_relu_back(ptrdiff_t n, const float *restrict x, const float *restrict dy, float *restrict dx) {
    for (ptrdiff_t i = 0; i < n; i++) dx[i] = x[i] > 0 ? dy[i] : 0;
}

UN_FAST void un_gelu(ptrdiff_t n, const float *restrict x, float *restrict y) {
    for (ptrdiff_t i = 0; i < n; i++) y[i] = x[i] * un_normal_cdff(x[i]);
}

UN_FAST void un_gelu_back(ptrdiff_t n, const float *restrict x, const float *restrict dy, float *restrict dx) {
    for (ptrdiff_t i = 0; i < n; i++) {
        float density = 0.39894228f * un_expf(-0.5f * x[i] * x[i]);
        dx[i] = dy[i] * (un_normal_cdff(x[i]) + x[i] * density);
    }
}

UN_FAST void un_glu(ptrdiff_t rows, ptrdiff_t H, const float *restrict x, float *restrict y) {
    for (ptrdiff_t r = 0; r < rows; r++, x += 2 * H, y += H)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) y[j] = x[j] * un_sigmoidf(x[H + j]);
}

UN_FAST void un_glu_back(ptrdiff_t rows, ptrdiff_t H, const float *restrict x, const float *restrict dy, float *restrict dx) {
    for (ptrdiff_t r = 0; r < rows; r++, x += 2 * H, dx += 2 * H, dy += H)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float s = un_sigmoidf(x[H + j]);
            dx[j] = dy[j] * s;
            dx[H + j] = dy[j] * x[j] * s * (1 - s);
        }
}

UN_FAST void un_layer_norm(ptrdiff_t rows, ptrdiff_t columns, const float *restrict x, const float *restrict scale,
                           const float *restrict shift, float *restrict xhat, float *restrict inverse, float *restrict y) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t r = 0; r < rows; r++, x += columns, xhat += columns, y += columns) {
        float mean = 0, variance = 0;
        for (ptrdiff_t j = 0; j < columns; j++) mean += x[j];
        mean /= (float)columns;
        for (ptrdiff_t j = 0; j < columns; j++) variance += (x[j] - mean) * (x[j] - mean);
        float inv = 1.0f / un_sqrtf(variance / (float)columns + 1e-5f);
        inverse[r] = inv;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) {
            float v = (x[j] - mean) * inv;
            xhat[j] = v;
            y[j] = v * scale[j] + shift[j];
        }
    }
}

UN_FAST void un_layer_norm_back(ptrdiff_t rows, ptrdiff_t columns, const float *restrict xhat, const float *restrict inverse,
                                const float *restrict scale, const float *restrict dy, float *restrict dx,
                                float *restrict add_scale, float *restrict add_shift) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t r = 0; r < rows; r++, xhat += columns, dy += columns, dx += columns) {
        float sum = 0, along = 0;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) {
            float g = dy[j] * scale[j];
            sum += g;
            along += g * xhat[j];
            add_scale[j] += dy[j] * xhat[j];
            add_shift[j] += dy[j];
        }
        sum /= (float)columns;
        along /= (float)columns;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) dx[j] = inverse[r] * (dy[j] * scale[j] - sum - xhat[j] * along);
    }
}

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

// Where top stands first; the walk is in blocks, since a loop that may end anywhere takes one element at a time.
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
    return -1;  // a row of NaN
}

UN_INLINE int row_finite(ptrdiff_t n, const float *x) {
    uint32_t bad = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, 4);
        bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return !bad;
}

UN_FAST void un_softmax_loss(ptrdiff_t rows, ptrdiff_t K, float *restrict logits, const int32_t *restrict targets, float weight,
                             double *restrict add_loss, int64_t *restrict add_count, int64_t *restrict add_correct,
                             int32_t *restrict predicted) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        float *restrict z = logits + r * K;
        float top = un_largest(K, z);
        int32_t best = first_at(K, z, top);
        if (predicted) predicted[r] = best;
        if (targets[r] == -100) {
            memset(z, 0, (size_t)K * sizeof(float));
            continue;
        }
        float target = z[targets[r]], sum = row_exp(K, z, top);
        *add_loss += (double)(logf(sum) + top - target);
        *add_count += 1;
        *add_correct += best == targets[r];
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
        predicted[r] = row_finite(K, z) ? first_at(K, z, top) : -1;
        if (targets[r] == -100) continue;
        *add_loss += (double)(logf(row_exp_sum(K, z, top)) + top - z[targets[r]]);
        *add_count += 1;
    }
}

UN_FAST double un_sum_of_squares(ptrdiff_t n, const float *restrict x) {
#pragma clang fp reassociate(on)
    double sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
    return sum;
}

UN_FAST double un_dot(ptrdiff_t n, const float *restrict x, const float *restrict y) {
#pragma clang fp reassociate(on)
    double sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += (double)x[i] * y[i];
    return sum;
}

UN_FAST int un_all_finite(ptrdiff_t n, const float *restrict x) { return row_finite(n, x); }
