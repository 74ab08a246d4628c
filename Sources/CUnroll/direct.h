// Convolution of few steps as the sum that it is: same arguments as un_convolution and un_convolution_back.
#pragma once
#include "unroll.h"

ptrdiff_t un_direct_scratch(ptrdiff_t T);
void un_direct(const un_steps *steps, ptrdiff_t H, const float *kernel, const float *D, const float *u, float *y, float *scratch);
void un_direct_back(const un_steps *steps, ptrdiff_t H, const float *kernel, const float *D, const float *u, const float *dy,
                    float *du, float *dkernel, float *add_D, float *scratch);
