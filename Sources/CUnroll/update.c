#include "unroll.h"
#include "fast.h"

UN_FAST void un_adam(ptrdiff_t n, float *restrict w, const float *restrict g, float *restrict m, float *restrict v, float rate,
                     float beta1, float beta2, float eps, float correction1, float correction2, float coupled_decay,
                     float decoupled_decay) {
    float step = rate / correction1, inverse = 1.0f / un_sqrtf(correction2), keep = 1.0f - rate * decoupled_decay;
    for (ptrdiff_t i = 0; i < n; i++) {
        float d = g[i] + coupled_decay * w[i];
        m[i] += (1 - beta1) * (d - m[i]);
        v[i] = beta2 * v[i] + (1 - beta2) * d * d;
        w[i] = keep * w[i] - step * m[i] / (un_sqrtf(v[i]) * inverse + eps);
    }
}

UN_FAST void un_sgd(ptrdiff_t n, float *restrict w, const float *restrict g, float *restrict velocity, float rate,
                    float momentum, int nesterov, int first, float decay) {
    // PyTorch's momentum: the buffer starts as the first gradient and is not damped.
    float keep = first ? 0 : momentum, ahead = nesterov ? momentum : 1, direct = nesterov ? 1 : 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        float d = g[i] + decay * w[i];
        velocity[i] = keep * velocity[i] + d;
        w[i] -= rate * (direct * d + ahead * velocity[i]);
    }
}

UN_FAST void un_rmsprop(ptrdiff_t n, float *restrict w, const float *restrict g, float *restrict v, float rate, float alpha,
                        float eps, float decay) {
    for (ptrdiff_t i = 0; i < n; i++) {
        float d = g[i] + decay * w[i];
        v[i] = alpha * v[i] + (1 - alpha) * d * d;
        w[i] -= rate * d / (un_sqrtf(v[i]) + eps);
    }
}

UN_FAST void un_adagrad(ptrdiff_t n, float *restrict w, const float *restrict g, float *restrict sum, float rate, float eps,
                        float decay) {
    for (ptrdiff_t i = 0; i < n; i++) {
        float d = g[i] + decay * w[i];
        sum[i] += d * d;
        w[i] -= rate * d / (un_sqrtf(sum[i]) + eps);
    }
}
