#include "plans.h"
#include "allocate.h"
#include <fftw3.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { BLOCK = 16 };  // columns at once

// Lengths of which FFTW's estimated plans are quick, measured; some between them take two to three times as long.
static const ptrdiff_t lengths[] = {256, 320, 384, 512, 640, 1024, 1280, 2048, 2560, 0};
static const ptrdiff_t heights[] = {4, 6, 8, 10, 12, 16, 20, 32, 64, 128, 0}, widths[] = {512, 640, 1024, 1280, 2048, 0};

typedef struct { ptrdiff_t rows, columns; } Shape;

static void shorten(Shape *best, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t least) {
    ptrdiff_t n = rows * columns, before = best->rows * best->columns;
    if (n >= least && (before == 0 || n < before || (n == before && rows < best->rows))) *best = (Shape){rows, columns};
}

static Shape shape_of(ptrdiff_t least) {
    Shape best = {0, 0};
    for (const ptrdiff_t *length = lengths; *length; length++) shorten(&best, 1, *length, least);
    if (best.rows) return best;
    for (const ptrdiff_t *columns = widths; *columns; columns++)
        for (const ptrdiff_t *rows = heights; *rows; rows++) shorten(&best, *rows, *columns, least);
    for (ptrdiff_t rows = 256; best.rows == 0; rows *= 2) shorten(&best, rows, 2048, least);
    return best;
}

static fftwf_plan planned(ptrdiff_t n, ptrdiff_t count, ptrdiff_t stride, fftwf_complex *from, fftwf_complex *to, int sign) {
    int size = (int)n;
    return fftwf_plan_many_dft(1, &size, (int)count, from, NULL, (int)stride, 1, to, NULL, (int)stride, 1, sign, FFTW_ESTIMATE);
}

static un_point *turns_of(ptrdiff_t rows, ptrdiff_t columns) {
    ptrdiff_t n = rows * columns;
    un_point *turns = un_allocate((size_t)n * sizeof *turns), *at = turns;
    for (ptrdiff_t c = 0; c < columns; c += BLOCK)
        for (ptrdiff_t r = 0; r < rows; r++)
            for (ptrdiff_t i = c; i < c + BLOCK; i++) {
                double angle = -2 * M_PI * (double)(r * i) / (double)n;
                *at++ = (un_point){(float)cos(angle), (float)sin(angle)};
            }
    return turns;
}

static un_plan *made(ptrdiff_t rows, ptrdiff_t columns) {
    un_plan *plan = un_allocate(sizeof *plan);
    ptrdiff_t n = rows * columns;
    // Estimated plans do not touch memory, but see how it is aligned: as all of ours is.
    fftwf_complex *memory = un_allocate((size_t)(2 * n) * sizeof *memory);
    *plan = (un_plan){n, rows, columns, planned(columns, 1, 1, memory, memory + n, FFTW_FORWARD),
                      planned(columns, 1, 1, memory + n, memory, FFTW_BACKWARD), NULL, NULL, NULL};
    if (rows > 1) {
        plan->column = planned(rows, BLOCK, BLOCK, memory, memory, FFTW_FORWARD);
        plan->column_back = planned(rows, BLOCK, BLOCK, memory, memory, FFTW_BACKWARD);
        plan->turns = turns_of(rows, columns);
    }
    free(memory);
    return plan;
}

const un_plan *un_plan_for(ptrdiff_t T) {
    typedef struct Kept { const un_plan *plan; struct Kept *next; } Kept;
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    static Kept *all = NULL;
    Shape shape = shape_of(2 * T);
    pthread_mutex_lock(&turn);
    Kept *found = all;
    while (found && (found->plan->rows != shape.rows || found->plan->columns != shape.columns)) found = found->next;
    if (!found) {
        found = un_allocate(sizeof *found);
        *found = (Kept){made(shape.rows, shape.columns), all};
        all = found;
    }
    pthread_mutex_unlock(&turn);
    return found->plan;
}

void un_row(const un_plan *plan, un_point *x, un_point *spectrum) {
    fftwf_execute_dft(plan->row, (fftwf_complex *)x, (fftwf_complex *)spectrum);
}

void un_row_back(const un_plan *plan, un_point *spectrum, un_point *x) {
    fftwf_execute_dft(plan->row_back, (fftwf_complex *)spectrum, (fftwf_complex *)x);
}

static void column(void *plan, un_point *block) { fftwf_execute_dft(plan, (fftwf_complex *)block, (fftwf_complex *)block); }

// Rows of sixteen points to and from a block.
UN_INLINE void copy_rows(ptrdiff_t rows, const un_point *from, ptrdiff_t from_stride, un_point *to, ptrdiff_t to_stride) {
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(to + r * to_stride, from + r * from_stride, BLOCK * sizeof *to);
}

UN_FAST un_point *un_columns(const un_plan *plan, un_point *x, un_point *out, un_point *block) {
    ptrdiff_t rows = plan->rows, columns = plan->columns, half = rows / 2;
    if (rows == 1) return x;
    for (ptrdiff_t c = 0; c < columns; c += BLOCK) {
        const un_point *turns = plan->turns + c * rows;
        copy_rows(half, x + c, columns, block, BLOCK);
        memset(block + half * BLOCK, 0, (size_t)((rows - half) * BLOCK) * sizeof *block);
        column(plan->column, block);
        for (ptrdiff_t r = 0; r < rows; r++)
            for (ptrdiff_t i = 0; i < BLOCK; i += UN_POINTS)
                un_times(block + r * BLOCK + i, turns + r * BLOCK + i, out + r * columns + c + i);
    }
    return out;
}

UN_FAST void un_columns_back(const un_plan *plan, const un_point *from, un_point *x, un_point *block) {
    ptrdiff_t rows = plan->rows, columns = plan->columns;
    if (rows == 1) return;
    for (ptrdiff_t c = 0; c < columns; c += BLOCK) {
        const un_point *turns = plan->turns + c * rows;
        for (ptrdiff_t r = 0; r < rows; r++)
            for (ptrdiff_t i = 0; i < BLOCK; i += UN_POINTS)
                un_times_conjugate(from + r * columns + c + i, turns + r * BLOCK + i, block + r * BLOCK + i);
        column(plan->column_back, block);
        copy_rows(rows / 2, block, BLOCK, x + c, columns);
    }
}
