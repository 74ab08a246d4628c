// Functions of every element, and their gradients.
#include "fast.h"
#include "unroll.h"

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

UN_FAST void un_match(ptrdiff_t rows, ptrdiff_t H, const float *restrict u, const float *restrict v, float *restrict out) {
    for (ptrdiff_t r = 0; r < rows; r++, u += H, v += H, out += 4 * H)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            out[j] = u[j];
            out[H + j] = v[j];
            out[2 * H + j] = un_absf(u[j] - v[j]);
            out[3 * H + j] = u[j] * v[j];
        }
}

UN_FAST void un_match_back(ptrdiff_t rows, ptrdiff_t H, const float *restrict u, const float *restrict v, const float *restrict d_out,
                           float *restrict du, float *restrict dv) {
    for (ptrdiff_t r = 0; r < rows; r++, u += H, v += H, d_out += 4 * H, du += H, dv += H)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float sign = u[j] > v[j] ? 1.0f : u[j] < v[j] ? -1.0f : 0.0f;
            du[j] = d_out[j] + sign * d_out[2 * H + j] + v[j] * d_out[3 * H + j];
            dv[j] = d_out[H + j] - sign * d_out[2 * H + j] + u[j] * d_out[3 * H + j];
        }
}

UN_FAST void un_softplus(ptrdiff_t n, const float *restrict x, float *restrict y) {
    for (ptrdiff_t i = 0; i < n; i++) y[i] = un_softplusf(x[i]);
}

UN_FAST void un_softplus_back(ptrdiff_t n, const float *restrict x, const float *restrict dy, float *restrict dx) {
    for (ptrdiff_t i = 0; i < n; i++) {
        // e^x/(1 + e^x) keeps its digits where a sigmoid by tanh rounds to zero.
        float e = un_expf(x[i] < 0 ? x[i] : -x[i]);
        dx[i] = dy[i] * (x[i] < 0 ? e : 1) / (1 + e);
    }
}

UN_FAST void un_negative_exp(ptrdiff_t n, const float *restrict x, float *restrict y) {
    for (ptrdiff_t i = 0; i < n; i++) y[i] = -un_expf(x[i]);
}

UN_FAST void un_negative_exp_back(ptrdiff_t n, const float *restrict y, const float *restrict dy, float *restrict add_dx) {
    for (ptrdiff_t i = 0; i < n; i++) add_dx[i] += dy[i] * y[i];
}

// d(x σ(x))/dx = σ + x σ (1 − σ)
UN_INLINE float silu_slope(float x, float s) { return s + x * s * (1 - s); }

UN_FAST void un_silu(ptrdiff_t n, const float *restrict x, float *restrict y) {
    for (ptrdiff_t i = 0; i < n; i++) y[i] = x[i] * un_sigmoidf(x[i]);
}

UN_FAST void un_silu_back(ptrdiff_t n, const float *restrict x, const float *restrict dy, float *restrict dx) {
    for (ptrdiff_t i = 0; i < n; i++) dx[i] = dy[i] * silu_slope(x[i], un_sigmoidf(x[i]));
}

UN_FAST void un_silu_gate(ptrdiff_t rows, ptrdiff_t H, const float *restrict x, const float *restrict z, ptrdiff_t ld_z,
                          float *restrict y) {
    for (ptrdiff_t r = 0; r < rows; r++, x += H, z += ld_z, y += H)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) y[j] = x[j] * z[j] * un_sigmoidf(z[j]);
}

UN_FAST void un_silu_gate_back(ptrdiff_t rows, ptrdiff_t H, const float *restrict x, const float *restrict z, ptrdiff_t ld_z,
                               const float *restrict dy, float *restrict dx, float *restrict dz, ptrdiff_t ld_dz) {
    for (ptrdiff_t r = 0; r < rows; r++, x += H, z += ld_z, dy += H, dx += H, dz += ld_dz)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float s = un_sigmoidf(z[j]);
            dx[j] = dy[j] * z[j] * s;
            dz[j] = dy[j] * x[j] * silu_slope(z[j], s);
        }
}
