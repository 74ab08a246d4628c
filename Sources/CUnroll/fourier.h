// Fourier transforms of UN_WIDE complex signals side by side: [time][real, imaginary][signal].
#pragma once
#include <stddef.h>

enum { UN_WIDE = 16 };
typedef float un_wide __attribute__((vector_size(UN_WIDE * sizeof(float))));
typedef struct { un_wide re, im; } un_point;

// n as a product of radices. Pass i cuts blocks of size[i] points into radix[i] blocks; turns[i] are its factors
// e^(-2πi jq/size), for j < size/radix the factors of q = 1...radix-1, real and imaginary parts side by side.
enum { UN_PASSES = 24 };
typedef struct {
    ptrdiff_t n;
    int passes, radix[UN_PASSES];
    ptrdiff_t size[UN_PASSES];
    const float *turns[UN_PASSES];
} un_fourier;

// A length of at least n, a multiple of four, whose transform costs least.
ptrdiff_t un_fourier_length(ptrdiff_t n);
// The plan of a length from the function above; the first pass is by four. Made once for each length and kept.
const un_fourier *un_fourier_plan(ptrdiff_t n);

// Pass i over `blocks` blocks in place: forward from decimation in frequency, backward in time, so that spectra lie in an order of
// their own, and points of two spectra of one plan belong together. Backward undoes forward but for a factor of the radix.
void un_fourier_forward(const un_fourier *plan, int pass, ptrdiff_t blocks, un_point *x);
void un_fourier_backward(const un_fourier *plan, int pass, ptrdiff_t blocks, un_point *x);
// The first pass of a signal whose second half is zero and not read, and the last that writes only the first half.
void un_fourier_forward_half(const un_fourier *plan, un_point *x);
void un_fourier_backward_half(const un_fourier *plan, un_point *x);
