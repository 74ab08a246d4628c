// One step of each sequence, its state in place: what a stream runs where the loops over whole sequences would arrange their
// tables anew at every call.
#include "unroll.h"
#include "fast.h"

UN_FAST void un_lru_step(ptrdiff_t B, ptrdiff_t N, const double *restrict values, const float *restrict v, float *restrict x) {
    const double *restrict lambda = values, *restrict gamma = values + 2 * N;
    for (ptrdiff_t b = 0; b < B; b++, v += 2 * N, x += 2 * N)
        for (ptrdiff_t n = 0; n < N; n++) {
            double re = x[n], im = x[N + n];
            x[n] = (float)(lambda[n] * re - lambda[N + n] * im + gamma[n] * v[n]);
            x[N + n] = (float)(lambda[n] * im + lambda[N + n] * re + gamma[n] * v[N + n]);
        }
}

// Every channel of one sequence; N is constant where it is the usual one, so that a channel's state is one register.
UN_INLINE void selective_channels(ptrdiff_t H, ptrdiff_t N, const float *restrict A, const float *restrict D,
                                  const float *restrict u, const float *restrict delta, const float *restrict in,
                                  const float *restrict out, float *restrict x, float *restrict y) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t h = 0; h < H; h++, x += N, A += N) {
        float sum = 0, inflow = delta[h] * u[h];
        for (ptrdiff_t n = 0; n < N; n++) {
            float now = un_expf(delta[h] * A[n]) * x[n] + inflow * in[n];
            x[n] = now;
            sum += out[n] * now;
        }
        y[h] = sum + D[h] * u[h];
    }
}

UN_FAST void un_selective_step(ptrdiff_t B, const un_selective *s, float *restrict x, float *restrict y) {
    ptrdiff_t H = s->H, N = s->N;
    for (ptrdiff_t b = 0; b < B; b++, x += H * N, y += H) {
        const float *u = s->u + b * H, *delta = s->delta + b * H, *in = s->b + b * s->ld, *out = s->c + b * s->ld;
        if (N == 16) selective_channels(H, 16, s->A, s->D, u, delta, in, out, x, y);
        else selective_channels(H, N, s->A, s->D, u, delta, in, out, x, y);
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
typedef float half_row __attribute__((vector_size(COLUMNS / 2 * sizeof(float)), aligned(4)));
typedef float quarter __attribute__((vector_size(COLUMNS / 4 * sizeof(float))));

// scores[j] += q·key_j over COLUMNS columns. Written with vectors: compilers would gather columns of several keys.
UN_INLINE void add_scores(ptrdiff_t n, const float *restrict q, const float *restrict keys, ptrdiff_t ld,
                          float *restrict scores) {
    half_row q0, q1, k0, k1;
    memcpy(&q0, q, sizeof q0);
    memcpy(&q1, q + COLUMNS / 2, sizeof q1);
    for (ptrdiff_t j = 0; j < n; j++, keys += ld) {
        memcpy(&k0, keys, sizeof k0);
        memcpy(&k1, keys + COLUMNS / 2, sizeof k1);
        half_row p = q0 * k0 + q1 * k1;
        quarter s = __builtin_shufflevector(p, p, 0, 1, 2, 3, 4, 5, 6, 7);
        s += __builtin_shufflevector(p, p, 8, 9, 10, 11, 12, 13, 14, 15);
        s += __builtin_shufflevector(s, s, 4, 5, 6, 7, 0, 1, 2, 3);
        s += __builtin_shufflevector(s, s, 2, 3, 0, 1, 6, 7, 4, 5);
        scores[j] += s[0] + s[1];
    }
}

// The same over fewer columns.
UN_INLINE void add_last_scores(ptrdiff_t n, ptrdiff_t columns, const float *restrict q, const float *restrict keys, ptrdiff_t ld,
                               float *restrict scores) {
    for (ptrdiff_t j = 0; j < n; j++)
        for (ptrdiff_t i = 0; i < columns; i++) scores[j] += q[i] * keys[j * ld + i];
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
            if (left >= COLUMNS) add_scores(n, q + i, keys + i, width, scores);
            else add_last_scores(n, left, q + i, keys + i, width, scores);
        }
        un_attention_softmax(1, n, n - 1, n, 1.0f / __builtin_sqrtf((float)D), scores);
        for (ptrdiff_t i = head; i < head + D; i += COLUMNS) {
            ptrdiff_t left = head + D - i;
            if (left >= COLUMNS) weighted_sum(n, COLUMNS, scores, values + i, width, y + i);
            else weighted_sum(n, left, scores, values + i, width, y + i);
        }
    }
}
