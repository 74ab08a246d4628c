// The selective scan, in tiles of L channels, one sequence after the other. The state of a tile is N vectors; A, the state and
// the gradients of both lie transposed, [tile][N][L]. The way back needs every state: they are computed again from
// checkpoints, CHUNK steps at a time, so that memory is R/CHUNK states, and the rest stays in the second-level cache.
#include "unroll.h"
#include "lanes.h"

enum {
    L = UN_LANES,
    CHUNK = 16,   // steps from checkpoint to checkpoint
    GROUP = 128,  // vectors of state that are updated together, step by step
};

static ptrdiff_t tiles_of(ptrdiff_t H) { return (H + L - 1) / L; }
static ptrdiff_t group_of(ptrdiff_t N) { return N < GROUP ? GROUP / N : 1; }
static ptrdiff_t chunks_of(ptrdiff_t length) { return (length + CHUNK - 1) / CHUNK; }

ptrdiff_t un_selective_checkpoints(const un_steps *steps, ptrdiff_t H, ptrdiff_t N) {
    ptrdiff_t chunks = 0;
    for (ptrdiff_t b = 0; b < steps->B; b++) chunks += chunks_of(steps->length[b]);
    return chunks * tiles_of(H) * N * L;
}

ptrdiff_t un_selective_scratch(ptrdiff_t H, ptrdiff_t N) {
    ptrdiff_t group = group_of(N) * N;
    return (2 * tiles_of(H) * N + tiles_of(H) + (2 * CHUNK + 2) * group + 2 * N + 2 * L) * L;
}

// rows [H,N] <-> [tile][N][L]
static void to_tiles(ptrdiff_t H, ptrdiff_t N, const float *restrict rows, float *restrict tiles) {
    if (H % L) memset(tiles + H / L * N * L, 0, (size_t)(N * L) * sizeof(float));
    for (ptrdiff_t h = 0; h < H; h++)
        for (ptrdiff_t n = 0; n < N; n++) tiles[(h / L * N + n) * L + h % L] = rows[h * N + n];
}

static void from_tiles(ptrdiff_t H, ptrdiff_t N, const float *restrict tiles, float *restrict rows, int adding) {
    for (ptrdiff_t h = 0; h < H; h++)
        for (ptrdiff_t n = 0; n < N; n++)
            rows[h * N + n] = tiles[(h / L * N + n) * L + h % L] + (adding ? rows[h * N + n] : 0);
}

// One step of one tile: x [N][L] before in, after out. y = D u + Σ C x.
UN_INLINE void step(ptrdiff_t N, const un_lanes *restrict A, const float *restrict B, const float *restrict C,
                    const un_lanes *delta, const un_lanes *du, un_lanes *restrict x, un_lanes *y) {
    un_lanes sum = *y, time = *delta, inflow = *du;
    for (ptrdiff_t n = 0; n < N; n++) {
        un_lanes a = time * A[n];
        lanes_exp(&a);
        x[n] = a * x[n] + inflow * B[n];
        sum += x[n] * C[n];
    }
    *y = sum;
}

// The same, keeping decay a and the state after.
UN_INLINE void step_again(ptrdiff_t N, const un_lanes *restrict A, const float *restrict B, const un_lanes *delta,
                          const un_lanes *du, const un_lanes *restrict x, un_lanes *restrict decay, un_lanes *restrict next) {
    un_lanes time = *delta, inflow = *du;
    for (ptrdiff_t n = 0; n < N; n++) {
        un_lanes a = time * A[n];
        lanes_exp(&a);
        decay[n] = a;
        next[n] = a * x[n] + inflow * B[n];
    }
}

// Back through one step of one tile: carry [N] is the gradient of the state after, then of the state before. add_dB and add_dC
// [N] are per lane; their sums over channels are the gradients.
UN_INLINE void step_back(ptrdiff_t N, const un_lanes *restrict A, const float *restrict B, const float *restrict C,
                         const un_lanes *delta, const un_lanes *du, const un_lanes *dy, const un_lanes *restrict before,
                         const un_lanes *restrict decay, const un_lanes *restrict after, un_lanes *restrict carry,
                         un_lanes *restrict add_dA, un_lanes *restrict add_dB, un_lanes *restrict add_dC, un_lanes *d_delta,
                         un_lanes *d_du) {
    un_lanes time = *delta, inflow = *du, dout = *dy, along_time = {0}, along_inflow = {0};
    for (ptrdiff_t n = 0; n < N; n++) {
        un_lanes g = carry[n] + dout * C[n];
        add_dC[n] += dout * after[n];
        add_dB[n] += g * inflow;
        along_inflow += g * B[n];
        g *= decay[n];
        carry[n] = g;
        g *= before[n];
        along_time += g * A[n];
        add_dA[n] += g * time;
    }
    *d_delta = along_time;
    *d_du = along_inflow;
}

// sums[n] += Σ over the lanes of v[n], sixteen at a time by a tree of interleavings; v becomes zero.
UN_INLINE void add_lane_sums(ptrdiff_t N, un_lanes *restrict v, un_lanes *restrict spare, float *restrict sums) {
    for (ptrdiff_t first = 0; first < N; first += L) {
        ptrdiff_t count = N - first < L ? N - first : L;
        for (ptrdiff_t i = 0; i < L; i++) spare[i] = i < count ? v[first + i] : (un_lanes){0};
        for (ptrdiff_t i = 0; i < count; i++) v[first + i] = (un_lanes){0};
        for (int half = L / 2; half > 0; half /= 2)
            for (int i = 0; i < half; i++)
                spare[i] = __builtin_shufflevector(spare[i], spare[i + half], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
                    + __builtin_shufflevector(spare[i], spare[i + half], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        un_lanes total;
        load(&total, sums + first, count);
        total += spare[0];
        store(sums + first, &total, count);
    }
}

UN_FAST static void forward(const un_steps *steps, const un_selective *s, ptrdiff_t b, ptrdiff_t first, ptrdiff_t last,
                            const un_lanes *A, un_lanes *restrict x, float *y, un_lanes *checkpoints) {
    ptrdiff_t H = s->H, N = s->N, tiles = tiles_of(H), length = steps->length[b];
    for (ptrdiff_t t = 0; t < length; t++) {
        if (checkpoints && t % CHUNK == 0)
            memcpy(checkpoints + (t / CHUNK * tiles + first) * N, x, (size_t)((last - first) * N) * sizeof(un_lanes));
        ptrdiff_t row = steps->offset[t] + b;
        for (ptrdiff_t k = first; k < last; k++) {
            ptrdiff_t channels = channels_at(H, k * L), place = row * H + k * L;
            un_lanes delta, u, out;
            load(&delta, s->delta + place, channels);
            load(&u, s->u + place, channels);
            load(&out, s->D + k * L, channels);
            out *= u;
            u *= delta;
            step(N, A + k * N, s->b + row * s->ld, s->c + row * s->ld, &delta, &u, x + (k - first) * N, &out);
            store(y + place, &out, channels);
        }
    }
}

void un_selective_scan(const un_steps *steps, const un_selective *s, float *y, float *final, float *checkpoints, float *scratch) {
    ptrdiff_t H = s->H, N = s->N, tiles = tiles_of(H), group = group_of(N);
    float *A = scratch, *x = A + tiles * N * L;
    to_tiles(H, N, s->A, A);
    for (ptrdiff_t b = 0; b < steps->B; b++) {
        if (s->x0) to_tiles(H, N, s->x0 + b * H * N, x);
        else memset(x, 0, (size_t)(tiles * N * L) * sizeof(float));
        for (ptrdiff_t k = 0; k < tiles; k += group)
            forward(steps, s, b, k, k + group < tiles ? k + group : tiles, (un_lanes *)A, (un_lanes *)x + k * N, y,
                    (un_lanes *)checkpoints);
        from_tiles(H, N, x, final + b * H * N, 0);
        if (checkpoints) checkpoints += chunks_of(steps->length[b]) * tiles * N * L;
    }
}

// The memory of the way back.
typedef struct { un_lanes *A, *dA, *dD, *x, *decay, *carry, *dB, *dC, *spare; } Work;

// Steps from ..< to of sequence b again, from the checkpoint that w->x begins with.
UN_INLINE void run_again(const un_steps *steps, const un_selective *s, ptrdiff_t b, ptrdiff_t first, ptrdiff_t last,
                         ptrdiff_t from, ptrdiff_t to, const Work *w) {
    ptrdiff_t H = s->H, N = s->N, state = (last - first) * N;
    for (ptrdiff_t t = from; t < to; t++) {
        ptrdiff_t row = steps->offset[t] + b;
        for (ptrdiff_t k = first; k < last; k++) {
            ptrdiff_t channels = channels_at(H, k * L), place = row * H + k * L, at = (t - from) * state + (k - first) * N;
            un_lanes delta, u;
            load(&delta, s->delta + place, channels);
            load(&u, s->u + place, channels);
            u *= delta;
            step_again(N, w->A + k * N, s->b + row * s->ld, &delta, &u, w->x + at, w->decay + at, w->x + at + state);
        }
    }
}

UN_FAST static void backward(const un_steps *steps, const un_selective *s, ptrdiff_t b, ptrdiff_t first, ptrdiff_t last,
                             const un_lanes *checkpoints, const float *dy, const un_selective_back *g, const Work *w) {
    ptrdiff_t H = s->H, N = s->N, state = (last - first) * N, length = steps->length[b];
    for (ptrdiff_t from = (length - 1) / CHUNK * CHUNK; from >= 0; from -= CHUNK) {
        ptrdiff_t to = from + CHUNK < length ? from + CHUNK : length;
        memcpy(w->x, checkpoints + (from / CHUNK * tiles_of(H) + first) * N, (size_t)state * sizeof(un_lanes));
        run_again(steps, s, b, first, last, from, to, w);
        for (ptrdiff_t t = to - 1; t >= from; t--) {
            ptrdiff_t row = steps->offset[t] + b;
            for (ptrdiff_t k = first; k < last; k++) {
                ptrdiff_t channels = channels_at(H, k * L), place = row * H + k * L, at = (t - from) * state + (k - first) * N;
                un_lanes delta, u, dout, skip, d_delta, d_inflow;
                load(&delta, s->delta + place, channels);
                load(&u, s->u + place, channels);
                load(&dout, dy + place, channels);
                load(&skip, s->D + k * L, channels);
                un_lanes inflow = delta * u;
                step_back(N, w->A + k * N, s->b + row * s->ld, s->c + row * s->ld, &delta, &inflow, &dout, w->x + at,
                          w->decay + at, w->x + at + state, w->carry + (k - first) * N, w->dA + k * N, w->dB, w->dC, &d_delta,
                          &d_inflow);
                w->dD[k] += dout * u;
                d_delta += d_inflow * u;
                d_inflow = d_inflow * delta + skip * dout;
                store(g->d_delta + place, &d_delta, channels);
                store(g->du + place, &d_inflow, channels);
            }
            add_lane_sums(N, w->dB, w->spare, g->add_db + row * g->ld);
            add_lane_sums(N, w->dC, w->spare, g->add_dc + row * g->ld);
        }
    }
}

void un_selective_scan_back(const un_steps *steps, const un_selective *s, const float *checkpoints, const float *dy,
                            const float *dfinal, const un_selective_back *g, float *scratch) {
    ptrdiff_t H = s->H, N = s->N, tiles = tiles_of(H), group = group_of(N);
    un_lanes *free = (un_lanes *)scratch;
    Work w;
    w.A = free;
    w.dA = free += tiles * N;
    w.dD = free += tiles * N;
    w.dB = free += tiles;
    w.dC = free += N;
    w.spare = free += N;
    w.x = free += L;
    w.decay = free += (CHUNK + 1) * group * N;
    w.carry = free += CHUNK * group * N;
    memset(w.dA, 0, (size_t)(w.spare - w.dA) * sizeof(un_lanes));
    to_tiles(H, N, s->A, (float *)w.A);
    const un_lanes *checkpoint = (const un_lanes *)checkpoints;
    for (ptrdiff_t b = 0; b < steps->B; b++) {
        for (ptrdiff_t k = 0; k < tiles; k += group) {
            ptrdiff_t last = k + group < tiles ? k + group : tiles, at = (b * H + k * L) * N;
            ptrdiff_t channels = H - k * L < (last - k) * L ? H - k * L : (last - k) * L;
            if (dfinal) to_tiles(channels, N, dfinal + at, (float *)w.carry);
            else memset(w.carry, 0, (size_t)((last - k) * N) * sizeof(un_lanes));
            backward(steps, s, b, k, last, checkpoint, dy, g, &w);
            if (g->dx0) from_tiles(channels, N, (float *)w.carry, g->dx0 + at, 0);
        }
        checkpoint += chunks_of(steps->length[b]) * tiles * N;
    }
    from_tiles(H, N, (float *)w.dA, g->add_dA, 1);
    un_axpy(H, 1, (float *)w.dD, g->add_dD);
}
