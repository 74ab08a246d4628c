// The dense state space x' = A x + B u, y = C x + D u, discretised with G time steps of which channel h has number h mod G, so that
// all channels of a group share Ā and B̄.
//
// C Ā^l v for l = 0...T-1 is a product of two tables (baby steps and giant steps): with l = jL + i it is ⟨Q_j, V_i⟩ for the giant
// steps Q_j = C Ā^{jL} and the baby steps V_i = Ā^i v. Tables grow by doubling: the next half is the first half times a power of Ā,
// itself a square. They are made in double precision and multiplied in single.
#include "ssm.h"
#include <cblas.h>

// c [m,n] = op(a) op(b), or += when adding, in double precision; op transposes where ta, tb say so.
static void product(int ta, int tb, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const double *a, const double *b, int adding, double *c) {
    cblas_dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, 1, a,
                (int)(ta ? m : k), b, (int)(tb ? k : n), adding, c, (int)n);
}

static int log2_of(ptrdiff_t n) {
    int k = 0;
    while (((ptrdiff_t)1 << k) < n) k++;
    return k;
}

// powers[k] = Ā^(2^k) for k < count
static void square(ptrdiff_t N, const double *a, int count, double *powers) {
    memcpy(powers, a, (size_t)(N * N) * sizeof *a);
    for (int k = 1; k < count; k++, powers += N * N) product(0, 0, N, N, N, powers, powers, 0, powers + N * N);
}

// Gradients of all powers to that of the first.
static void square_back(ptrdiff_t N, const double *powers, int count, double *d_powers) {
    for (int k = count - 1; k > 0; k--) {
        const double *p = powers + (k - 1) * N * N;
        double *d = d_powers + k * N * N;
        product(0, 1, N, N, N, d, p, 1, d - N * N);
        product(1, 0, N, N, N, p, d, 1, d - N * N);
    }
}

// A table of `count` entries of `rows` rows of N numbers, of which each entry is the one before times a matrix M from the right: Ā^L,
// or the transpose of Ā. powers: M^(2^k), those of M or of its transpose.
typedef struct { ptrdiff_t N, count, rows; int transposed; } Table;

static void grow(Table t, const double *powers, double *x) {
    ptrdiff_t entry = t.rows * t.N;
    for (ptrdiff_t have = 1; have < t.count; have *= 2, powers += t.N * t.N) {
        ptrdiff_t more = t.count - have < have ? t.count - have : have;
        product(0, t.transposed, more * t.rows, t.N, t.N, x, powers, 0, x + have * entry);
    }
}

// From the gradient dx of all entries to that of the first, which takes its place, and of the powers, which are added to.
static void grow_back(Table t, const double *powers, const double *x, double *dx, double *d_powers) {
    ptrdiff_t entry = t.rows * t.N, square = t.N * t.N;
    for (int k = log2_of(t.count) - 1; k >= 0; k--) {
        ptrdiff_t have = (ptrdiff_t)1 << k, more = t.count - have < have ? t.count - have : have, rows = more * t.rows;
        const double *high = dx + have * entry;
        if (t.transposed) product(1, 0, t.N, t.N, rows, high, x, 1, d_powers + k * square);
        else product(1, 0, t.N, t.N, rows, x, high, 1, d_powers + k * square);
        product(0, !t.transposed, rows, t.N, t.N, high, powers + k * square, 1, dx);
    }
}

// C of the channels of a group, one row after the other, to the first entry of a table of giant steps.
static void gather(const un_system *s, ptrdiff_t g, const float *C, double *rows) {
    for (ptrdiff_t m = 0; m < members(s, g); m++) to_double(s->N, C + (g + m * s->G) * s->N, rows + m * s->N);
}

static void scatter(const un_system *s, ptrdiff_t g, const double *rows, float *add_C) {
    for (ptrdiff_t m = 0; m < members(s, g); m++)
        for (ptrdiff_t i = 0; i < s->N; i++) add_C[(g + m * s->G) * s->N + i] += (float)rows[m * s->N + i];
}

// T steps as J giant steps of L baby steps, such that both tables cost about the same where a giant step has `giant` rows and a baby
// step `baby`. count: of the powers that they need, L's being number `shift`.
typedef struct { ptrdiff_t L, J; int shift, count; } Split;

static Split split_of(ptrdiff_t T, ptrdiff_t giant, ptrdiff_t baby) {
    Split s = {1, 0, 0, 1};
    while (s.L < T && s.L * s.L * baby < T * giant) s.L *= 2;
    s.J = (T + s.L - 1) / s.L;
    s.shift = log2_of(s.L);
    s.count = s.shift + log2_of(s.J);
    if (s.count == 0) s.count = 1;
    return s;
}

// Both tables of a group, in double and single precision, with their gradients; tables of powers; room for what the first baby step
// comes from; and a signal of J L values, or as many as the rows of a baby step have.
typedef struct {
    Split split;
    Table giant, baby;
    double *powers, *d_powers, *q, *v, *dq, *dv, *before;
    float *q1, *v1, *dq1, *dv1, *signal;
} Work;

static ptrdiff_t size_of(Table t) { return t.count * t.rows * t.N; }

// giant, baby: rows of an entry. signals: values of a baby step in a signal.
static Work work_for(ptrdiff_t N, ptrdiff_t T, ptrdiff_t giant, ptrdiff_t baby, ptrdiff_t signals, float *scratch, ptrdiff_t *size) {
    Split s = split_of(T, giant, baby);
    Work w = {s, {N, s.J, giant, 0}, {N, s.L, baby, 1}};
    ptrdiff_t q = size_of(w.giant), v = size_of(w.baby), powers = s.count * N * N, at = 0;
    double **doubles[] = {&w.powers, &w.d_powers, &w.q, &w.v, &w.dq, &w.dv, &w.before};
    float **floats[] = {&w.q1, &w.v1, &w.dq1, &w.dv1, &w.signal};
    const ptrdiff_t of_doubles[] = {powers, powers, q, v, q, v, baby * N}, of_floats[] = {q, v, q, v, s.J * s.L * signals};
    for (int i = 0; i < 7; at += 2 * of_doubles[i++]) *doubles[i] = scratch ? (double *)(scratch + at) : NULL;
    for (int i = 0; i < 5; at += of_floats[i++]) *floats[i] = scratch ? scratch + at : NULL;
    if (size) *size = at;
    return w;
}

// From the first entries of both.
static void make_tables(Work *w) {
    grow(w->baby, w->powers, w->v);
    grow(w->giant, w->powers + w->split.shift * w->baby.N * w->baby.N, w->q);
    to_single(size_of(w->giant), w->q, w->q1);
    to_single(size_of(w->baby), w->v, w->v1);
}

// From the gradients of both in single precision to those of their first entries, dq and dv, and of Ā, the first of d_powers.
static void tables_back(Work *w) {
    ptrdiff_t N = w->baby.N, from = w->split.shift * N * N;
    to_double(size_of(w->giant), w->dq1, w->dq);
    to_double(size_of(w->baby), w->dv1, w->dv);
    memset(w->d_powers, 0, (size_t)(w->split.count * N * N) * sizeof *w->d_powers);
    grow_back(w->baby, w->powers, w->v, w->dv, w->d_powers);
    grow_back(w->giant, w->powers + from, w->q, w->dq, w->d_powers + from);
    square_back(N, w->powers, w->split.count, w->d_powers);
}

// The signal [J, L·signals] of member m of M: products of its giant steps with its baby steps, of which a step has M·signals rows, or
// one that all members share.
static void to_signal(const Work *w, ptrdiff_t m, ptrdiff_t signals) {
    ptrdiff_t N = w->baby.N, M = w->giant.rows, apart = w->baby.rows == 1 ? 1 : M;
    un_gemm(0, 1, w->split.J, w->split.L * signals, N, w->q1 + m * N, M * N, w->v1 + (apart == 1 ? 0 : m * N), apart * N, 0, w->signal,
            w->split.L * signals);
}

// And back. Gradients of shared baby steps add up over the members.
static void from_signal(Work *w, ptrdiff_t m, ptrdiff_t signals) {
    ptrdiff_t N = w->baby.N, M = w->giant.rows, apart = w->baby.rows == 1 ? 1 : M, at = apart == 1 ? 0 : m * N;
    ptrdiff_t J = w->split.J, columns = w->split.L * signals;
    un_gemm(0, 0, J, N, columns, w->signal, columns, w->v1 + at, apart * N, 0, w->dq1 + m * N, M * N);
    un_gemm(1, 0, columns, N, J, w->signal, columns, w->q1 + m * N, M * N, apart == 1 && m > 0, w->dv1 + at, apart * N);
}

static Work kernel_work(const un_system *s, ptrdiff_t g, ptrdiff_t T, const float *C, float *scratch) {
    Work w = work_for(s->N, T, members(s, g), 1, 1, scratch, NULL);
    square(s->N, transition(s, g), w.split.count, w.powers);
    memcpy(w.v, s->b_bar + g * s->N, (size_t)s->N * sizeof *w.v);
    gather(s, g, C, w.q);
    make_tables(&w);
    return w;
}

ptrdiff_t un_ssm_scratch(const un_system *s, ptrdiff_t T) {
    ptrdiff_t size;
    work_for(s->N, T, members(s, 0), 1, 1, NULL, &size);
    return size;
}

void un_ssm_kernel(const un_system *s, ptrdiff_t T, const float *C, float *kernel, float *scratch) {
    for (ptrdiff_t g = 0; g < s->G; g++) {
        Work w = kernel_work(s, g, T, C, scratch);
        for (ptrdiff_t m = 0; m < members(s, g); m++) {
            to_signal(&w, m, 1);
            memcpy(kernel + (g + m * s->G) * T, w.signal, (size_t)T * sizeof *kernel);
        }
    }
}

void un_ssm_kernel_back(const un_system *s, ptrdiff_t T, const float *C, const float *dkernel, double *da_bar, double *db_bar,
                        float *add_C, float *scratch) {
    ptrdiff_t N = s->N;
    for (ptrdiff_t g = 0; g < s->G; g++) {
        Work w = kernel_work(s, g, T, C, scratch);
        memset(w.signal, 0, (size_t)(w.split.J * w.split.L) * sizeof *w.signal);
        for (ptrdiff_t m = 0; m < members(s, g); m++) {
            memcpy(w.signal, dkernel + (g + m * s->G) * T, (size_t)T * sizeof *dkernel);
            from_signal(&w, m, 1);
        }
        tables_back(&w);
        memcpy(da_bar + g * N * N, w.d_powers, (size_t)(N * N) * sizeof *da_bar);
        memcpy(db_bar + g * N, w.dv, (size_t)N * sizeof *db_bar);
        scatter(s, g, w.dq, add_C);
    }
}

// The initial states [B, H·N] of the channels of a group: [B][members][N].
static void gather_states(const un_system *s, ptrdiff_t g, ptrdiff_t B, const float *x, double *rows) {
    for (ptrdiff_t b = 0, M = members(s, g); b < B; b++)
        for (ptrdiff_t m = 0; m < M; m++) to_double(s->N, x + (b * s->H + g + m * s->G) * s->N, rows + (b * M + m) * s->N);
}

static Work initial_work(const un_system *s, ptrdiff_t g, ptrdiff_t T, ptrdiff_t B, const float *C, const float *x0, float *scratch) {
    ptrdiff_t N = s->N, rows = B * members(s, g);
    Work w = work_for(N, T, members(s, g), rows, B, scratch, NULL);
    square(N, transition(s, g), w.split.count, w.powers);
    gather(s, g, C, w.q);
    gather_states(s, g, B, x0, w.before);
    product(0, 1, rows, N, N, w.before, w.powers, 0, w.v);
    make_tables(&w);
    return w;
}

ptrdiff_t un_ssm_initial_scratch(const un_system *s, ptrdiff_t T, ptrdiff_t B) {
    ptrdiff_t size;
    work_for(s->N, T, members(s, 0), B * members(s, 0), B, NULL, &size);
    return size;
}

void un_ssm_initial(const un_steps *steps, const un_system *s, const float *C, const float *x0, float *add_y, float *scratch) {
    ptrdiff_t B = steps->B;
    for (ptrdiff_t g = 0; g < s->G; g++) {
        Work w = initial_work(s, g, steps->T, B, C, x0, scratch);
        for (ptrdiff_t m = 0; m < members(s, g); m++) {
            to_signal(&w, m, B);
            for (ptrdiff_t t = 0; t < steps->T; t++)
                for (ptrdiff_t b = 0; b < steps->live[t]; b++)
                    add_y[(steps->offset[t] + b) * s->H + g + m * s->G] += w.signal[t * B + b];
        }
    }
}

void un_ssm_initial_back(const un_steps *steps, const un_system *s, const float *C, const float *x0, const float *dy,
                         double *add_a_bar, float *add_C, float *dx0, float *scratch) {
    ptrdiff_t B = steps->B, N = s->N;
    for (ptrdiff_t g = 0; g < s->G; g++) {
        ptrdiff_t M = members(s, g), rows = B * M;
        Work w = initial_work(s, g, steps->T, B, C, x0, scratch);
        memset(w.signal, 0, (size_t)(w.split.J * w.split.L * B) * sizeof *w.signal);
        for (ptrdiff_t m = 0; m < M; m++) {
            for (ptrdiff_t t = 0; t < steps->T; t++)
                for (ptrdiff_t b = 0; b < steps->live[t]; b++)
                    w.signal[t * B + b] = dy[(steps->offset[t] + b) * s->H + g + m * s->G];
            from_signal(&w, m, B);
        }
        tables_back(&w);
        product(1, 0, N, N, rows, w.dv, w.before, 1, w.d_powers);
        product(0, 0, rows, N, N, w.dv, w.powers, 0, w.before);
        for (ptrdiff_t i = 0; i < N * N; i++) add_a_bar[g * N * N + i] += w.d_powers[i];
        scatter(s, g, w.dq, add_C);
        for (ptrdiff_t b = 0; b < B; b++)
            for (ptrdiff_t m = 0; m < M; m++) to_single(N, w.before + (b * M + m) * N, dx0 + (b * s->H + g + m * s->G) * N);
    }
}

// x [B][M][N] = Ā^length x, by squaring; sequences of one length, which lie beside each other, together.
static void powers_of_states(ptrdiff_t N, ptrdiff_t B, ptrdiff_t M, const int32_t *length, double *power, double *spare, double *x,
                             double *out) {
    for (int32_t bit = 1; bit <= length[0]; bit *= 2) {
        for (ptrdiff_t b = 0, end; b < B; b = end) {
            for (end = b + 1; end < B && length[end] == length[b];) end++;
            if (!(length[b] & bit)) continue;
            product(0, 1, (end - b) * M, N, N, x + b * M * N, power, 0, out);
            memcpy(x + b * M * N, out, (size_t)((end - b) * M * N) * sizeof *x);
        }
        product(0, 0, N, N, N, power, power, 0, spare);
        memcpy(power, spare, (size_t)(N * N) * sizeof *power);
    }
}

// The inputs of channel h [B,T], each sequence's last one first.
static void gather_past(const un_steps *steps, ptrdiff_t H, ptrdiff_t h, const float *u, float *past) {
    memset(past, 0, (size_t)(steps->B * steps->T) * sizeof *past);
    for (ptrdiff_t b = 0; b < steps->B; b++)
        for (ptrdiff_t l = 0; l < steps->length[b]; l++)
            past[b * steps->T + l] = u[(steps->offset[steps->length[b] - 1 - l] + b) * H + h];
}

// Ā^l B̄ for all l < T, in both precisions.
static void make_inflow(const un_system *s, ptrdiff_t g, ptrdiff_t T, const double *powers, double *v, float *v1) {
    memcpy(v, s->b_bar + g * s->N, (size_t)s->N * sizeof *v);
    grow((Table){s->N, T, 1, 1}, powers, v);
    to_single(T * s->N, v, v1);
}

// Doubles: Ā^l B̄ for all l < T; states twice; powers. Then singles: the first again, inputs and states of a channel.
ptrdiff_t un_ssm_final_scratch(const un_system *s, ptrdiff_t T, ptrdiff_t B) {
    ptrdiff_t N = s->N, doubles = T * N + 2 * B * members(s, 0) * N + (log2_of(T) + 2) * N * N;
    return 2 * doubles + T * N + B * T + B * N;
}

void un_ssm_final(const un_steps *steps, const un_system *s, const float *u, const float *x0, float *x, float *scratch) {
    ptrdiff_t N = s->N, T = steps->T, B = steps->B, most = B * members(s, 0) * N;
    double *v = (double *)scratch, *state = v + T * N, *spare = state + most, *powers = spare + most;
    float *v1 = (float *)(powers + (log2_of(T) + 2) * N * N), *past = v1 + T * N, *sum = past + B * T;
    for (ptrdiff_t g = 0; g < s->G; g++) {
        ptrdiff_t M = members(s, g);
        memset(state, 0, (size_t)(B * M * N) * sizeof *state);
        if (x0) {
            gather_states(s, g, B, x0, state);
            memcpy(powers, transition(s, g), (size_t)(N * N) * sizeof *powers);
            powers_of_states(N, B, M, steps->length, powers, powers + N * N, state, spare);
        }
        square(N, transition(s, g), log2_of(T) > 0 ? log2_of(T) : 1, powers);
        make_inflow(s, g, T, powers, v, v1);
        for (ptrdiff_t m = 0; m < M; m++) {
            ptrdiff_t h = g + m * s->G;
            gather_past(steps, s->H, h, u, past);
            un_gemm(0, 0, B, N, T, past, T, v1, N, 0, sum, N);
            for (ptrdiff_t b = 0; b < B; b++)
                for (ptrdiff_t i = 0; i < N; i++)
                    x[(b * s->H + h) * N + i] = (float)(state[(b * M + m) * N + i] + sum[b * N + i]);
        }
    }
}

// The way back of powers_of_states: from the gradient dx of Ā^length x to that of x, in its place, and of the powers, Ā^(2^k), which
// are added to. states: as many as powers; x is the first.
static void powers_of_states_back(ptrdiff_t N, ptrdiff_t B, ptrdiff_t M, const int32_t *length, int count, const double *powers,
                                  double *states, double *dx, double *spare, double *d_powers) {
    ptrdiff_t size = M * N, square = N * N;
    for (int k = 0; k + 1 < count; k++)
        for (ptrdiff_t b = 0; b < B; b++) {
            double *x = states + (k * B + b) * size, *next = x + B * size;
            if (length[b] >> k & 1) product(0, 1, M, N, N, x, powers + k * square, 0, next);
            else memcpy(next, x, (size_t)size * sizeof *x);
        }
    for (int k = count - 1; k >= 0; k--)
        for (ptrdiff_t b = 0; b < B; b++) {
            if (!(length[b] >> k & 1)) continue;
            product(1, 0, N, N, M, dx + b * size, states + (k * B + b) * size, 1, d_powers + k * square);
            product(0, 0, M, N, N, dx + b * size, powers + k * square, 0, spare);
            memcpy(dx + b * size, spare, (size_t)size * sizeof *dx);
        }
}

// Doubles: Ā^l B̄ for all l < T, powers, both with their gradients; a state for each power, a gradient, and room for another. Then singles:
// the table and its gradient again, inputs of a channel.
ptrdiff_t un_ssm_final_back_scratch(const un_system *s, ptrdiff_t T, ptrdiff_t B) {
    ptrdiff_t N = s->N, count = log2_of(T + 1), doubles = 2 * T * N + 2 * count * N * N + (count + 2) * B * members(s, 0) * N;
    return 2 * doubles + 2 * T * N + B * T;
}

void un_ssm_final_back(const un_steps *steps, const un_system *s, const float *u, const float *x0, const float *dx,
                       double *add_a_bar, double *add_b_bar, float *add_du, float *add_dx0, float *scratch) {
    ptrdiff_t N = s->N, T = steps->T, B = steps->B, H = s->H, most = B * members(s, 0) * N;
    int count = log2_of(T + 1);  // binary digits of T
    double *v = (double *)scratch, *dv = v + T * N, *powers = dv + T * N, *d_powers = powers + count * N * N;
    double *states = d_powers + count * N * N, *gradient = states + count * most, *spare = gradient + most;
    float *v1 = (float *)(spare + most), *dv1 = v1 + T * N, *past = dv1 + T * N;
    for (ptrdiff_t g = 0; g < s->G; g++) {
        ptrdiff_t M = members(s, g);
        square(N, transition(s, g), count, powers);
        memset(d_powers, 0, (size_t)(count * N * N) * sizeof *d_powers);
        make_inflow(s, g, T, powers, v, v1);
        for (ptrdiff_t m = 0; m < M; m++) {
            ptrdiff_t h = g + m * s->G;
            gather_past(steps, H, h, u, past);
            un_gemm(1, 0, T, N, B, past, T, dx + h * N, H * N, m > 0, dv1, N);
            un_gemm(0, 1, B, T, N, dx + h * N, H * N, v1, N, 0, past, T);  // the gradient takes the inputs' place
            for (ptrdiff_t b = 0; b < B; b++)
                for (ptrdiff_t l = 0; l < steps->length[b]; l++)
                    add_du[(steps->offset[steps->length[b] - 1 - l] + b) * H + h] += past[b * T + l];
        }
        to_double(T * N, dv1, dv);
        grow_back((Table){N, T, 1, 1}, powers, v, dv, d_powers);
        if (x0) {
            gather_states(s, g, B, x0, states);
            gather_states(s, g, B, dx, gradient);
            powers_of_states_back(N, B, M, steps->length, count, powers, states, gradient, spare, d_powers);
            for (ptrdiff_t b = 0; b < B; b++)
                for (ptrdiff_t m = 0; m < M; m++)
                    for (ptrdiff_t i = 0; i < N; i++)
                        add_dx0[(b * H + g + m * s->G) * N + i] += (float)gradient[(b * M + m) * N + i];
        }
        square_back(N, powers, count, d_powers);
        for (ptrdiff_t i = 0; i < N * N; i++) add_a_bar[g * N * N + i] += d_powers[i];
        for (ptrdiff_t i = 0; i < N; i++) add_b_bar[g * N + i] += dv[i];
    }
}
