// Two sequences of sixteen channels as one complex signal.
#pragma once
#include "lanes.h"
#include "unroll.h"

// Sequences b and b+1 of packed rows [R,H], channels h...
typedef struct { un_steps steps; ptrdiff_t H, h, b; } un_pair;

// Steps at which sequence b is still there.
UN_INLINE ptrdiff_t steps_of(const un_pair *p, ptrdiff_t b) {
    ptrdiff_t t = p->steps.T;
    while (t > 0 && p->steps.live[t - 1] <= b) t--;
    return t;
}

// Both sequences at step t; zero where there is none.
UN_INLINE void load_step(const un_pair *p, const float *rows, ptrdiff_t t, un_lanes *restrict re, un_lanes *restrict im) {
    ptrdiff_t channels = channels_at(p->H, p->h);
    *re = *im = (un_lanes){0};
    if (t >= p->steps.T || p->steps.live[t] <= p->b) return;
    const float *row = rows + (p->steps.offset[t] + p->b) * p->H + p->h;
    load(re, row, channels);
    if (p->steps.live[t] > p->b + 1) load(im, row + p->H, channels);
}

// Both sequences at step t to their rows, where there is one.
UN_INLINE void store_step(const un_pair *p, float *rows, ptrdiff_t t, const un_lanes *restrict re, const un_lanes *restrict im) {
    ptrdiff_t channels = channels_at(p->H, p->h);
    if (t >= p->steps.T || p->steps.live[t] <= p->b) return;
    float *row = rows + (p->steps.offset[t] + p->b) * p->H + p->h;
    store(row, re, channels);
    if (p->steps.live[t] > p->b + 1) store(row + p->H, im, channels);
}
