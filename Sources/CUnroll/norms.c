// Normalisations of every row.
#include "fast.h"
#include "unroll.h"

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

UN_FAST void un_rms_norm(ptrdiff_t rows, ptrdiff_t columns, const float *restrict x, const float *restrict scale,
                         float *restrict inverse, float *restrict y) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t r = 0; r < rows; r++, x += columns, y += columns) {
        float squares = 0;
        for (ptrdiff_t j = 0; j < columns; j++) squares += x[j] * x[j];
        float inv = 1.0f / un_sqrtf(squares / (float)columns + 1e-5f);
        inverse[r] = inv;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) y[j] = x[j] * inv * scale[j];
    }
}

UN_FAST void un_rms_norm_back(ptrdiff_t rows, ptrdiff_t columns, const float *restrict x, const float *restrict inverse,
                              const float *restrict scale, const float *restrict dy, float *restrict dx,
                              float *restrict add_scale) {
#pragma clang fp reassociate(on)
    for (ptrdiff_t r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
        float inv = inverse[r], along = 0;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) {
            float normalised = x[j] * inv;
            along += dy[j] * scale[j] * normalised;
            add_scale[j] += dy[j] * normalised;
        }
        along *= inv / (float)columns;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) dx[j] = inv * (dy[j] * scale[j] - x[j] * along);
    }
}
