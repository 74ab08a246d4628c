// Vectorisable elementary functions. Plain arithmetic without branches or libm calls, so that every loop over them
// becomes SIMD code on each target of UN_FAST. Tests hold them against double precision.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The widest instructions that this build may use: 0 plain, 1 AVX2, 2 AVX-512.
#ifndef UN_WIDEST
#define UN_WIDEST 2
#endif

// One binary, up to three code paths, chosen at load time: no unsafe flag, so other packages can depend on this one. (The thread
// sanitizer would watch the choice before it is there itself.)
#if !defined(__x86_64__) || !defined(__linux__) || UN_WIDEST == 0 || __has_feature(thread_sanitizer)
#define UN_FAST
#elif UN_WIDEST == 1
#define UN_FAST __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define UN_FAST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
// Before a loop whose iterations do not touch each other's elements. The compiler's own test asks whether whole arrays overlap;
// the gates of several sequences lie between each other and fail it, and then run one element at a time, five times slower.
#define UN_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#define UN_INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
// Whether both build and processor have AVX-512, in which products run on a kernel of our own.
UN_INLINE int un_has_avx512(void) { return UN_WIDEST >= 2 && __builtin_cpu_supports("x86-64-v4"); }
#endif

// tanh(x) = x P(x²)/Q(x²), |x| ≤ 9 (beyond, tanh rounds to ±1). Coefficients: least-squares with Lawson weights on the
// relative error, 300 Chebyshev nodes, 40 digits; largest relative error 2.1e-8 before rounding to Float32.
UN_INLINE float un_tanhf(float x) {
    x = x > 9.0f ? 9.0f : x;
    x = x < -9.0f ? -9.0f : x;
    float s = x * x;
    float p = 0.999999980041f + s * (0.133809691646f + s * (0.00349551635608f + s * (2.06077446853e-5f + s * 1.3352569299e-8f)));
    float q = 1.0f + s * (0.467142850172f + s * (0.0258767209257f + s * (0.000328551029493f + s * 7.77574973386e-7f)));
    float y = x * p / q;
    y = y > 1.0f ? 1.0f : y;
    return y < -1.0f ? -1.0f : y;
}

UN_INLINE float un_sigmoidf(float x) { return 0.5f + 0.5f * un_tanhf(0.5f * x); }

// exp(x) = 2^n exp(r), |r| ≤ ln2/2, for -87.3 ≤ x ≤ 88.3: Taylor to r^7 (remainder below 1e-8); ln2 split in two so that r is
// exact. Of a float, or of a vector of them; `integer` is unsigned and of the same size. Adding 1.5 · 2^23 rounds to n, which
// lands in the low bits of the mantissa.
#define UN_EXP(real, integer, x)                                                                                              \
    ({                                                                                                                        \
        real shifted = (x) * 1.44269504f + 12582912.0f, n = shifted - 12582912.0f, scale;                                     \
        real r = ((x) - n * 0.693359375f) + n * 2.12194440e-4f;                                                               \
        real e = 1.0f + r * (1.0f + r * (0.5f + r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 +                            \
                 r * (1.0f / 720 + r * (1.0f / 5040)))))));                                                                   \
        integer bits;                                                                                                         \
        memcpy(&bits, &shifted, sizeof bits);                                                                                 \
        bits = (bits << 23) + 0x3f800000u;                                                                                    \
        memcpy(&scale, &bits, sizeof scale);                                                                                  \
        e * scale;                                                                                                            \
    })
UN_INLINE float un_expf(float x) {
    x = x > 88.3f ? 88.3f : x;
    x = x < -87.3f ? -87.3f : x;
    return UN_EXP(float, uint32_t, x);
}

// log(1 + exp(x)) = max(x, 0) + 2 artanh(e/(2 + e)), e = exp(-|x|): the series in (e/(2 + e))² ≤ 1/9 ends below 2e-8.
UN_INLINE float un_softplusf(float x) {
    float e = un_expf(x < 0 ? x : -x), s = e / (2.0f + e), w = s * s;
    float p = 1.0f + w * (1.0f / 3 + w * (1.0f / 5 + w * (1.0f / 7 + w * (1.0f / 9 + w * (1.0f / 11 + w * (1.0f / 13))))));
    return (x > 0 ? x : 0) + 2.0f * s * p;
}

// Φ(x), the normal distribution function, by Abramowitz & Stegun 7.1.26 (absolute error below 1.5e-7 in erf).
UN_INLINE float un_normal_cdff(float x) {
    float a = (x < 0 ? -x : x) * 0.70710678f;
    float t = 1.0f / (1.0f + 0.3275911f * a);
    float poly = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
    float tail = 0.5f * poly * un_expf(-a * a);
    return x < 0 ? tail : 1.0f - tail;
}

// The processor's own square root: sqrtf may have to set errno, and with that no loop over it becomes SIMD code.
UN_INLINE float un_sqrtf(float x) { return __builtin_elementwise_sqrt(x); }
UN_INLINE float un_absf(float x) { return x < 0 ? -x : x; }
UN_INLINE float un_maxf(float a, float b) { return a > b ? a : b; }

// The largest of n > 0 numbers, sixteen lanes at a time: the order of comparisons is not the compiler's to change. No comparison
// with a NaN is true: one that comes first in its lane stays, a later one is passed over. Sums of exp(x - largest) are NaN either way.
UN_INLINE float un_largest(ptrdiff_t n, const float *x) {
    float top = x[0];
    ptrdiff_t i = 0;
    if (n >= 32) {
        float lane[16];
        memcpy(lane, x, sizeof lane);
        for (i = 16; i + 16 <= n; i += 16)
            for (int l = 0; l < 16; l++) lane[l] = un_maxf(x[i + l], lane[l]);
        for (int l = 0; l < 16; l++) top = un_maxf(lane[l], top);
    }
    for (; i < n; i++) top = un_maxf(x[i], top);
    return top;
}

// No NaN and no infinity.
UN_INLINE int un_row_finite(ptrdiff_t n, const float *x) {
    uint32_t bad = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, 4);
        bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return !bad;
}
