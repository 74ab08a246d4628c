// What the last digits of results hang on: the libraries below, and the processor's instructions.
#include "fast.h"
#include "unroll.h"
#include <cblas.h>
#include <fftw3.h>
#include <gsl/gsl_version.h>

const char *un_instructions(void) {
#if defined(__x86_64__)
    if (un_has_avx512()) return "AVX-512";
    if (UN_WIDEST >= 1 && __builtin_cpu_supports("x86-64-v3")) return "AVX2";
#endif
    return "plain";
}

const char *un_blas_config(void) { return openblas_get_config(); }
const char *un_gsl_version(void) { return gsl_version; }
const char *un_fftw_version(void) { return fftwf_version; }
