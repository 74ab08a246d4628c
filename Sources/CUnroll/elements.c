// One operation on every element of matrices whose rows may have gaps: what cells outside of this target are put together from.
// An output may be one of the inputs.
#include "fast.h"
#include "unroll.h"

#define EACH                                                                                                                  \
    for (ptrdiff_t r = 0; r < rows; r++)                                                                                      \
        UN_INDEPENDENT                                                                                                        \
        for (ptrdiff_t j = 0; j < columns; j++)
#define AT(x) x.at[r * x.ld + j]

UN_FAST void un_sigmoid(ptrdiff_t rows, ptrdiff_t columns, un_rows x, un_rows y) { EACH AT(y) = un_sigmoidf(AT(x)); }

UN_FAST void un_sigmoid_back(ptrdiff_t rows, ptrdiff_t columns, un_rows y, un_rows dy, un_rows dx) {
    EACH AT(dx) = AT(dy) * AT(y) * (1 - AT(y));
}

UN_FAST void un_tanh(ptrdiff_t rows, ptrdiff_t columns, un_rows x, un_rows y) { EACH AT(y) = un_tanhf(AT(x)); }

UN_FAST void un_tanh_back(ptrdiff_t rows, ptrdiff_t columns, un_rows y, un_rows dy, un_rows dx) {
    EACH AT(dx) = AT(dy) * (1 - AT(y) * AT(y));
}

UN_FAST void un_multiply(ptrdiff_t rows, ptrdiff_t columns, un_rows x, un_rows y, int adding, un_rows out) {
    if (adding) {
        EACH AT(out) += AT(x) * AT(y);
    } else {
        EACH AT(out) = AT(x) * AT(y);
    }
}

UN_FAST void un_mix(ptrdiff_t rows, ptrdiff_t columns, un_rows x, un_rows y, un_rows k, un_rows out) {
    EACH AT(out) = AT(y) + AT(k) * (AT(x) - AT(y));
}

UN_FAST void un_mix_back(ptrdiff_t rows, ptrdiff_t columns, un_rows x, un_rows y, un_rows k, un_rows d_out, un_rows dx, un_rows dy,
                         un_rows dk) {
    EACH {
        float d = AT(d_out), kept = AT(k), difference = AT(x) - AT(y);
        AT(dx) = d * kept;
        AT(dy) = d * (1 - kept);
        AT(dk) = d * difference;
    }
}
