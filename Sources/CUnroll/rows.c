#include "unroll.h"
#include "fast.h"

void un_fill_rows(ptrdiff_t rows, ptrdiff_t columns, const float *vector, float *out, ptrdiff_t ld) {
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(out + r * ld, vector, (size_t)columns * sizeof(float));
}

UN_FAST void un_axpy(ptrdiff_t n, float alpha, const float *restrict x, float *restrict add_y) {
    for (ptrdiff_t i = 0; i < n; i++) add_y[i] += alpha * x[i];
}

UN_FAST void un_scale(ptrdiff_t n, float factor, float *restrict x) {
    for (ptrdiff_t i = 0; i < n; i++) x[i] *= factor;
}

UN_FAST void un_column_sums(ptrdiff_t rows, ptrdiff_t columns, const float *restrict x, ptrdiff_t ld, float *restrict add_sums) {
    for (ptrdiff_t r = 0; r < rows; r++)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) add_sums[j] += x[r * ld + j];
}

void un_gather(ptrdiff_t rows, ptrdiff_t columns, const float *table, ptrdiff_t ld, const int32_t *index, float *out) {
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(out + r * columns, table + index[r] * ld, (size_t)columns * sizeof(float));
}

UN_FAST void un_scatter_add(ptrdiff_t rows, ptrdiff_t columns, const float *restrict x, const int32_t *restrict index,
                            float *restrict add_table, ptrdiff_t ld) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        float *restrict to = add_table + index[r] * ld;
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) to[j] += x[r * columns + j];
    }
}

void un_copy_columns(ptrdiff_t rows, ptrdiff_t columns, const float *from, ptrdiff_t ld_from, float *to, ptrdiff_t ld_to) {
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(to + r * ld_to, from + r * ld_from, (size_t)columns * sizeof(float));
}

UN_FAST void un_add_columns(ptrdiff_t rows, ptrdiff_t columns, const float *restrict from, ptrdiff_t ld_from,
                            float *restrict add_to, ptrdiff_t ld_to) {
    for (ptrdiff_t r = 0; r < rows; r++)
        UN_INDEPENDENT
        for (ptrdiff_t j = 0; j < columns; j++) add_to[r * ld_to + j] += from[r * ld_from + j];
}

// splitmix64 of key + counter, its upper 32 bits against a threshold.
UN_FAST void un_dropout_mask(ptrdiff_t n, float p, uint64_t key, float *restrict mask) {
    float keep = 1.0f / (1.0f - p);
    uint32_t threshold = (uint32_t)((double)p * 4294967295.0);
    for (ptrdiff_t i = 0; i < n; i++) {
        uint64_t z = key + (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        mask[i] = (uint32_t)(z >> 32) < threshold ? 0 : keep;
    }
}

UN_FAST double un_sum_of_squares(ptrdiff_t n, const float *restrict x) {
#pragma clang fp reassociate(on)
    double sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
    return sum;
}

UN_FAST double un_dot(ptrdiff_t n, const float *restrict x, const float *restrict y) {
#pragma clang fp reassociate(on)
    double sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += (double)x[i] * y[i];
    return sum;
}

UN_FAST int un_all_finite(ptrdiff_t n, const float *restrict x) { return un_row_finite(n, x); }
