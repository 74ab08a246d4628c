// The narrow header over OpenBLAS, FFTW, GSL and our own loops. Nothing above UnrollKernels sees another C header.
#pragma once
#include <stddef.h>
#include <stdint.h>
