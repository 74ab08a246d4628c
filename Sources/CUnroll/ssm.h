// What both files of the dense state space use.
#pragma once
#include "fast.h"
#include "unroll.h"

// Numbers so small that they are as good as zero would make products slow.
UN_FAST static void to_single(ptrdiff_t n, const double *restrict from, float *restrict to) {
    for (ptrdiff_t i = 0; i < n; i++) to[i] = from[i] < 1e-30 && from[i] > -1e-30 ? 0 : (float)from[i];
}

UN_FAST static void to_double(ptrdiff_t n, const float *restrict from, double *restrict to) {
    for (ptrdiff_t i = 0; i < n; i++) to[i] = from[i];
}

static ptrdiff_t members(const un_system *s, ptrdiff_t g) { return (s->H - g + s->G - 1) / s->G; }
static const double *transition(const un_system *s, ptrdiff_t g) { return s->a_bar + g * s->N * s->N; }
