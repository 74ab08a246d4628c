// One step of each sequence, its state in place: what a stream runs where the loops over whole sequences would arrange their
// tables anew at every call.
#include "unroll.h"
#include "fast.h"

UN_FAST void un_lru_step(ptrdiff_t B, ptrdiff_t N, const double *restrict poles, const float *restrict v, float *restrict x) {
    const double *restrict gamma = poles + 2 * N;
    for (ptrdiff_t b = 0; b < B; b++, v += 2 * N, x += 2 * N)
        for (ptrdiff_t n = 0; n < N; n++) {
            double re = x[n], im = x[N + n];
            x[n] = (float)(poles[n] * re - poles[N + n] * im + gamma[n] * v[n]);
            x[N + n] = (float)(poles[n] * im + poles[N + n] * re + gamma[n] * v[N + n]);
        }
}

UN_FAST void un_selective_step(const un_selective *s, float *restrict x, float *restrict y) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t b = 0; b < s->B; b++)
        for (ptrdiff_t h = 0; h < s->H; h++, x += s->N) {
            const float *restrict a = s->A + h * s->N, *restrict in = s->b + b * s->ld, *restrict out = s->c + b * s->ld;
            float u = s->u[b * s->H + h], delta = s->delta[b * s->H + h], sum = 0;
            for (ptrdiff_t n = 0; n < s->N; n++) {
                x[n] = un_expf(delta * a[n]) * x[n] + delta * u * in[n];
                sum += out[n] * x[n];
            }
            y[b * s->H + h] = sum + s->D[h] * u;
        }
}

UN_FAST void un_depthwise_step(ptrdiff_t B, ptrdiff_t H, ptrdiff_t K, const float *restrict x, ptrdiff_t ld,
                               float *restrict before, const float *restrict taps, const float *restrict bias,
                               float *restrict y) {
    ptrdiff_t kept = (K - 1) * H;
    for (ptrdiff_t b = 0; b < B; b++, x += ld, before += kept, y += H) {
        for (ptrdiff_t h = 0; h < H; h++) {
            float sum = bias[h] + taps[kept + h] * x[h];
            for (ptrdiff_t j = 0; j < K - 1; j++) sum += taps[j * H + h] * before[j * H + h];
            y[h] = sum;
        }
        memmove(before, before + H, (size_t)(kept - H) * sizeof(float));
        memcpy(before + kept - H, x, (size_t)H * sizeof(float));
    }
}

enum { COLUMNS = 32 };  // that stay in registers

// scores[j] += q·key_j over at most COLUMNS of them.
UN_INLINE void add_scores(ptrdiff_t n, ptrdiff_t columns, const float *restrict q, const float *restrict keys, ptrdiff_t ld,
                          float *restrict scores) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t j = 0; j < n; j++) {
        float sum = 0;
        for (ptrdiff_t i = 0; i < columns; i++) sum += q[i] * keys[j * ld + i];
        scores[j] += sum;
    }
}

// y = Σ_j p_j value_j
UN_INLINE void weighted_sum(ptrdiff_t n, ptrdiff_t columns, const float *restrict p, const float *restrict values, ptrdiff_t ld,
                            float *restrict y) {
    float sum[COLUMNS] = {0};
    for (ptrdiff_t j = 0; j < n; j++)
        for (ptrdiff_t i = 0; i < columns; i++) sum[i] += p[j] * values[j * ld + i];
    memcpy(y, sum, (size_t)columns * sizeof(float));
}

UN_FAST void un_attend(ptrdiff_t n, ptrdiff_t heads, ptrdiff_t D, const float *restrict q, const float *restrict keys,
                       const float *restrict values, float *restrict scores, float *restrict y) {
    ptrdiff_t width = heads * D;
    for (ptrdiff_t head = 0; head < width; head += D) {
        memset(scores, 0, (size_t)n * sizeof(float));
        for (ptrdiff_t i = head; i < head + D; i += COLUMNS) {
            ptrdiff_t left = head + D - i;
            if (left >= COLUMNS) add_scores(n, COLUMNS, q + i, keys + i, width, scores);
            else add_scores(n, left, q + i, keys + i, width, scores);
        }
        un_attention_softmax(1, n, n - 1, n, 1.0f / __builtin_sqrtf((float)D), scores);
        for (ptrdiff_t i = head; i < head + D; i += COLUMNS) {
            ptrdiff_t left = head + D - i;
            if (left >= COLUMNS) weighted_sum(n, COLUMNS, scores, values + i, width, y + i);
            else weighted_sum(n, left, scores, values + i, width, y + i);
        }
    }
}
