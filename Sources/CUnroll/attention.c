#include "unroll.h"
#include "fast.h"
#include <math.h>

void un_to_blocks(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t ld, const int32_t *index, float *out, ptrdiff_t ldo) {
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(out + index[r] * ldo, x + r * ld, (size_t)columns * sizeof(float));
}

UN_FAST void un_attention_softmax(ptrdiff_t rows, ptrdiff_t keys, ptrdiff_t first, ptrdiff_t window, float scale,
                                  float *restrict scores) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t i = 0; i < rows; i++, scores += keys) {
        ptrdiff_t low = first + i - window + 1, high = first + i + 1;
        low = low < 0 ? 0 : low;
        high = high > keys ? keys : high;
        float top = un_largest(high - low, scores + low), sum = 0;
        for (ptrdiff_t j = low; j < high; j++) {
            float e = un_expf(scale * (scores[j] - top));
            scores[j] = e;
            sum += e;
        }
        float inverse = 1.0f / sum;
        for (ptrdiff_t j = low; j < high; j++) scores[j] *= inverse;
        for (ptrdiff_t j = 0; j < low; j++) scores[j] = 0;
        for (ptrdiff_t j = high; j < keys; j++) scores[j] = 0;
    }
}

UN_FAST void un_attention_softmax_back(ptrdiff_t rows, ptrdiff_t keys, float scale, const float *restrict p,
                                       float *restrict dp) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t i = 0; i < rows; i++, p += keys, dp += keys) {
        float along = 0;
        for (ptrdiff_t j = 0; j < keys; j++) along += p[j] * dp[j];
        for (ptrdiff_t j = 0; j < keys; j++) dp[j] = scale * p[j] * (dp[j] - along);
    }
}

UN_FAST void un_additive_scores(ptrdiff_t queries, ptrdiff_t keys, ptrdiff_t A, const float *restrict q, const float *restrict k,
                                const float *restrict v, float *restrict scores) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t i = 0; i < queries; i++, q += A, scores += keys)
        for (ptrdiff_t j = 0; j < keys; j++) {
            const float *restrict key = k + j * A;
            float sum = 0;
            for (ptrdiff_t a = 0; a < A; a++) sum += v[a] * un_tanhf(q[a] + key[a]);
            scores[j] = sum;
        }
}

UN_FAST void un_additive_scores_back(ptrdiff_t queries, ptrdiff_t keys, ptrdiff_t A, const float *restrict q,
                                     const float *restrict k, const float *restrict v, const float *restrict d_scores,
                                     float *restrict add_dq, float *restrict add_dk, float *restrict add_dv) {
    for (ptrdiff_t i = 0; i < queries; i++, q += A, add_dq += A, d_scores += keys)
        for (ptrdiff_t j = 0; j < keys; j++) {
            const float *restrict key = k + j * A;
            float *restrict add_key = add_dk + j * A;
            float d = d_scores[j];
            UN_INDEPENDENT
            for (ptrdiff_t a = 0; a < A; a++) {
                float y = un_tanhf(q[a] + key[a]), inner = d * v[a] * (1 - y * y);
                add_dq[a] += inner;
                add_key[a] += inner;
                add_dv[a] += d * y;
            }
        }
}

// Sine and cosine of the present angle and of one step, of eight frequencies.
typedef struct { double s[8], c[8], ds[8], dc[8]; } Angles;

static void angles_at(double start, ptrdiff_t d, ptrdiff_t tile, Angles *a) {
    for (int i = 0; i < 8; i++) {
        double step = pow(10000.0, -2.0 * (double)(tile + i) / (double)d);
        a->s[i] = sin(start * step), a->c[i] = cos(start * step), a->ds[i] = sin(step), a->dc[i] = cos(step);
    }
}

// P rows of the tile's columns. By angle addition in double precision: after 10^6 steps the error is still below 1e-9.
UN_FAST static void turn(ptrdiff_t P, ptrdiff_t d, ptrdiff_t tile, Angles *restrict a, float *restrict out) {
    ptrdiff_t left = (d + 1) / 2 - tile, pairs = left < 8 ? left : 8;
    for (ptrdiff_t p = 0; p < P; p++) {
        float *restrict to = out + p * d + 2 * tile;
        for (ptrdiff_t i = 0; i < pairs; i++) {
            to[2 * i] = (float)a->s[i];
            if (2 * (tile + i) + 1 < d) to[2 * i + 1] = (float)a->c[i];
        }
        for (int i = 0; i < 8; i++) {
            double turned = a->s[i] * a->dc[i] + a->c[i] * a->ds[i];
            a->c[i] = a->c[i] * a->dc[i] - a->s[i] * a->ds[i];
            a->s[i] = turned;
        }
    }
}

void un_sinusoids(ptrdiff_t P, ptrdiff_t d, double start, float *out) {
    for (ptrdiff_t tile = 0; 2 * tile < d; tile += 8) {
        Angles a;
        angles_at(start, d, tile, &a);
        turn(P, d, tile, &a, out);
    }
}

ptrdiff_t un_angles_size(ptrdiff_t d) { return (d + 15) / 16 * (ptrdiff_t)(sizeof(Angles) / sizeof(double)); }

void un_angles(ptrdiff_t d, double start, double *angles) {
    for (ptrdiff_t tile = 0; 2 * tile < d; tile += 8) angles_at(start, d, tile, (Angles *)angles + tile / 8);
}

void un_next_sinusoid(ptrdiff_t d, double *angles, float *out) {
    for (ptrdiff_t tile = 0; 2 * tile < d; tile += 8) turn(1, d, tile, (Angles *)angles + tile / 8, out);
}

UN_FAST void un_rotate(ptrdiff_t rows, ptrdiff_t heads, ptrdiff_t D, const float *restrict table, float sign, float *restrict x,
                       ptrdiff_t ld) {
    for (ptrdiff_t r = 0; r < rows; r++, table += D)
        for (ptrdiff_t h = 0; h < heads; h++) {
            float *restrict v = x + r * ld + h * D;
            for (ptrdiff_t i = 0; i + 1 < D; i += 2) {
                float s = sign * table[i], c = table[i + 1], a = v[i], b = v[i + 1];
                v[i] = a * c - b * s;
                v[i + 1] = a * s + b * c;
            }
        }
}
