// Sums of powers of complex numbers. λ [2][modes]: real parts, then imaginary parts; all imaginary parts are zero
// where parts = 1. Signals are [rows][un_power_length(T)], T rounded up to whole blocks.
#pragma once
#include <stddef.h>

ptrdiff_t un_power_length(ptrdiff_t T);
// Floats of scratch memory for the two functions below; it begins 64-byte aligned.
ptrdiff_t un_power_scratch(ptrdiff_t T, ptrdiff_t rows, ptrdiff_t modes);
// s_l = Re Σ_n g_n λ_n^l for g [rows][2][modes]
void un_power_sums(ptrdiff_t T, ptrdiff_t rows, ptrdiff_t modes, int parts, const double *lambda, const double *g, float *sums,
                   float *scratch);
// moments_n = Σ_l s_l λ_n^l and slopes_n = Σ_l l s_l λ_n^{l-1} (or null), both [rows][2][modes]; signals end in zeros.
void un_power_moments(ptrdiff_t T, ptrdiff_t rows, ptrdiff_t modes, int parts, const double *lambda, const float *signals,
                      double *moments, double *slopes, float *scratch);
