// Channels in tiles of UN_LANES, as the loops of a dense state space want them.
#pragma once
#include "unroll.h"

static inline ptrdiff_t tiles_of(ptrdiff_t H) { return (H + UN_LANES - 1) / UN_LANES; }
// Channels in a tile: fewer in the last.
static inline ptrdiff_t lanes_in(ptrdiff_t H, ptrdiff_t tile) {
    return H - tile * UN_LANES < UN_LANES ? H - tile * UN_LANES : UN_LANES;
}
