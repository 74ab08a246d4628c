// The elementwise half of one time step of a recurrent cell, n sequences at once; the products are the caller's.
#include "unroll.h"
#include "fast.h"

UN_FAST void un_rnn_step(ptrdiff_t n, ptrdiff_t H, int relu, const float *restrict a, float *restrict h) {
    if (relu) for (ptrdiff_t i = 0; i < n * H; i++) h[i] = un_maxf(a[i], 0);
    else for (ptrdiff_t i = 0; i < n * H; i++) h[i] = un_tanhf(a[i]);
}

UN_FAST void un_rnn_step_back(ptrdiff_t n, ptrdiff_t H, int relu, const float *restrict h, const float *restrict dy,
                              const float *restrict carry, float *restrict da) {
    if (relu) for (ptrdiff_t i = 0; i < n * H; i++) da[i] = h[i] > 0 ? dy[i] + carry[i] : 0;
    else for (ptrdiff_t i = 0; i < n * H; i++) da[i] = (dy[i] + carry[i]) * (1 - h[i] * h[i]);
}

UN_FAST void un_residual_step(ptrdiff_t n, ptrdiff_t H, float *restrict a, const float *restrict h_prev, float *restrict h) {
    for (ptrdiff_t i = 0; i < n * H; i++) {
        a[i] = un_tanhf(a[i]);
        h[i] = h_prev[i] + a[i];
    }
}

UN_FAST void un_residual_step_back(ptrdiff_t n, ptrdiff_t H, float *restrict a, const float *restrict dy, float *restrict carry) {
    for (ptrdiff_t i = 0; i < n * H; i++) {
        float dh = dy[i] + carry[i];
        a[i] = dh * (1 - a[i] * a[i]);
        carry[i] = dh;
    }
}

UN_FAST void un_gru_step(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict hidden,
                         const float *restrict h_prev, float *restrict hn, float *restrict h) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 3 * H, hidden += 3 * H, h_prev += H, hn += H, h += H) {
        float *restrict gr = gates, *restrict gz = gates + H, *restrict gn = gates + 2 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float r = un_sigmoidf(gr[j] + hidden[j]), z = un_sigmoidf(gz[j] + hidden[H + j]), q = hidden[2 * H + j];
            float c = un_tanhf(gn[j] + r * q);
            gr[j] = r; gz[j] = z; gn[j] = c;
            hn[j] = q;
            h[j] = c + z * (h_prev[j] - c);
        }
    }
}

UN_FAST void un_gru_step_back(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict h_prev,
                              float *restrict hn, const float *restrict dy, float *restrict carry) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 3 * H, h_prev += H, hn += H, dy += H, carry += H) {
        float *restrict gr = gates, *restrict gz = gates + H, *restrict gn = gates + 2 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float r = gr[j], z = gz[j], c = gn[j], dh = dy[j] + carry[j];
            float dn = dh * (1 - z) * (1 - c * c);
            gr[j] = dn * hn[j] * r * (1 - r);
            gz[j] = dh * (h_prev[j] - c) * z * (1 - z);
            gn[j] = dn;
            hn[j] = dn * r;
            carry[j] = dh * z;
        }
    }
}

// r and r ⊙ h_prev; z is the update's.
UN_FAST void un_gru_reset(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict h_prev, float *restrict rh) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 3 * H, h_prev += H, rh += H) {
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float r = un_sigmoidf(gates[j]);
            gates[j] = r;
            rh[j] = r * h_prev[j];
        }
    }
}

UN_FAST void un_gru_reset_back(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict h_prev,
                               const float *restrict drh, float *restrict add_carry) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 3 * H, h_prev += H, drh += H, add_carry += H) {
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float r = gates[j];
            add_carry[j] += drh[j] * r;
            gates[j] = drh[j] * h_prev[j] * r * (1 - r);
        }
    }
}

// A gate u leads from one of h_prev and c to the other: from c where u is what is kept of h_prev, else from h_prev.
UN_INLINE void update_step(ptrdiff_t n, ptrdiff_t H, int keeps, float *restrict gates, ptrdiff_t ld, const float *restrict h_prev,
                           float *restrict h) {
    for (ptrdiff_t b = 0; b < n; b++, gates += ld, h_prev += H, h += H) {
        float *restrict gu = gates, *restrict gc = gates + H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float u = un_sigmoidf(gu[j]), c = un_tanhf(gc[j]), from = keeps ? c : h_prev[j], to = keeps ? h_prev[j] : c;
            gu[j] = u; gc[j] = c;
            h[j] = from + u * (to - from);
        }
    }
}

UN_INLINE void update_step_back(ptrdiff_t n, ptrdiff_t H, int keeps, float *restrict gates, ptrdiff_t ld,
                                const float *restrict h_prev, const float *restrict dy, float *restrict carry) {
    for (ptrdiff_t b = 0; b < n; b++, gates += ld, h_prev += H, dy += H, carry += H) {
        float *restrict gu = gates, *restrict gc = gates + H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float u = gu[j], c = gc[j], dh = dy[j] + carry[j], of_c = keeps ? 1 - u : u, of_h = keeps ? u : 1 - u;
            gu[j] = dh * (keeps ? h_prev[j] - c : c - h_prev[j]) * u * (1 - u);
            gc[j] = dh * of_c * (1 - c * c);
            carry[j] = dh * of_h;
        }
    }
}

UN_FAST void un_update_step(ptrdiff_t n, ptrdiff_t H, int keeps, float *gates, ptrdiff_t ld, const float *h_prev, float *h) {
    if (keeps) update_step(n, H, 1, gates, ld, h_prev, h);
    else update_step(n, H, 0, gates, ld, h_prev, h);
}

UN_FAST void un_update_step_back(ptrdiff_t n, ptrdiff_t H, int keeps, float *gates, ptrdiff_t ld, const float *h_prev,
                                 const float *dy, float *carry) {
    if (keeps) update_step_back(n, H, 1, gates, ld, h_prev, dy, carry);
    else update_step_back(n, H, 0, gates, ld, h_prev, dy, carry);
}
