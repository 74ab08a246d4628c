// Where the rows of packed sequences lie.
#pragma once
#include "fast.h"
#include "unroll.h"

// In a buffer [B+R] that begins with the initial state: the first row of what the sequences alive at step t had one step before.
UN_INLINE ptrdiff_t row_before(const un_steps *steps, ptrdiff_t t) { return t == 0 ? 0 : steps->B + steps->offset[t - 1]; }

// The E floats of sequence b at step t in rows x of ld floats; where t < 0 those in `before` [B, P E], the P steps before the first,
// oldest first, or null where there are none. As writable as what it is given.
UN_INLINE float *at_step(const un_steps *steps, ptrdiff_t t, ptrdiff_t b, ptrdiff_t E, ptrdiff_t P, const float *x, ptrdiff_t ld,
                         const float *before) {
    if (t >= 0) return (float *)x + (steps->offset[t] + b) * ld;
    return before ? (float *)before + (b * P + P + t) * E : NULL;
}
