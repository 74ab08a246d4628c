#include "fourier.h"
#include "fast.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

typedef un_point z;

UN_INLINE z plus(z a, z b) { return (z){a.re + b.re, a.im + b.im}; }
UN_INLINE z minus(z a, z b) { return (z){a.re - b.re, a.im - b.im}; }
UN_INLINE z scaled(z a, float by) { return (z){a.re * by, a.im * by}; }
// a e^(sign iπ/2)
UN_INLINE z quarter(z a, int sign) { return sign > 0 ? (z){-a.im, a.re} : (z){a.im, -a.re}; }
// a w forward, a conj(w) backward
UN_INLINE z turned(z a, const float *w, int sign) {
    float re = w[0], im = sign > 0 ? -w[1] : w[1];
    return (z){a.re * re - a.im * im, a.re * im + a.im * re};
}

UN_INLINE void transform2(z *x) {
    z a = x[0], b = x[1];
    x[0] = plus(a, b);
    x[1] = minus(a, b);
}

UN_INLINE void transform3(z *x, int sign) {
    z sum = plus(x[1], x[2]), turn = quarter(scaled(minus(x[1], x[2]), 0.866025404f), sign), rest = plus(x[0], scaled(sum, -0.5f));
    x[0] = plus(x[0], sum);
    x[1] = plus(rest, turn);
    x[2] = minus(rest, turn);
}

UN_INLINE void transform4(z *x, int sign) {
    z a = plus(x[0], x[2]), b = minus(x[0], x[2]), c = plus(x[1], x[3]), d = quarter(minus(x[1], x[3]), sign);
    x[0] = plus(a, c);
    x[1] = plus(b, d);
    x[2] = minus(a, c);
    x[3] = minus(b, d);
}

UN_INLINE void transform5(z *x, int sign) {
    const float c1 = 0.309016994f, c2 = -0.809016994f, s1 = 0.951056516f, s2 = 0.587785252f;  // cos and sin of 2π/5, 4π/5
    z a = plus(x[1], x[4]), b = minus(x[1], x[4]), c = plus(x[2], x[3]), d = minus(x[2], x[3]);
    z even1 = plus(x[0], plus(scaled(a, c1), scaled(c, c2))), even2 = plus(x[0], plus(scaled(a, c2), scaled(c, c1)));
    z odd1 = quarter(plus(scaled(b, s1), scaled(d, s2)), sign), odd2 = quarter(minus(scaled(b, s2), scaled(d, s1)), sign);
    x[0] = plus(x[0], plus(a, c));
    x[1] = plus(even1, odd1);
    x[2] = plus(even2, odd2);
    x[3] = minus(even2, odd2);
    x[4] = minus(even1, odd1);
}

UN_INLINE void transform(int radix, z *x, int sign) {
    if (radix == 2) transform2(x);
    if (radix == 3) transform3(x, sign);
    if (radix == 4) transform4(x, sign);
    if (radix == 5) transform5(x, sign);
}

// sign -1: transform, then turn; 1: turn back, then transform.
UN_INLINE void pass_by(int radix, int sign, ptrdiff_t stride, ptrdiff_t blocks, const float *turns, z *restrict x) {
    for (ptrdiff_t block = 0; block < blocks; block++, x += radix * stride) {
        const float *w = turns;
        for (ptrdiff_t j = 0; j < stride; j++, w += 2 * (radix - 1)) {
            z v[5];
            for (int q = 0; q < radix; q++) v[q] = x[j + q * stride];
            for (int q = 1; q < radix && sign > 0 && stride > 1; q++) v[q] = turned(v[q], w + 2 * (q - 1), sign);
            transform(radix, v, sign);
            for (int q = 1; q < radix && sign < 0 && stride > 1; q++) v[q] = turned(v[q], w + 2 * (q - 1), sign);
            for (int q = 0; q < radix; q++) x[j + q * stride] = v[q];
        }
    }
}

UN_INLINE void pass(int radix, int sign, ptrdiff_t stride, ptrdiff_t blocks, const float *turns, z *x) {
    if (radix == 2) pass_by(2, sign, stride, blocks, turns, x);
    if (radix == 3) pass_by(3, sign, stride, blocks, turns, x);
    if (radix == 4) pass_by(4, sign, stride, blocks, turns, x);
    if (radix == 5) pass_by(5, sign, stride, blocks, turns, x);
}

UN_FAST void un_fourier_forward(const un_fourier *plan, int i, ptrdiff_t blocks, z *x) {
    pass(plan->radix[i], -1, plan->size[i] / plan->radix[i], blocks, plan->turns[i], x);
}

UN_FAST void un_fourier_backward(const un_fourier *plan, int i, ptrdiff_t blocks, z *x) {
    pass(plan->radix[i], 1, plan->size[i] / plan->radix[i], blocks, plan->turns[i], x);
}

UN_FAST void un_fourier_forward_half(const un_fourier *plan, z *restrict x) {
    ptrdiff_t stride = plan->n / 4;
    const float *w = plan->turns[0];
    for (ptrdiff_t j = 0; j < stride; j++, w += 6) {
        z a = x[j], b = x[j + stride], d = quarter(b, -1);
        x[j] = plus(a, b);
        x[j + stride] = turned(plus(a, d), w, -1);
        x[j + 2 * stride] = turned(minus(a, b), w + 2, -1);
        x[j + 3 * stride] = turned(minus(a, d), w + 4, -1);
    }
}

UN_FAST void un_fourier_backward_half(const un_fourier *plan, z *restrict x) {
    ptrdiff_t stride = plan->n / 4;
    const float *w = plan->turns[0];
    for (ptrdiff_t j = 0; j < stride; j++, w += 6) {
        z a = x[j], b = turned(x[j + stride], w, 1), c = turned(x[j + 2 * stride], w + 2, 1);
        z d = turned(x[j + 3 * stride], w + 4, 1);
        x[j] = plus(plus(a, c), plus(b, d));
        x[j + stride] = plus(minus(a, c), quarter(minus(b, d), 1));
    }
}

// The radices of n after the first four, or 0 where a prime above five is in it.
static int radices_of(ptrdiff_t n, int *radix) {
    int passes = 0;
    ptrdiff_t rest = n / 4;
    radix[passes++] = 4;
    for (const int *r = (int[]){5, 3, 4, 2, 0}; *r; r++)
        for (; rest % *r == 0; rest /= *r) radix[passes++] = *r;
    return rest == 1 ? passes : 0;
}

ptrdiff_t un_fourier_length(ptrdiff_t n) {
    static const double cost[] = {0, 0, 0.7, 1, 0.95, 1.25};  // of a pass by 2, 3, 4, 5: measured, ns a point
    ptrdiff_t best = 0, from = n < 16 ? 16 : (n + 3) / 4 * 4;
    double least = 0;
    for (ptrdiff_t length = from; length < 2 * from; length += 4) {
        int radix[UN_PASSES], passes = radices_of(length, radix);
        double sum = 0;
        for (int i = 0; i < passes; i++) sum += cost[radix[i]];
        if (passes == 0 || (best > 0 && (double)length * sum >= least)) continue;
        best = length;
        least = (double)length * sum;
    }
    return best;
}

static un_fourier *made(ptrdiff_t n) {
    un_fourier *plan = calloc(1, sizeof *plan);
    plan->n = n;
    plan->passes = radices_of(n, plan->radix);
    for (ptrdiff_t i = 0, size = n; i < plan->passes; size /= plan->radix[i++]) {
        ptrdiff_t radix = plan->radix[i];
        float *turns = malloc((size_t)(size / radix * (radix - 1) * 2) * sizeof(float)), *w = turns;
        for (ptrdiff_t j = 0; j < size / radix; j++)
            for (ptrdiff_t q = 1; q < radix; q++) {
                double angle = -2 * M_PI * (double)(j * q) / (double)size;
                *w++ = (float)cos(angle);
                *w++ = (float)sin(angle);
            }
        plan->size[i] = size;
        plan->turns[i] = turns;
    }
    return plan;
}

const un_fourier *un_fourier_plan(ptrdiff_t n) {
    static un_fourier **plans;
    static ptrdiff_t count;
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    ptrdiff_t i = 0;
    while (i < count && plans[i]->n != n) i++;
    if (i == count) {
        plans = realloc(plans, (size_t)(count + 1) * sizeof *plans);
        plans[count++] = made(n);
    }
    const un_fourier *found = plans[i];
    pthread_mutex_unlock(&lock);
    return found;
}
