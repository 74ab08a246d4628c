// The few statistics of reports, over GSL in double precision.
#pragma once
#include <stddef.h>

/// Arithmetic mean of n > 0 values.
double unroll_mean(const double *values, size_t n);

/// Standard deviation of a sample of n > 1 values (divisor n - 1).
double unroll_standard_deviation(const double *values, size_t n);

/// Quantile, 0 <= fraction <= 1, of n > 0 values in rising order, linear between neighbours.
double unroll_quantile(const double *sorted, size_t n, double fraction);

/// The t with P(T <= t) = probability for Student's distribution; freedom > 0 need not be whole.
double unroll_t_quantile(double probability, double freedom);

/// P(|T| >= |t|) for Student's distribution.
double unroll_t_two_sided(double t, double freedom);
