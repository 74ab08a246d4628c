#include "unroll.h"
#include <cblas.h>
#include <fftw3.h>
#include <gsl/gsl_version.h>

void un_gemm(int transpose_a, int transpose_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, float alpha, const float *a,
             ptrdiff_t lda, const float *b, ptrdiff_t ldb, float beta, float *c, ptrdiff_t ldc) {
    if (m == 0 || n == 0) return;
    cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, (int)m,
                (int)n, (int)k, alpha, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
}

void un_single_thread(void) { openblas_set_num_threads(1); }
const char *un_blas_config(void) { return openblas_get_config(); }
const char *un_fftw_version(void) { return fftwf_version; }
const char *un_gsl_version(void) { return gsl_version; }
