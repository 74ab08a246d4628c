// Convolution of few steps as the sum that it is. The kernel k is real: its imaginary parts are not read.
#pragma once
#include "fourier.h"

// y_t = Σ_l k_l u_{t-l} for T steps, of which each lies `step` points after the one before. y and u must not overlap.
void un_direct(ptrdiff_t T, const un_point *k, const un_point *u, un_point *y, ptrdiff_t step);
// Re g_l += Re Σ_t conj(u_{t-l}) dy_t
void un_direct_gradient(ptrdiff_t T, const un_point *u, const un_point *dy, un_point *g);
