#include "unroll_statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

double unroll_mean(const double *values, size_t n) { return gsl_stats_mean(values, 1, n); }

double unroll_standard_deviation(const double *values, size_t n) { return gsl_stats_sd(values, 1, n); }

double unroll_quantile(const double *sorted, size_t n, double fraction) {
  return gsl_stats_quantile_from_sorted_data(sorted, 1, n, fraction);
}

double unroll_trimmed_mean(const double *sorted, size_t n, double share) {
  return gsl_stats_trmean_from_sorted_data(share, sorted, 1, n);
}

// Where a rising distribution function reaches a probability, between 0 and `high` or beyond: by halves, to the last digit. GSL's own
// inverses give up at some arguments (a beta distribution of 98 of 2,000), and its handler would end the process.
static double inverse(double (*distribution)(double, double, double), double probability, double a, double b, double high) {
  double low = 0;
  while (distribution(high, a, b) < probability) high *= 2;
  for (int i = 0; i < 200 && low < high; i++) {
    double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (distribution(middle, a, b) < probability)
      low = middle;
    else
      high = middle;
  }
  return low + (high - low) / 2;
}

static double student(double t, double freedom, double unused) {
  (void)unused;
  return gsl_cdf_tdist_P(t, freedom);
}

static double chi_squared(double x, double freedom, double unused) {
  (void)unused;
  return gsl_cdf_chisq_P(x, freedom);
}

double unroll_t_quantile(double probability, double freedom) {
  return probability < 0.5 ? -unroll_t_quantile(1 - probability, freedom) : inverse(student, probability, freedom, 0, 16);
}

double unroll_chi_squared_quantile(double probability, double freedom) {
  return inverse(chi_squared, probability, freedom, 0, 2 * freedom + 16);
}

double unroll_beta_quantile(double probability, double a, double b) {
  return inverse(gsl_cdf_beta_P, probability, a, b, 1);
}

double unroll_binomial(unsigned k, double p, unsigned n) { return gsl_cdf_binomial_P(k, p, n); }

double unroll_f_tail(double f, double above, double below) { return gsl_cdf_fdist_Q(f, above, below); }
