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

UN_FAST void un_attend(ptrdiff_t n, ptrdiff_t heads, ptrdiff_t D, const float *restrict q, const float *restrict keys,
                       const float *restrict values, float *restrict scores, float *restrict y) {
#pragma clang fp reassociate(on)
    ptrdiff_t width = heads * D;
    for (ptrdiff_t h = 0; h < heads; h++, q += D, keys += D, values += D, y += D) {
        for (ptrdiff_t j = 0; j < n; j++) {
            float sum = 0;
            for (ptrdiff_t i = 0; i < D; i++) sum += q[i] * keys[j * width + i];
            scores[j] = sum;
        }
        un_attention_softmax(1, n, n - 1, n, 1.0f / __builtin_sqrtf((float)D), scores);
        for (ptrdiff_t i = 0; i < D; i++) y[i] = 0;
        for (ptrdiff_t j = 0; j < n; j++)
            for (ptrdiff_t i = 0; i < D; i++) y[i] += scores[j] * values[j * width + i];
    }
}
