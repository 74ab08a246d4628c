// The few statistics of reports, over GSL in double precision.
#pragma once
#include <stddef.h>

/// Arithmetic mean of n > 0 values.
double unroll_mean(const double *values, size_t n);

/// Standard deviation of a sample of n > 1 values (divisor n - 1).
double unroll_standard_deviation(const double *values, size_t n);

/// Quantile, 0 <= fraction <= 1, of n > 0 values in rising order, linear between neighbours.
double unroll_quantile(const double *sorted, size_t n, double fraction);

/// Mean of n > 0 values in rising order without floor(share n) at either end; 0 <= share < 0.5.
double unroll_trimmed_mean(const double *sorted, size_t n, double share);

/// The t with P(T <= t) = probability for Student's distribution; freedom > 0 need not be whole.
double unroll_t_quantile(double probability, double freedom);

/// P(Q <= q) of the studentised range of `groups` means with `freedom` degrees of freedom (Tukey).
double unroll_studentised_range(double q, size_t groups, double freedom);

/// P(max T_i <= t) of `count` differences from one mean; share[i] = sqrt(n_i / (n_i + n_0)) (Dunnett, one-sided).
double unroll_dunnett(double t, const double *share, size_t count, double freedom);

/// The x with P(X <= x) = probability of the chi-squared distribution.
double unroll_chi_squared_quantile(double probability, double freedom);

/// The x with P(X <= x) = probability of the beta distribution.
double unroll_beta_quantile(double probability, double a, double b);

/// P(K <= k) of n trials that succeed with probability p.
double unroll_binomial(unsigned k, double p, unsigned n);

/// P(F > f) of a ratio of two variances with so many degrees of freedom above and below the line.
double unroll_f_tail(double f, double above, double below);
