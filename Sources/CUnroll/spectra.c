#include "unroll_spectra.h"

#include <gsl/gsl_complex_math.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>

double unroll_spectral_radius(double *a, size_t n) {
    gsl_matrix_view matrix = gsl_matrix_view_array(a, n, n);
    gsl_vector_complex *values = gsl_vector_complex_alloc(n);
    gsl_eigen_nonsymm_workspace *work = gsl_eigen_nonsymm_alloc(n);
    // Balanced: rows and columns of a trained matrix may differ much in size.
    gsl_eigen_nonsymm_params(0, 1, work);
    // GSL would end the program where an iteration does not end.
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    double radius = gsl_eigen_nonsymm(&matrix.matrix, values, work) == 0 ? 0 : NAN;
    gsl_set_error_handler(handler);
    for (size_t i = 0; i < n && !isnan(radius); i++)
        radius = fmax(radius, gsl_complex_abs(gsl_vector_complex_get(values, i)));
    gsl_eigen_nonsymm_free(work);
    gsl_vector_complex_free(values);
    return radius;
}

int unroll_singular_values(double *a, size_t n, double *values) {
    gsl_matrix_view matrix = gsl_matrix_view_array(a, n, n);
    gsl_vector_view singular = gsl_vector_view_array(values, n);
    gsl_matrix *right = gsl_matrix_alloc(n, n);
    // One-sided Jacobi: the small values are as exact as the large ones.
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    int problem = gsl_linalg_SV_decomp_jacobi(&matrix.matrix, right, &singular.vector);
    gsl_set_error_handler(handler);
    gsl_matrix_free(right);
    return problem == 0;
}
