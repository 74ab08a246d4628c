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

UN_FAST void un_lstm_step(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict c_prev, float *restrict c,
                          float *restrict tc, float *restrict h) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 4 * H, c_prev += H, c += H, tc += H, h += H) {
        float *restrict gi = gates, *restrict gf = gates + H, *restrict gg = gates + 2 * H, *restrict go = gates + 3 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float i = un_sigmoidf(gi[j]), f = un_sigmoidf(gf[j]), g = un_tanhf(gg[j]), o = un_sigmoidf(go[j]);
            float cell = f * c_prev[j] + i * g, t = un_tanhf(cell);
            gi[j] = i; gf[j] = f; gg[j] = g; go[j] = o;
            c[j] = cell; tc[j] = t; h[j] = o * t;
        }
    }
}

UN_FAST void un_lstm_step_back(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict c_prev,
                               const float *restrict tc, const float *restrict dy, const float *restrict carry_h,
                               float *restrict carry_c) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 4 * H, c_prev += H, tc += H, dy += H, carry_h += H, carry_c += H) {
        float *restrict gi = gates, *restrict gf = gates + H, *restrict gg = gates + 2 * H, *restrict go = gates + 3 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float i = gi[j], f = gf[j], g = gg[j], o = go[j], t = tc[j];
            float dh = dy[j] + carry_h[j];
            float dc = carry_c[j] + dh * o * (1 - t * t);
            gi[j] = dc * g * i * (1 - i);
            gf[j] = dc * c_prev[j] * f * (1 - f);
            gg[j] = dc * i * (1 - g * g);
            go[j] = dh * t * o * (1 - o);
            carry_c[j] = dc * f;
        }
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

UN_FAST void un_gru_reset(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict h_prev, float *restrict rh) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 3 * H, h_prev += H, rh += H) {
        float *restrict gr = gates, *restrict gz = gates + H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float r = un_sigmoidf(gr[j]);
            gr[j] = r;
            gz[j] = un_sigmoidf(gz[j]);
            rh[j] = r * h_prev[j];
        }
    }
}

UN_FAST void un_gru_update(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict h_prev, float *restrict h) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 3 * H, h_prev += H, h += H) {
        float *restrict gz = gates + H, *restrict gn = gates + 2 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float c = un_tanhf(gn[j]);
            gn[j] = c;
            h[j] = c + gz[j] * (h_prev[j] - c);
        }
    }
}

UN_FAST void un_gru_update_back(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict h_prev,
                                const float *restrict dy, float *restrict carry) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 3 * H, h_prev += H, dy += H, carry += H) {
        float *restrict gz = gates + H, *restrict gn = gates + 2 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float z = gz[j], c = gn[j], dh = dy[j] + carry[j];
            gz[j] = dh * (h_prev[j] - c) * z * (1 - z);
            gn[j] = dh * (1 - z) * (1 - c * c);
            carry[j] = dh * z;
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
