// Eigenvalues and singular values, over GSL in double precision.
#pragma once
#include <stddef.h>

/// The largest |λ| of a real n x n matrix, n > 0, row by row, which is overwritten; NaN where the iteration does not end.
double unroll_spectral_radius(double *a, size_t n);

/// Singular values of a real n x n matrix, n > 0, row by row, which is overwritten, in falling order; 0 where the iteration does not end.
int unroll_singular_values(double *a, size_t n, double *values);
