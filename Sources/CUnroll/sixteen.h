// Rows sixteen channels at a time, and two sequences of them as one complex signal.
#pragma once
#include "fast.h"

enum { UN_WIDE = 16 };
typedef float un_wide __attribute__((vector_size(UN_WIDE * sizeof(float)), aligned(64)));

UN_INLINE ptrdiff_t channels_at(ptrdiff_t H, ptrdiff_t h) { return H - h < UN_WIDE ? H - h : UN_WIDE; }

UN_INLINE void load(un_wide *restrict to, const float *from, ptrdiff_t channels) {
    if (channels < UN_WIDE) *to = (un_wide){0};
    memcpy(to, from, channels < UN_WIDE ? (size_t)channels * sizeof(float) : sizeof *to);
}

UN_INLINE void store(float *to, const un_wide *restrict from, ptrdiff_t channels) {
    memcpy(to, from, channels < UN_WIDE ? (size_t)channels * sizeof(float) : sizeof *from);
}

// Sequences b and b+1 of packed rows [R,H], channels h...
typedef struct { ptrdiff_t T, H, h, b; const int32_t *offset, *live; } un_pair;

// Steps at which sequence b is still there.
UN_INLINE ptrdiff_t steps_of(const un_pair *p, ptrdiff_t b) {
    ptrdiff_t t = p->T;
    while (t > 0 && p->live[t - 1] <= b) t--;
    return t;
}

// Both sequences at step t; zero where there is none.
UN_INLINE void load_step(const un_pair *p, const float *rows, ptrdiff_t t, un_wide *restrict re, un_wide *restrict im) {
    ptrdiff_t channels = channels_at(p->H, p->h);
    *re = *im = (un_wide){0};
    if (t >= p->T || p->live[t] <= p->b) return;
    const float *row = rows + (p->offset[t] + p->b) * p->H + p->h;
    load(re, row, channels);
    if (p->live[t] > p->b + 1) load(im, row + p->H, channels);
}

// Both sequences at step t to their rows, where there is one.
UN_INLINE void store_step(const un_pair *p, float *rows, ptrdiff_t t, const un_wide *restrict re, const un_wide *restrict im) {
    ptrdiff_t channels = channels_at(p->H, p->h);
    if (t >= p->T || p->live[t] <= p->b) return;
    float *row = rows + (p->offset[t] + p->b) * p->H + p->h;
    store(row, re, channels);
    if (p->live[t] > p->b + 1) store(row + p->H, im, channels);
}
