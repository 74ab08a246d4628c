// Distributions of the largest of several differences that share a standard deviation: Dunnett's and the studentised range.
//
// Both are P = ∫ f(s) G(x s) ds over s = √(χ²_ν/ν), the estimated standard deviation over the true one, with G an integral over the
// normal distribution of what all differences share. Gauss–Legendre sums; errors below 1e-9 for up to 60 means (held against scipy).
#include "unroll_statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_pow_int.h>
#include <gsl/gsl_randist.h>
#include <math.h>

enum { NODES = 128 };
static const double WIDEST = 8.5;  // the normal distribution has 1e-17 beyond

typedef double (*normal_part)(double x, double z, const void *of);

static double over_normal(const gsl_integration_glfixed_table *table, double x, normal_part part, const void *of) {
  double sum = 0;
  for (size_t i = 0; i < NODES; i++) {
    double z, weight;
    gsl_integration_glfixed_point(-WIDEST, WIDEST, i, &z, &weight, table);
    sum += weight * gsl_ran_ugaussian_pdf(z) * part(x, z, of);
  }
  return sum;
}

static double over_scale(double x, double freedom, normal_part part, const void *of) {
  gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(NODES);
  double sum = 0;
  if (freedom > 1e6) {
    sum = over_normal(table, x, part, of);
  } else {
    double from = sqrt(unroll_chi_squared_quantile(1e-13, freedom) / freedom);
    double to = sqrt(unroll_chi_squared_quantile(1 - 1e-13, freedom) / freedom);
    for (size_t i = 0; i < NODES; i++) {
      double s, weight;
      gsl_integration_glfixed_point(from, to, i, &s, &weight, table);
      double density = 2 * freedom * s * gsl_ran_chisq_pdf(freedom * s * s, freedom);
      sum += weight * density * over_normal(table, x * s, part, of);
    }
  }
  gsl_integration_glfixed_table_free(table);
  return sum > 1 ? 1 : sum;
}

// z is the largest of `groups` standard normal values: the others lie within x below it.
static double range_part(double x, double z, const void *of) {
  size_t groups = *(const size_t *)of;
  return (double)groups * pow(gsl_cdf_ugaussian_P(z) - gsl_cdf_ugaussian_P(z - x), (double)(groups - 1));
}

double unroll_studentised_range(double q, size_t groups, double freedom) {
  return q <= 0 ? 0 : over_scale(q, freedom, range_part, &groups);
}

struct shared {
  const double *share;
  size_t count;
};

// z is what all differences share, the mean of the one that the others are compared with.
static double dunnett_part(double x, double z, const void *of) {
  const struct shared *others = of;
  double product = 1;
  // Equal shares stand beside each other: most tables have one number of seeds.
  for (size_t i = 0, equal; i < others->count; i += equal) {
    double share = others->share[i];
    for (equal = 1; i + equal < others->count && others->share[i + equal] == share;) equal++;
    product *= gsl_pow_int(gsl_cdf_ugaussian_P((x + share * z) / sqrt(1 - share * share)), (int)equal);
  }
  return product;
}

double unroll_dunnett(double t, const double *share, size_t count, double freedom) {
  struct shared others = {share, count};
  return over_scale(t, freedom, dunnett_part, &others);
}
