// One operation on every element of matrices whose rows may have gaps: what cells outside of this target are put together from.
// An output may be one of the inputs.
#include "fast.h"
#include "unroll.h"

#define EACH                                                                                                                  \
    for (ptrdiff_t r = 0; r < rows; r++)                                                                                      \
        UN_INDEPENDENT                                                                                                        \
        for (ptrdiff_t j = 0; j < columns; j++)
#define AT(x) x[r * ld_##x + j]

UN_FAST void un_sigmoid(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t ld_x, float *y, ptrdiff_t ld_y) {
    EACH AT(y) = un_sigmoidf(AT(x));
}

UN_FAST void un_sigmoid_back(ptrdiff_t rows, ptrdiff_t columns, const float *y, ptrdiff_t ld_y, const float *dy, ptrdiff_t ld_dy,
                             float *dx, ptrdiff_t ld_dx) {
    EACH AT(dx) = AT(dy) * AT(y) * (1 - AT(y));
}

UN_FAST void un_tanh(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t ld_x, float *y, ptrdiff_t ld_y) {
    EACH AT(y) = un_tanhf(AT(x));
}

UN_FAST void un_tanh_back(ptrdiff_t rows, ptrdiff_t columns, const float *y, ptrdiff_t ld_y, const float *dy, ptrdiff_t ld_dy,
                          float *dx, ptrdiff_t ld_dx) {
    EACH AT(dx) = AT(dy) * (1 - AT(y) * AT(y));
}

UN_FAST void un_multiply(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t ld_x, const float *y, ptrdiff_t ld_y,
                         int adding, float *out, ptrdiff_t ld_out) {
    if (adding) {
        EACH AT(out) += AT(x) * AT(y);
    } else {
        EACH AT(out) = AT(x) * AT(y);
    }
}

UN_FAST void un_mix(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t ld_x, const float *y, ptrdiff_t ld_y,
                    const float *k, ptrdiff_t ld_k, float *out, ptrdiff_t ld_out) {
    EACH AT(out) = AT(y) + AT(k) * (AT(x) - AT(y));
}

UN_FAST void un_mix_back(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t ld_x, const float *y, ptrdiff_t ld_y,
                         const float *k, ptrdiff_t ld_k, const float *d_out, ptrdiff_t ld_d_out, float *dx, ptrdiff_t ld_dx,
                         float *dy, ptrdiff_t ld_dy, float *dk, ptrdiff_t ld_dk) {
    EACH {
        float d = AT(d_out), kept = AT(k), difference = AT(x) - AT(y);
        AT(dx) = d * kept;
        AT(dy) = d * (1 - kept);
        AT(dk) = d * difference;
    }
}
