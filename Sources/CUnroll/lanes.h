// Sixteen neighbouring channels of a row as one vector.
#pragma once
#include "fast.h"

enum { UN_LANES = 16 };
typedef float un_lanes __attribute__((vector_size(UN_LANES * sizeof(float)), aligned(64)));
typedef uint32_t un_lane_bits __attribute__((vector_size(UN_LANES * sizeof(uint32_t)), aligned(64)));

// How many of sixteen channels from h on there are.
UN_INLINE ptrdiff_t channels_at(ptrdiff_t H, ptrdiff_t h) { return H - h < UN_LANES ? H - h : UN_LANES; }

// Channels from memory that need not be aligned; those that are not there are zero. All sixteen are one instruction.
UN_INLINE void load(un_lanes *restrict to, const float *from, ptrdiff_t channels) {
    if (channels == UN_LANES) {
        memcpy(to, from, sizeof *to);
        return;
    }
    *to = (un_lanes){0};
    memcpy(to, from, (size_t)channels * sizeof(float));
}

UN_INLINE void store(float *to, const un_lanes *restrict from, ptrdiff_t channels) {
    if (channels == UN_LANES) memcpy(to, from, sizeof *from);
    else memcpy(to, from, (size_t)channels * sizeof(float));
}

// un_expf of every lane, but where it is NaN: that becomes the largest there is.
UN_INLINE void lanes_exp(un_lanes *restrict value) {
    un_lanes x = __builtin_elementwise_max(__builtin_elementwise_min(*value, (un_lanes){0} + 88.3f), (un_lanes){0} - 87.3f);
    *value = UN_EXP(un_lanes, un_lane_bits, x);
}
