#include "fourier_reference.h"
#include <complex.h>
#include <fftw3.h>
#include <pthread.h>
#include <string.h>

// FFTW makes one plan at a time, and tests run on several threads.
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static fftw_complex *spectrum(ptrdiff_t n, const double *x) {
    double *signal = fftw_alloc_real((size_t)(2 * n));
    fftw_complex *points = fftw_alloc_complex((size_t)(n + 1));
    fftw_plan plan = fftw_plan_dft_r2c_1d((int)(2 * n), signal, points, FFTW_ESTIMATE);
    memset(signal, 0, (size_t)(2 * n) * sizeof(double));
    memcpy(signal, x, (size_t)n * sizeof(double));
    fftw_execute(plan);
    fftw_destroy_plan(plan);
    fftw_free(signal);
    return points;
}

void reference_product(ptrdiff_t n, int correlate, const double *a, const double *b, double *out) {
    pthread_mutex_lock(&turn);
    fftw_complex *x = spectrum(n, a), *y = spectrum(n, b);
    double *signal = fftw_alloc_real((size_t)(2 * n));
    fftw_plan plan = fftw_plan_dft_c2r_1d((int)(2 * n), x, signal, FFTW_ESTIMATE);
    for (ptrdiff_t i = 0; i <= n; i++) x[i] = (correlate ? conj(x[i]) : x[i]) * y[i] / (double)(2 * n);
    fftw_execute(plan);
    memcpy(out, signal, (size_t)n * sizeof(double));
    fftw_destroy_plan(plan);
    fftw_free(signal);
    fftw_free(x);
    fftw_free(y);
    pthread_mutex_unlock(&turn);
}
