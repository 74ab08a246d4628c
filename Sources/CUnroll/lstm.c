// The elementwise half of LSTM cells and their kin, one time step of n sequences; conventions as in gates.c.
#include "unroll.h"
#include "fast.h"

// ---- The LSTM. Constant flags let the compiler make one loop for each combination of variants.
enum { COUPLED = 1, PEEPHOLES = 2, PLAIN = 4 };

// A sum whose terms are rounded before it.
UN_INLINE float plus(float a, float b) { return a + b; }

UN_INLINE void lstm_step(ptrdiff_t n, ptrdiff_t H, int flags, const float *restrict peep, float *restrict gates,
                         const float *restrict c_prev, float *restrict c, float *restrict tc, float *restrict h) {
    int coupled = flags & COUPLED, sees = flags & PEEPHOLES, plain = flags & PLAIN;
    ptrdiff_t G = coupled ? 3 : 4;
    const float *restrict pi = peep, *restrict pf = sees && !coupled ? peep + H : NULL;
    const float *restrict po = sees ? peep + (G - 2) * H : NULL;
    for (ptrdiff_t b = 0; b < n; b++, gates += G * H, c_prev += H, c += H, tc += H, h += H) {
        float *restrict gi = gates, *restrict gf = coupled ? gates : gates + H;
        float *restrict gg = gates + (G - 2) * H, *restrict go = gates + (G - 1) * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float i = un_sigmoidf(sees ? plus(gi[j], pi[j] * c_prev[j]) : gi[j]);
            float f = coupled ? 1 - i : un_sigmoidf(sees ? plus(gf[j], pf[j] * c_prev[j]) : gf[j]);
            float g = un_tanhf(gg[j]);
            float cell = f * c_prev[j] + i * g;
            float o = un_sigmoidf(sees ? plus(go[j], po[j] * cell) : go[j]);
            float t = plain ? cell : un_tanhf(cell);
            gi[j] = i;
            if (!coupled) gf[j] = f;
            gg[j] = g; go[j] = o;
            c[j] = cell; tc[j] = t; h[j] = o * t;
        }
    }
}

UN_INLINE void lstm_step_back(ptrdiff_t n, ptrdiff_t H, int flags, const float *restrict peep, float *restrict gates,
                              const float *restrict c_prev, const float *restrict c, const float *restrict tc,
                              const float *restrict dy, const float *restrict carry_h, float *restrict carry_c,
                              float *restrict add_peep) {
    int coupled = flags & COUPLED, sees = flags & PEEPHOLES, plain = flags & PLAIN;
    ptrdiff_t G = coupled ? 3 : 4;
    const float *restrict pi = peep, *restrict pf = sees && !coupled ? peep + H : NULL;
    const float *restrict po = sees ? peep + (G - 2) * H : NULL;
    float *restrict dpi = add_peep, *restrict dpf = sees && !coupled ? add_peep + H : NULL;
    float *restrict dpo = sees ? add_peep + (G - 2) * H : NULL;
    for (ptrdiff_t b = 0; b < n; b++) {
        float *restrict gi = gates, *restrict gf = coupled ? gates : gates + H;
        float *restrict gg = gates + (G - 2) * H, *restrict go = gates + (G - 1) * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float i = gi[j], f = coupled ? 1 - i : gf[j], g = gg[j], o = go[j], t = tc[j];
            float dh = dy[j] + carry_h[j];
            float d_o = dh * t * o * (1 - o);
            float dc = carry_c[j] + dh * o * (plain ? 1 : 1 - t * t);
            if (sees) dc = plus(dc, d_o * po[j]);
            float di = dc * (coupled ? g - c_prev[j] : g) * i * (1 - i);
            float df = coupled ? 0 : dc * c_prev[j] * f * (1 - f);
            gi[j] = di;
            if (!coupled) gf[j] = df;
            gg[j] = dc * i * (1 - g * g);
            go[j] = d_o;
            float before = sees ? dc * f + di * pi[j] : dc * f;
            carry_c[j] = sees && !coupled ? plus(before, df * pf[j]) : before;
            if (sees) {
                dpi[j] += di * c_prev[j];
                if (!coupled) dpf[j] += df * c_prev[j];
                dpo[j] += d_o * c[j];
            }
        }
        gates += G * H, c_prev += H, c += H, tc += H, dy += H, carry_h += H, carry_c += H;
    }
}

#define EACH_VARIANT(call)      \
    switch (flags & 7) {        \
        case 0: call(0); break; \
        case 1: call(1); break; \
        case 2: call(2); break; \
        case 3: call(3); break; \
        case 4: call(4); break; \
        case 5: call(5); break; \
        case 6: call(6); break; \
        default: call(7);       \
    }

UN_FAST void un_lstm_step(ptrdiff_t n, ptrdiff_t H, int flags, const float *peep, float *gates, const float *c_prev, float *c,
                          float *tc, float *h) {
#define STEP(constant) lstm_step(n, H, constant, peep, gates, c_prev, c, tc, h)
    EACH_VARIANT(STEP)
}

UN_FAST void un_lstm_step_back(ptrdiff_t n, ptrdiff_t H, int flags, const float *peep, float *gates, const float *c_prev,
                               const float *c, const float *tc, const float *dy, const float *carry_h, float *carry_c,
                               float *add_peep) {
#define BACK(constant) lstm_step_back(n, H, constant, peep, gates, c_prev, c, tc, dy, carry_h, carry_c, add_peep)
    EACH_VARIANT(BACK)
}

// ---- The two halves of an LSTM step, with something (a normalisation) of the cell between them
UN_FAST void un_lstm_cell(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict c_prev, float *restrict c) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 4 * H, c_prev += H, c += H) {
        float *restrict gi = gates, *restrict gf = gates + H, *restrict gg = gates + 2 * H, *restrict go = gates + 3 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float i = un_sigmoidf(gi[j]), f = un_sigmoidf(gf[j]), g = un_tanhf(gg[j]);
            gi[j] = i; gf[j] = f; gg[j] = g; go[j] = un_sigmoidf(go[j]);
            c[j] = f * c_prev[j] + i * g;
        }
    }
}

UN_FAST void un_lstm_cell_back(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict c_prev,
                               const float *restrict dc_now, float *restrict carry_c) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 4 * H, c_prev += H, dc_now += H, carry_c += H) {
        float *restrict gi = gates, *restrict gf = gates + H, *restrict gg = gates + 2 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float i = gi[j], f = gf[j], g = gg[j], dc = carry_c[j] + dc_now[j];
            gi[j] = dc * g * i * (1 - i);
            gf[j] = dc * c_prev[j] * f * (1 - f);
            gg[j] = dc * i * (1 - g * g);
            carry_c[j] = dc * f;
        }
    }
}

// s [n,H]: the cell as the output sees it, in; tanh(s) out.
UN_FAST void un_lstm_output(ptrdiff_t n, ptrdiff_t H, const float *restrict gates, float *restrict s, float *restrict h) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 4 * H, s += H, h += H)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            s[j] = un_tanhf(s[j]);
            h[j] = gates[3 * H + j] * s[j];
        }
}

UN_FAST void un_lstm_output_back(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict s,
                                 const float *restrict dy, const float *restrict carry_h, float *restrict ds) {
    for (ptrdiff_t b = 0; b < n; b++, gates += 4 * H, s += H, dy += H, carry_h += H, ds += H) {
        float *restrict go = gates + 3 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float dh = dy[j] + carry_h[j], o = go[j], t = s[j];
            ds[j] = dh * o * (1 - t * t);
            go[j] = dh * t * o * (1 - o);
        }
    }
}

// ---- sLSTM. log_f is log σ(f) or f itself; all of c and n is scaled by exp(-m), which cancels in h = o c/n.
UN_INLINE void slstm_step(ptrdiff_t n, ptrdiff_t H, int exponential, float *restrict gates, const float *restrict c_prev,
                          const float *restrict n_prev, const float *restrict m_prev, float *restrict c, float *restrict nn,
                          float *restrict m, float *restrict forget, float *restrict h) {
    for (ptrdiff_t b = 0; b < n; b++) {
        float *restrict gi = gates, *restrict gf = gates + H, *restrict gz = gates + 2 * H, *restrict go = gates + 3 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float log_f = exponential ? gf[j] : -un_softplusf(-gf[j]);
            float kept = log_f + m_prev[j], top = un_maxf(kept, gi[j]);
            float i = un_expf(gi[j] - top), f = un_expf(kept - top), z = un_tanhf(gz[j]), o = un_sigmoidf(go[j]);
            float cell = f * c_prev[j] + i * z, norm = f * n_prev[j] + i;
            // d log f/d(pre-activation) is what the way back needs of the forget gate.
            gf[j] = exponential ? 1 : un_sigmoidf(-gf[j]);
            gi[j] = i; gz[j] = z; go[j] = o; forget[j] = f;
            c[j] = cell; nn[j] = norm; m[j] = top;
            h[j] = o * cell / norm;
        }
        gates += 4 * H, c_prev += H, n_prev += H, m_prev += H, c += H, nn += H, m += H, forget += H, h += H;
    }
}

UN_FAST void un_slstm_step(ptrdiff_t n, ptrdiff_t H, int exponential, float *gates, const float *c_prev, const float *n_prev,
                           const float *m_prev, float *c, float *nn, float *m, float *forget, float *h) {
    if (exponential) slstm_step(n, H, 1, gates, c_prev, n_prev, m_prev, c, nn, m, forget, h);
    else slstm_step(n, H, 0, gates, c_prev, n_prev, m_prev, c, nn, m, forget, h);
}

UN_FAST void un_slstm_step_back(ptrdiff_t n, ptrdiff_t H, float *restrict gates, const float *restrict c_prev,
                                const float *restrict n_prev, const float *restrict c, const float *restrict nn,
                                const float *restrict forget, const float *restrict dy, const float *restrict carry_h,
                                float *restrict carry_c, float *restrict carry_n, float *restrict excess) {
    for (ptrdiff_t b = 0; b < n; b++) {
        float *restrict gi = gates, *restrict gf = gates + H, *restrict gz = gates + 2 * H, *restrict go = gates + 3 * H;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < H; j++) {
            float i = gi[j], f = forget[j], z = gz[j], o = go[j], inverse = 1 / nn[j], y = c[j] * inverse;
            float dh = dy[j] + carry_h[j];
            float dc = carry_c[j] + dh * o * inverse, dn = carry_n[j] - dh * o * y * inverse;
            // The gradient of m is that of scaling c and n, and an excess that goes to the larger of what m is the maximum of: there the
            // gate is 1, and the other less.
            float along = dc * f * c_prev[j] + dn * f * n_prev[j], kept = f > i ? excess[j] : 0, taken = f > i ? 0 : excess[j];
            gi[j] = (dc * z + dn) * i + taken;
            gf[j] = (along + kept) * gf[j];
            gz[j] = dc * i * (1 - z * z);
            go[j] = dh * y * o * (1 - o);
            carry_c[j] = dc * f;
            carry_n[j] = dn * f;
            excess[j] = kept;
        }
        gates += 4 * H, c_prev += H, n_prev += H, c += H, nn += H, forget += H, dy += H, carry_h += H;
        carry_c += H, carry_n += H, excess += H;
    }
}
