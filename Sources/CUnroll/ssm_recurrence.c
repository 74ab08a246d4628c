// The dense state space as a recurrence: four channels of a group and eight states at a time.
#include "ssm.h"

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
