// The dense state space x' = A x + B u, y = C x + D u, discretised with G time steps of which channel h has number h mod G, so that
// all channels of a group share Ā and B̄.
//
// C Ā^l v for l = 0...T-1 is a product of two tables (baby steps and giant steps): with l = jL + i it is ⟨Q_j, V_i⟩ for the giant
// steps Q_j = C Ā^{jL} and the baby steps V_i = Ā^i v. Tables grow by doubling: the next half is the first half times a power of Ā,
// itself a square. They are made in double precision and multiplied in single.
#include "unroll.h"
#include "fast.h"
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

// Numbers so small that they are as good as zero would make products slow.
UN_FAST static void to_single(ptrdiff_t n, const double *restrict from, float *restrict to) {
    for (ptrdiff_t i = 0; i < n; i++) to[i] = from[i] < 1e-30 && from[i] > -1e-30 ? 0 : (float)from[i];
}

UN_FAST static void to_double(ptrdiff_t n, const float *restrict from, double *restrict to) {
    for (ptrdiff_t i = 0; i < n; i++) to[i] = from[i];
}

static ptrdiff_t members(const un_system *s, ptrdiff_t g) { return (s->H - g + s->G - 1) / s->G; }
static const double *transition(const un_system *s, ptrdiff_t g) { return s->a_bar + g * s->N * s->N; }

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
        memcpy(v, s->b_bar + g * N, (size_t)N * sizeof *v);
        grow((Table){N, T, 1, 1}, powers, v);
        to_single(T * N, v, v1);
        for (ptrdiff_t m = 0; m < M; m++) {
            ptrdiff_t h = g + m * s->G;
            memset(past, 0, (size_t)(B * T) * sizeof *past);
            for (ptrdiff_t b = 0; b < B; b++)
                for (ptrdiff_t l = 0; l < steps->length[b]; l++)
                    past[b * T + l] = u[(steps->offset[steps->length[b] - 1 - l] + b) * s->H + h];
            un_gemm(0, 0, B, N, T, past, T, v1, N, 0, sum, N);
            for (ptrdiff_t b = 0; b < B; b++)
                for (ptrdiff_t i = 0; i < N; i++)
                    x[(b * s->H + h) * N + i] = (float)(state[(b * M + m) * N + i] + sum[b * N + i]);
        }
    }
}

// ---- the recurrence: four channels of a group and eight states at a time
enum { LANES = 8, CHANNELS = 4 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

static ptrdiff_t padded(ptrdiff_t N) { return (N + LANES - 1) / LANES * LANES; }

ptrdiff_t un_ssm_columns(const un_system *s) { return s->G * (s->N + 1) * padded(s->N); }
ptrdiff_t un_ssm_recurrence_scratch(const un_system *s) { return 2 * CHANNELS * padded(s->N); }

void un_ssm_transpose(const un_system *s, double *columns) {
    ptrdiff_t N = s->N, P = padded(N);
    memset(columns, 0, (size_t)un_ssm_columns(s) * sizeof *columns);
    for (ptrdiff_t g = 0; g < s->G; g++, columns += (N + 1) * P)
        for (ptrdiff_t i = 0; i < N; i++) {
            for (ptrdiff_t j = 0; j < N; j++) columns[j * P + i] = transition(s, g)[i * N + j];
            columns[N * P + i] = s->b_bar[g * N + i];
        }
}

// after = Ā before + B̄ u for four channels
UN_FAST static void advance(ptrdiff_t N, const double *columns, const double *before, const double *u, double *after) {
    ptrdiff_t P = padded(N);
    for (ptrdiff_t i = 0; i < P; i += LANES) {
        lanes sum[CHANNELS], column;
        memcpy(&column, columns + N * P + i, sizeof column);
        for (int c = 0; c < CHANNELS; c++) sum[c] = column * u[c];
        for (ptrdiff_t j = 0; j < N; j++) {
            memcpy(&column, columns + j * P + i, sizeof column);
            for (int c = 0; c < CHANNELS; c++) sum[c] += column * before[c * P + j];
        }
        for (int c = 0; c < CHANNELS; c++) memcpy(after + c * P + i, &sum[c], sizeof column);
    }
}

UN_FAST static float output(ptrdiff_t N, const float *C, const double *x, double start) {
    double sum = start;
    for (ptrdiff_t i = 0; i < N; i++) sum += C[i] * x[i];
    return (float)sum;
}

void un_ssm_recurrence(const un_steps *steps, const un_system *s, const float *C, const float *D, const double *columns,
                       const float *u, float *x, float *y, double *scratch) {
    ptrdiff_t N = s->N, P = padded(N), H = s->H;
    double *before = scratch, *after = before + CHANNELS * P;
    for (ptrdiff_t g = 0; g < s->G; g++, columns += (N + 1) * P)
        for (ptrdiff_t m = 0; m < members(s, g); m += CHANNELS) {
            ptrdiff_t count = members(s, g) - m < CHANNELS ? members(s, g) - m : CHANNELS;
            for (ptrdiff_t b = 0; b < steps->B; b++) {
                memset(before, 0, (size_t)(CHANNELS * P) * sizeof *before);
                for (ptrdiff_t c = 0; c < count; c++) to_double(N, x + (b * H + g + (m + c) * s->G) * N, before + c * P);
                for (ptrdiff_t t = 0; t < steps->length[b]; t++) {
                    ptrdiff_t row = (steps->offset[t] + b) * H;
                    double input[CHANNELS] = {0}, *swap = before;
                    for (ptrdiff_t c = 0; c < count; c++) input[c] = u[row + g + (m + c) * s->G];
                    advance(N, columns, before, input, after);
                    for (ptrdiff_t c = 0; c < count; c++) {
                        ptrdiff_t h = g + (m + c) * s->G;
                        y[row + h] = output(N, C + h * N, after + c * P, D[h] * input[c]);
                    }
                    before = after;
                    after = swap;
                }
                for (ptrdiff_t c = 0; c < count; c++) to_single(N, before + c * P, x + (b * H + g + (m + c) * s->G) * N);
            }
        }
}
