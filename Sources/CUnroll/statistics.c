#include "unroll_statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

double unroll_mean(const double *values, size_t n) { return gsl_stats_mean(values, 1, n); }

double unroll_standard_deviation(const double *values, size_t n) { return gsl_stats_sd(values, 1, n); }

double unroll_quantile(const double *sorted, size_t n, double fraction) {
  return gsl_stats_quantile_from_sorted_data(sorted, 1, n, fraction);
}

double unroll_t_quantile(double probability, double freedom) { return gsl_cdf_tdist_Pinv(probability, freedom); }

double unroll_beta_quantile(double probability, double a, double b) { return gsl_cdf_beta_Pinv(probability, a, b); }
