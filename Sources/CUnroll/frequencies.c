#include "unroll.h"
#include <gsl/gsl_complex_math.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_sort_vector.h>

void un_skew_frequencies(ptrdiff_t N, const double *skew, double *omega) {
    // i S is Hermitian, its eigenvalues are the frequencies and their negatives.
    gsl_matrix_complex *hermitian = gsl_matrix_complex_alloc((size_t)N, (size_t)N);
    gsl_eigen_herm_workspace *work = gsl_eigen_herm_alloc((size_t)N);
    gsl_vector *values = gsl_vector_alloc((size_t)N);
    for (ptrdiff_t i = 0; i < N; i++)
        for (ptrdiff_t j = 0; j < N; j++)
            gsl_matrix_complex_set(hermitian, (size_t)i, (size_t)j, gsl_complex_rect(0, skew[i * N + j]));
    gsl_eigen_herm(hermitian, values, work);
    gsl_sort_vector(values);
    for (ptrdiff_t i = 0; i < N / 2; i++) omega[i] = gsl_vector_get(values, (size_t)(N / 2 + i));
    gsl_vector_free(values);
    gsl_eigen_herm_free(work);
    gsl_matrix_complex_free(hermitian);
}
