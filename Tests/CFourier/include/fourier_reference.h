#pragma once
#include <stddef.h>

// Of two signals of n numbers, in double precision by FFTW. Convolution: out_t = Σ_l a_l b_{t−l}; correlation: out_l = Σ_t a_{t−l} b_t.
void reference_product(ptrdiff_t n, int correlate, const double *a, const double *b, double *out);
