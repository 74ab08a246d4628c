// Complex transforms by FFTW of signals whose second half is zero, one after the other in memory.
//
// FFTW's plans in estimate mode are the same in every run, and quick up to about 2,500 points. A longer signal is a matrix of rows and
// columns whose transform is that of its columns, a turn of every point, and that of its rows, all of which stay in the nearest
// cache (the four steps of Bailey 1990). Spectra lie in the order in which they come out: points of two of them belong together.
#pragma once
#include "lanes.h"

typedef struct { float re, im; } un_point;
enum { UN_POINTS = UN_LANES / 2 };  // of a vector

// Eight points in memory as a vector.
#define UN_AT(x) (*(un_lanes *)(x))
#define UN_PAIRS(a, b, i, j, step)                                                                                              \
    __builtin_shufflevector(a, b, i, j, i + step, j + step, i + 2 * step, j + 2 * step, i + 3 * step, j + 3 * step, i + 4 * step, \
                            j + 4 * step, i + 5 * step, j + 5 * step, i + 6 * step, j + 6 * step, i + 7 * step, j + 7 * step)
// to = a b, and a conj(b), eight points at a time
UN_INLINE void un_times(const un_point *a, const un_point *b, un_point *to) {
    const un_lanes sign = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1}, x = UN_AT(a), y = UN_AT(b);
    UN_AT(to) = x * UN_PAIRS(y, y, 0, 0, 2) + sign * UN_PAIRS(x, x, 1, 0, 2) * UN_PAIRS(y, y, 1, 1, 2);
}
UN_INLINE void un_times_conjugate(const un_point *a, const un_point *b, un_point *to) {
    const un_lanes sign = {1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1}, x = UN_AT(a), y = UN_AT(b);
    UN_AT(to) = x * UN_PAIRS(y, y, 0, 0, 2) + sign * UN_PAIRS(x, x, 1, 0, 2) * UN_PAIRS(y, y, 1, 1, 2);
}

// For n = rows × columns points. Factors e^(-2πi rc/n) lie in blocks of sixteen columns: [columns/16][rows][16].
typedef struct {
    ptrdiff_t n, rows, columns;
    void *row, *row_back, *column, *column_back;  // fftwf_plan
    un_point *turns;
} un_plan;

// For signals of T steps: n ≥ 2T, a multiple of 32. Made once for each length and kept; any number of threads may ask and use it.
// Nobody else may use FFTW's planner meanwhile.
const un_plan *un_plan_for(ptrdiff_t T);
// Points that a signal takes: n where there is one row, of which those from n/2 must be zero and do not stay so; else n/2.
UN_INLINE ptrdiff_t un_signal_points(const un_plan *plan) { return plan->rows > 1 ? plan->n / 2 : plan->n; }
// Points of the scratch memory `block`: sixteen columns.
UN_INLINE ptrdiff_t un_block_points(const un_plan *plan) { return 16 * plan->rows; }

// The signal x as rows that are still to be transformed one by one: x itself where there is one row, else `out` [n].
un_point *un_columns(const un_plan *plan, un_point *x, un_point *out, un_point *block);
// And back, to the first half of x.
void un_columns_back(const un_plan *plan, const un_point *from, un_point *x, un_point *block);
// One row, out of place; the way back leaves a factor of n in all.
void un_row(const un_plan *plan, un_point *x, un_point *spectrum);
void un_row_back(const un_plan *plan, un_point *spectrum, un_point *x);
