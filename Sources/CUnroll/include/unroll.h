// The narrow header over OpenBLAS, FFTW, GSL and our own loops. Nothing above UnrollKernels sees another C header.
//
// Legend: T steps, B sequences, R rows (all live steps of all sequences), E input width, H hidden width, N state size,
// K classes. Matrices are row-major Float32; `ld` is the distance between rows in floats. Gradients are *added* to what
// stands there where the name of the argument starts with `add_`, and written otherwise.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "unroll_statistics.h"

// The order of a ragged batch: sequences by falling length, their rows step by step. Row offset[t] + b is step t of sequence b, of
// which live[t] are longer than t steps; offset, live [T], length [B].
typedef struct { ptrdiff_t T, B; const int32_t *offset, *live, *length; } un_steps;

// ---- versions.c: what the last digits of results hang on
// The widest instructions that processor and build have: "AVX-512", "AVX2" or "plain".
const char *un_instructions(void);
const char *un_blas_config(void);
const char *un_gsl_version(void);
const char *un_fftw_version(void);

// ---- gemm.c: products
// c [m,n] = op(a) op(b), or += when adding; op transposes where ta, tb say so.
void un_gemm(int ta, int tb, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t lda, const float *b,
             ptrdiff_t ldb, int adding, float *c, ptrdiff_t ldc);
// A right-hand side [k,n] (or its transpose) in the layout that the kernel loves: once a batch for a product of every step.
ptrdiff_t un_packed_size(ptrdiff_t k, ptrdiff_t n);
// packed begins 64-byte aligned
void un_pack(int tb, ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, float *packed);
void un_gemm_packed(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t lda, const float *packed, int adding,
                    float *c, ptrdiff_t ldc);
// One thread inside OpenBLAS: waking a second one costs more than a time step.
void un_single_thread(void);

// ---- peak.c: what speed is measured against
// c [m,n] = a b, or += when adding, by OpenBLAS whatever kernel of our own there is.
void un_blas_gemm(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, const float *b, int adding, float *c);
// Does multiply-adds in registers and says how many; `result` keeps the compiler from leaving them out.
ptrdiff_t un_multiply_adds(ptrdiff_t rounds, float *result);

// ---- gates.c: the elementwise half of a recurrent cell, one time step of n sequences
// Gradients of a step: dy [n,H] comes from the output, carry [n,H] from later steps in, and goes to the step before out.
// a [n,H] pre-activation in, h out. relu: 0 tanh, 1 relu.
void un_rnn_step(ptrdiff_t n, ptrdiff_t H, int relu, const float *a, float *h);
// da [n,H] out; carry stays.
void un_rnn_step_back(ptrdiff_t n, ptrdiff_t H, int relu, const float *h, const float *dy, const float *carry, float *da);
// h = h_prev + tanh(a); a: pre-activation in, tanh out, on the way back its gradient out.
void un_residual_step(ptrdiff_t n, ptrdiff_t H, float *a, const float *h_prev, float *h);
void un_residual_step_back(ptrdiff_t n, ptrdiff_t H, float *a, const float *dy, float *carry);
// gates [n,3H] r z n: the input's share in, activations out; hidden [n,3H]: the state's share; hn [n,H] out: its last third.
// The reset gate comes after the product.
void un_gru_step(ptrdiff_t n, ptrdiff_t H, float *gates, const float *hidden, const float *h_prev, float *hn, float *h);
// gates: activations in, gradients of the input's share out; hn: gradient of its counterpart out; carry out: without the product's.
void un_gru_step_back(ptrdiff_t n, ptrdiff_t H, float *gates, const float *h_prev, float *hn, const float *dy, float *carry);
// Reset before: of gates [n,3H] r alone, pre-activation in, activation out; rh [n,H] = r ⊙ h_prev out. The rest is un_update_step.
void un_gru_reset(ptrdiff_t n, ptrdiff_t H, float *gates, const float *h_prev, float *rh);
// drh [n,H] in; r's pre-activation gradient into gates.
void un_gru_reset_back(ptrdiff_t n, ptrdiff_t H, float *gates, const float *h_prev, const float *drh, float *add_carry);
// gates [n,2H] u c, ld floats from row to row: pre-activations in, activations out.
// keeps: h = u h_prev + (1 - u) c, else h = (1 - u) h_prev + u c.
void un_update_step(ptrdiff_t n, ptrdiff_t H, int keeps, float *gates, ptrdiff_t ld, const float *h_prev, float *h);
// gates: activations in, gradients of the pre-activations out.
void un_update_step_back(ptrdiff_t n, ptrdiff_t H, int keeps, float *gates, ptrdiff_t ld, const float *h_prev, const float *dy,
                         float *carry);

// ---- lstm.c: the same for cells with a second state
// gates [n,4H] i f g o: pre-activations in, activations out; c_prev, c, tc (what the output multiplies), h [n,H].
// flags: 1 coupled gates (rows i g o, f = 1 - i), 2 peepholes (peep: one row of H for each of i, f, o; f not when coupled),
// 4 no tanh at the output. peep is null without peepholes.
void un_lstm_step(ptrdiff_t n, ptrdiff_t H, int flags, const float *peep, float *gates, const float *c_prev, float *c, float *tc,
                  float *h);
// gates: activations in, gradients of the pre-activations out; carry_c [n,H]: gradient of c in, of c_prev out. add_peep like peep.
void un_lstm_step_back(ptrdiff_t n, ptrdiff_t H, int flags, const float *peep, float *gates, const float *c_prev, const float *c,
                       const float *tc, const float *dy, const float *carry_h, float *carry_c, float *add_peep);
// An LSTM step in halves: gates and cell; then s, the normalised cell in and its tanh out, and h.
void un_lstm_cell(ptrdiff_t n, ptrdiff_t H, float *gates, const float *c_prev, float *c);
void un_lstm_cell_back(ptrdiff_t n, ptrdiff_t H, float *gates, const float *c_prev, const float *dc_now, float *carry_c);
void un_lstm_output(ptrdiff_t n, ptrdiff_t H, const float *gates, float *s, float *h);
void un_lstm_output_back(ptrdiff_t n, ptrdiff_t H, float *gates, const float *s, const float *dy, const float *carry_h, float *ds);
// sLSTM, gates [n,4H] i f z o; forget [n,H] out: the stabilised forget gate. States c, nn (its norm) and m (the stabiliser).
// excess [n,H]: the gradient of m beyond c carry_c + nn carry_n, after the step, then before it.
void un_slstm_step(ptrdiff_t n, ptrdiff_t H, int exponential, float *gates, const float *c_prev, const float *n_prev,
                   const float *m_prev, float *c, float *nn, float *m, float *forget, float *h);
void un_slstm_step_back(ptrdiff_t n, ptrdiff_t H, float *gates, const float *c_prev, const float *n_prev, const float *c,
                        const float *nn, const float *forget, const float *dy, const float *carry_h, float *carry_c,
                        float *carry_n, float *excess);

// ---- rows.c: loops over rows
void un_fill_rows(ptrdiff_t rows, ptrdiff_t columns, const float *vector, float *out, ptrdiff_t ld);
void un_axpy(ptrdiff_t n, float alpha, const float *x, float *add_y);
void un_scale(ptrdiff_t n, float factor, float *x);
void un_column_sums(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t ld, float *add_sums);
void un_gather(ptrdiff_t rows, ptrdiff_t columns, const float *table, ptrdiff_t ld, const int32_t *index, float *out);
void un_scatter_add(ptrdiff_t rows, ptrdiff_t columns, const float *x, const int32_t *index, float *add_table, ptrdiff_t ld);
void un_copy_columns(ptrdiff_t rows, ptrdiff_t columns, const float *from, ptrdiff_t ld_from, float *to, ptrdiff_t ld_to);
void un_add_columns(ptrdiff_t rows, ptrdiff_t columns, const float *from, ptrdiff_t ld_from, float *add_to, ptrdiff_t ld_to);
// 0 or 1/(1-p) per element, from a counter-based source: the same for every target and thread.
void un_dropout_mask(ptrdiff_t n, float p, uint64_t key, float *mask);
double un_sum_of_squares(ptrdiff_t n, const float *x);
double un_dot(ptrdiff_t n, const float *x, const float *y);
int un_all_finite(ptrdiff_t n, const float *x);

// ---- activations.c: functions of every element, and their gradients
void un_relu(ptrdiff_t n, const float *x, float *y);
void un_relu_back(ptrdiff_t n, const float *x, const float *dy, float *dx);
void un_gelu(ptrdiff_t n, const float *x, float *y);
void un_gelu_back(ptrdiff_t n, const float *x, const float *dy, float *dx);
// x [rows,2H] -> y [rows,H] = x1 ⊙ σ(x2)
void un_glu(ptrdiff_t rows, ptrdiff_t H, const float *x, float *y);
void un_glu_back(ptrdiff_t rows, ptrdiff_t H, const float *x, const float *dy, float *dx);
// out [rows, 4H] = [u ; v ; |u - v| ; u v], element by element, of u, v [rows, H]; the slope of |.| at zero is zero
void un_match(ptrdiff_t rows, ptrdiff_t H, const float *u, const float *v, float *out);
void un_match_back(ptrdiff_t rows, ptrdiff_t H, const float *u, const float *v, const float *d_out, float *du, float *dv);
// y = log(1 + exp(x)); dx = dy σ(x).
void un_softplus(ptrdiff_t n, const float *x, float *y);
void un_softplus_back(ptrdiff_t n, const float *x, const float *dy, float *dx);
// y = −exp(x); add_dx += dy ⊙ y.
void un_negative_exp(ptrdiff_t n, const float *x, float *y);
void un_negative_exp_back(ptrdiff_t n, const float *y, const float *dy, float *add_dx);
// y = x σ(x)
void un_silu(ptrdiff_t n, const float *x, float *y);
void un_silu_back(ptrdiff_t n, const float *x, const float *dy, float *dx);
// y [rows,H] = x [rows,H] ⊙ SiLU(z), z [rows,H] with ld_z floats from row to row, as dz.
void un_silu_gate(ptrdiff_t rows, ptrdiff_t H, const float *x, const float *z, ptrdiff_t ld_z, float *y);
void un_silu_gate_back(ptrdiff_t rows, ptrdiff_t H, const float *x, const float *z, ptrdiff_t ld_z, const float *dy, float *dx,
                       float *dz, ptrdiff_t ld_dz);

// ---- norms.c: normalisations of every row
// y = scale ⊙ (x - mean)/sqrt(variance + 1e-5) + shift; xhat and the inverse deviation are kept for the way back.
void un_layer_norm(ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *scale, const float *shift, float *xhat,
                   float *inverse, float *y);
void un_layer_norm_back(ptrdiff_t rows, ptrdiff_t columns, const float *xhat, const float *inverse, const float *scale,
                        const float *dy, float *dx, float *add_scale, float *add_shift);
// y = scale ⊙ x / sqrt(mean(x²) + 1e-5); the inverse root is kept for the way back.
void un_rms_norm(ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *scale, float *inverse, float *y);
void un_rms_norm_back(ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *inverse, const float *scale,
                      const float *dy, float *dx, float *add_scale);

// ---- loss.c: losses of rows of outputs [rows,K] against targets
// Each adds the losses to one sum and what counts to another. A loss turns the outputs into the gradient of (sum of losses)*weight;
// the other of the pair leaves them, and writes the loss of every row where losses [rows] is not null.
// Targets of this value do not count.
enum { UN_IGNORED = -100 };
void un_softmax_loss(ptrdiff_t rows, ptrdiff_t K, float *logits, const int32_t *targets, float weight, double *add_loss,
                     int64_t *add_count);
// The same against (1 - smoothing) w_y at the target y and smoothing/K w_k at every class k; class_weights w [K].
void un_smoothed_softmax_loss(ptrdiff_t rows, ptrdiff_t K, float *logits, const int32_t *targets, const float *class_weights,
                              float smoothing, float weight, double *add_loss, int64_t *add_count);
// predicted [rows]: the first of the largest, -1 for a row that has something else than numbers. Where confidences [rows] is not
// null: its probability, exp(largest - log of the sum of exponentials), 0 for a row that does not count.
void un_log_likelihood(ptrdiff_t rows, ptrdiff_t K, const float *logits, const int32_t *targets, double *add_loss,
                       int64_t *add_count, int32_t *predicted, float *losses, float *confidences);
// log(1 + exp(z)) - t z of K outputs a row; targets [rows,K] from 0 to 1. A row with a NaN among its targets does not count.
void un_bernoulli_loss(ptrdiff_t rows, ptrdiff_t K, float *logits, const float *targets, float weight, double *add_loss,
                       int64_t *add_count);
void un_bernoulli_evaluate(ptrdiff_t rows, ptrdiff_t K, const float *logits, const float *targets, double *add_loss,
                           int64_t *add_count, float *losses);
// (y - t)²; targets [rows,K], of which NaN do not count. Numbers are counted, not rows.
void un_squared_loss(ptrdiff_t rows, ptrdiff_t K, float *outputs, const float *targets, float weight, double *add_loss,
                     int64_t *add_count);
void un_squared_evaluate(ptrdiff_t rows, ptrdiff_t K, const float *outputs, const float *targets, double *add_loss,
                         int64_t *add_count, float *losses);

// ---- crf.c: a linear-chain conditional random field over packed rows
// transitions [K,K] from row to column; start, end [K].
typedef struct { const float *transitions, *start, *end; } un_crf;
typedef struct { float *add_transitions, *add_start, *add_end; } un_crf_back;
// emissions [R,K]; labels [R], UN_IGNORED where any may stand, or null: any everywhere. sums [R,K], log_partition [B] out.
void un_crf_sums(const un_steps *steps, ptrdiff_t K, const float *emissions, const int32_t *labels, const un_crf *field, float *sums,
                 double *log_partition);
// factor × the probability of every label [R,K] and, where gradient is not null, of pairs of labels and of first and last ones.
// scratch [B+2,K].
void un_crf_marginals(const un_steps *steps, ptrdiff_t K, const float *sums, const un_crf *field, float factor, float *add_marginals,
                      const un_crf_back *gradient, float *scratch);
// The best labels [R], -1 where an emission is not finite; sums [R,K] out.
void un_crf_best(const un_steps *steps, ptrdiff_t K, const float *emissions, const un_crf *field, float *sums, int32_t *labels);

// ---- update.c: optimisers over a slab; each equals PyTorch's of that name
void un_adam(ptrdiff_t n, float *w, const float *g, float *m, float *v, float rate, float beta1, float beta2, float eps,
             float correction1, float correction2, float coupled_decay, float decoupled_decay);
void un_sgd(ptrdiff_t n, float *w, const float *g, float *velocity, float rate, float momentum, int nesterov, int first,
            float decay);
void un_rmsprop(ptrdiff_t n, float *w, const float *g, float *v, float rate, float alpha, float eps, float decay);
void un_adagrad(ptrdiff_t n, float *w, const float *g, float *sum, float rate, float eps, float decay);

// ---- pooling.c: attention pooling, α = softmax(wᵀh); scores [R].
// Causal, as a recurrence: p_t = σ(s_t - l_{t-1}), y_t = y_{t-1} + p_t (h_t - y_{t-1}), l_t = log(e^l_{t-1} + e^s_t).
// l [B+R] and y [B+R,H] begin with the initial state (l = -inf: nothing seen yet).
void un_pool_causal(const un_steps *steps, ptrdiff_t H, const float *scores, const float *h, float *l, float *y);
// dy [R,H] in; carry_l [B], carry_y [B,H] zero in, gradients of the initial state out; ds [R], dh [R,H] out.
void un_pool_causal_back(const un_steps *steps, ptrdiff_t H, const float *scores, const float *h, const float *l, const float *y,
                         const float *dy, float *carry_l, float *carry_y, float *ds, float *dh);

// top [sequences,columns] = the largest of itself and of the rows that belong to it
void un_take_maximum(ptrdiff_t rows, ptrdiff_t columns, const float *x, const int32_t *owner, float *top);
// initial: top as it was before; the gradient goes to the first that reached the maximum.
void un_maximum_back(ptrdiff_t rows, ptrdiff_t sequences, ptrdiff_t columns, const float *x, const int32_t *owner,
                     const float *initial, const float *top, const float *dtop, float *dx, float *dinitial);

// Running mean: s_t = s_{t-1} + x_t, y_t = s_t / (count + t); sum [B,H]: before in, after each sequence's last step out.
void un_running_mean(const un_steps *steps, ptrdiff_t H, const float *x, const float *count, float *sum, float *y);
// dy [R,H] in; carry [B,H] zero in, gradient of the initial sum out; dx [R,H] out.
void un_running_mean_back(const un_steps *steps, ptrdiff_t H, const float *count, const float *dy, float *carry, float *dx);

// ---- windows.c: rows of some steps before. `before` [B, P E] are the P steps before the first, oldest first, or null (zeros).
// out [R, k E]: rows t-(k-1)d, ..., t-d, t of the same sequence side by side; P = (k-1)d.
void un_taps(const un_steps *steps, ptrdiff_t E, ptrdiff_t k, ptrdiff_t d, const float *x, const float *before, float *out);
// add_before may be null.
void un_taps_back(const un_steps *steps, ptrdiff_t E, ptrdiff_t k, ptrdiff_t d, const float *dout, float *add_dx,
                  float *add_before);
// out [B, P E]: the last P steps of each sequence, oldest first; x [R,E], ld floats from row to row.
void un_last_steps(const un_steps *steps, ptrdiff_t E, ptrdiff_t P, const float *x, ptrdiff_t ld, const float *before, float *out);
// add_before may be null.
void un_last_steps_back(const un_steps *steps, ptrdiff_t E, ptrdiff_t P, const float *dout, float *add_dx, ptrdiff_t ld,
                        float *add_before);
// v [H,E,k] as PyTorch's, g [H] or null -> w [H, k E] for rows of un_taps: w = g v/|v| (|v| over E and k), or v without g.
// inverse [H]: 1/|v|.
void un_tap_weights(ptrdiff_t H, ptrdiff_t E, ptrdiff_t k, const float *v, const float *g, float *inverse, float *w);
void un_tap_weights_back(ptrdiff_t H, ptrdiff_t E, ptrdiff_t k, const float *v, const float *g, const float *inverse,
                         const float *dw, float *add_v, float *add_g);

// ---- attention.c: softmax attention and positions
// out[index[r]] = x[r]
void un_to_blocks(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t ld, const int32_t *index, float *out,
                  ptrdiff_t ldo);
// scores [rows,keys] in, probabilities out, in place: row i sees the keys first+i-window+1 ... first+i that there are, the
// others become 0.
void un_attention_softmax(ptrdiff_t rows, ptrdiff_t keys, ptrdiff_t first, ptrdiff_t window, float scale, float *scores);
// dp: gradient of the probabilities p in, of the scores before the scale out.
void un_attention_softmax_back(ptrdiff_t rows, ptrdiff_t keys, float scale, const float *p, float *dp);
// scores [queries,keys] = sum over a of v[a] tanh(q[i,a] + k[j,a]): q [queries,A], k [keys,A], v [A].
void un_additive_scores(ptrdiff_t queries, ptrdiff_t keys, ptrdiff_t A, const float *q, const float *k, const float *v,
                        float *scores);
void un_additive_scores_back(ptrdiff_t queries, ptrdiff_t keys, ptrdiff_t A, const float *q, const float *k, const float *v,
                             const float *d_scores, float *add_dq, float *add_dk, float *add_dv);
// out [P,d]: column 2i is sin((start+p) 10000^(-2i/d)), column 2i+1 the cosine.
void un_sinusoids(ptrdiff_t P, ptrdiff_t d, double start, float *out);
// The same, position by position: angles (doubles) that begin at `start`, and the row [d] of the position they have reached.
ptrdiff_t un_angles_size(ptrdiff_t d);
void un_angles(ptrdiff_t d, double start, double *angles);
void un_next_sinusoid(ptrdiff_t d, double *angles, float *out);
// Turns the pairs (2i, 2i+1) of every head by the angles of table [rows,D] (as un_sinusoids'); sign -1 turns back.
void un_rotate(ptrdiff_t rows, ptrdiff_t heads, ptrdiff_t D, const float *table, float sign, float *x, ptrdiff_t ld);

// ---- convolution.c: causal convolution of packed rows with one kernel a channel
// Floats of scratch memory, 64-byte aligned, for the two functions below.
ptrdiff_t un_convolution_scratch(ptrdiff_t T);
// y [R,H] = kernel [H,T] ∗ u [R,H] + D ⊙ u
void un_convolution(const un_steps *steps, ptrdiff_t H, const float *kernel, const float *D, const float *u, float *y,
                    float *scratch);
// du [R,H] and dkernel [H,T] out, add_D [H]
void un_convolution_back(const un_steps *steps, ptrdiff_t H, const float *kernel, const float *D, const float *u, const float *dy,
                         float *du, float *dkernel, float *add_D, float *scratch);

// ---- exponential.c: GSL's exponential of a matrix, and with it zero-order hold
// e [n,n] = exp(m)
void un_matrix_exponential(ptrdiff_t n, const double *m, double *e);
// [Ā B̄; 0 1] = exp(Δ_g [A B; 0 0]) for G time steps: a_bar [G,N,N], b_bar [G,N]; not numbers where Δ ‖[A B]‖ is beyond 2^64.
void un_zoh(ptrdiff_t G, ptrdiff_t N, const float *A, const float *B, const float *log_dt, double *a_bar, double *b_bar);
// Exact gradient of the above, from da_bar and db_bar to A [N,N], B [N], log_dt [G].
void un_zoh_back(ptrdiff_t G, ptrdiff_t N, const float *A, const float *B, const float *log_dt, const double *da_bar,
                 const double *db_bar, float *add_A, float *add_B, float *add_log_dt);

// ---- transform.c: the generalised bilinear transform, α = 0 forward Euler, 1/2 bilinear, 1 backward Euler; and its gradient.
void un_transform(ptrdiff_t G, ptrdiff_t N, double alpha, const float *A, const float *B, const float *log_dt, double *a_bar,
                  double *b_bar);
void un_transform_back(ptrdiff_t G, ptrdiff_t N, double alpha, const float *A, const float *B, const float *log_dt,
                       const double *da_bar, const double *db_bar, float *add_A, float *add_B, float *add_log_dt);

// ---- ssm.c: the dense state space, discretised. Channel h has time step h mod G: a_bar [G,N,N], b_bar [G,N], G ≤ H.
typedef struct { ptrdiff_t H, N, G; const double *a_bar, *b_bar; } un_system;
// Floats of scratch memory, 64-byte aligned, for the two functions below.
ptrdiff_t un_ssm_scratch(const un_system *s, ptrdiff_t T);
// kernel [H,T]: k_l = C Ā^l B̄, C [H,N]
void un_ssm_kernel(const un_system *s, ptrdiff_t T, const float *C, float *kernel, float *scratch);
// dkernel [H,T] in; da_bar, db_bar written; add_C [H,N].
void un_ssm_kernel_back(const un_system *s, ptrdiff_t T, const float *C, const float *dkernel, double *da_bar, double *db_bar,
                        float *add_C, float *scratch);
ptrdiff_t un_ssm_initial_scratch(const un_system *s, ptrdiff_t T, ptrdiff_t B);
// y_t += C Ā^{t+1} x_0 for every live row; x0 [B, H*N].
void un_ssm_initial(const un_steps *steps, const un_system *s, const float *C, const float *x0, float *add_y, float *scratch);
// add_a_bar [G,N,N], add_C [H,N]; dx0 [B, H*N] written.
void un_ssm_initial_back(const un_steps *steps, const un_system *s, const float *C, const float *x0, const float *dy,
                         double *add_a_bar, float *add_C, float *dx0, float *scratch);
ptrdiff_t un_ssm_final_scratch(const un_system *s, ptrdiff_t T, ptrdiff_t B);
// The state after each sequence's last step: x = Ā^len x_0 + Σ_j Ā^j B̄ u_{len-1-j}. x0 may be null. x [B, H*N].
void un_ssm_final(const un_steps *steps, const un_system *s, const float *u, const float *x0, float *x, float *scratch);
ptrdiff_t un_ssm_final_back_scratch(const un_system *s, ptrdiff_t T, ptrdiff_t B);
// From its gradient dx: add_a_bar [G,N,N], add_b_bar [G,N], add_du [R,H], add_dx0 [B, H*N] (not touched without x0).
void un_ssm_final_back(const un_steps *steps, const un_system *s, const float *u, const float *x0, const float *dx,
                       double *add_a_bar, double *add_b_bar, float *add_du, float *add_dx0, float *scratch);
// ssm_recurrence.c: the columns of [Ā B̄] of every time step as the recurrence reads them: doubles, 64-byte aligned.
ptrdiff_t un_ssm_columns(const un_system *s);
void un_ssm_transpose(const un_system *s, double *columns);
// The recurrence, step by step: x [B, H*N] is the state before, then after. y [R,H]. scratch: doubles.
ptrdiff_t un_ssm_recurrence_scratch(const un_system *s);
void un_ssm_recurrence(const un_steps *steps, const un_system *s, const float *C, const float *D, const double *columns,
                       const float *u, float *x, float *y, double *scratch);

// ---- selective_scan.c: x_t[h,n] = exp(Δ_t[h] A[h,n]) x_{t−1}[h,n] + Δ_t[h] b_t[n] u_t[h]; y_t[h] = Σ_n c_t[n] x_t[h,n] + D[h] u_t[h]
typedef struct {
    ptrdiff_t H, N;
    // A [H,N], D [H]; u, delta [R,H]; b, c [R,N], ld floats from row to row; x0 [B, H*N] or null.
    const float *A, *D, *u, *delta, *b, *c;
    ptrdiff_t ld;
    const float *x0;
} un_selective;
// du, d_delta [R,H] out; add_db, add_dc [R,N], ld floats from row to row; dx0 [B, H*N] out, or null.
typedef struct {
    float *add_dA, *add_dD, *du, *d_delta, *add_db, *add_dc;
    ptrdiff_t ld;
    float *dx0;
} un_selective_back;
// Floats of checkpoints (states that the way back starts from) and of scratch memory, both 64-byte aligned.
ptrdiff_t un_selective_checkpoints(const un_steps *steps, ptrdiff_t H, ptrdiff_t N);
ptrdiff_t un_selective_scratch(ptrdiff_t H, ptrdiff_t N);
// y [R,H], final [B, H*N] out; checkpoints out, or null where there is no way back.
void un_selective_scan(const un_steps *steps, const un_selective *s, float *y, float *final, float *checkpoints, float *scratch);
// dfinal [B, H*N] in, or null where the final state has no gradient.
void un_selective_scan_back(const un_steps *steps, const un_selective *s, const float *checkpoints, const float *dy,
                            const float *dfinal, const un_selective_back *g, float *scratch);

// ---- scan.c: recurrences that are linear in the state and elementwise
// h_t = a_t ⊙ h_{t−1} + b_t for packed rows a, b [R,H]; h [B+R,H] begins with the initial state.
void un_linear_scan(const un_steps *steps, ptrdiff_t H, const float *a, const float *b, float *h);
// dy [R,H] in; carry [B,H]: gradient of the final state in, of the initial state out. da, db [R,H] out.
void un_linear_scan_back(const un_steps *steps, ptrdiff_t H, const float *a, const float *h, const float *dy, float *carry,
                         float *da, float *db);
// pre [rows,2H]: update gate and candidate. a = 1 − z, b = z g(candidate); positive: g(x) = x + 0.5 for x ≥ 0, else σ(x).
void un_min_gru(ptrdiff_t rows, ptrdiff_t H, int positive, const float *pre, float *a, float *b);
void un_min_gru_back(ptrdiff_t rows, ptrdiff_t H, int positive, const float *pre, const float *da, const float *db,
                     float *dpre);
// pre [rows,3H]: forget gate, input gate, candidate. a = f/(f + i), b = i/(f + i) g(candidate).
void un_min_lstm(ptrdiff_t rows, ptrdiff_t H, int positive, const float *pre, float *a, float *b);
void un_min_lstm_back(ptrdiff_t rows, ptrdiff_t H, int positive, const float *pre, const float *da, const float *db,
                      float *dpre);

// ---- depthwise.c: causal convolution of each channel with its own K taps, the last of which meets the present step
// y_t = bias + Σ_j weight[h,j] x_{t−K+1+j}; x [R,H], ld_x floats from row to row; weight [H,K]. before [B,(K−1)·H] are the inputs
// before the first step, oldest first, or null (zeros). scratch [K·H].
void un_depthwise(const un_steps *steps, ptrdiff_t H, ptrdiff_t K, const float *x, ptrdiff_t ld_x, const float *before,
                  const float *weight, const float *bias, float *y, float *scratch);
// add_dx [R,H], ld_dx floats from row to row; add_d_before where there is `before`; scratch [2·K·H].
void un_depthwise_back(const un_steps *steps, ptrdiff_t H, ptrdiff_t K, const float *x, ptrdiff_t ld_x, const float *before,
                       const float *weight, const float *dy, float *add_dx, ptrdiff_t ld_dx, float *add_d_before,
                       float *add_weight, float *add_bias, float *scratch);

// ---- diagonal.c: the diagonal state space x' = A x + u, A = -exp(log_real) + i imaginary, [H][modes] (imaginary null: all real)
// Discretised: λ and b [H][2][modes], real parts, then imaginary parts. C [H][modes][parts]; a state x [B][H][parts][modes];
// parts = 2 where a mode stands for a pair of conjugates, 1 where all is real; w = parts.
typedef struct { ptrdiff_t H, modes; int parts; double *lambda, *b; } un_modes;
// λ and b out, of zero-order hold or the bilinear transform.
void un_diagonal(const un_modes *s, int bilinear, const float *log_dt, const float *log_real, const float *imaginary);
// d: gradients of λ and b in.
void un_diagonal_back(const un_modes *d, int bilinear, const float *log_dt, const float *log_real, const float *imaginary,
                      float *add_log_dt, float *add_log_real, float *add_imaginary);
ptrdiff_t un_diagonal_scratch(ptrdiff_t T, ptrdiff_t B, ptrdiff_t modes);
// kernel [H][T]: k_l = Re Σ_n w C_n b_n λ_n^l
void un_diagonal_kernel(const un_modes *s, ptrdiff_t T, const float *C, float *kernel, float *scratch);
// d: gradients of λ and b out.
void un_diagonal_kernel_back(const un_modes *s, ptrdiff_t T, const float *C, const float *dkernel, const un_modes *d, float *add_C,
                             float *scratch);
// y_t += Re Σ_n w C_n λ_n^{t+1} x0_n for every live row
void un_diagonal_initial(const un_steps *steps, const un_modes *s, const float *C, const float *x0, float *add_y, float *scratch);
// dx0 written
void un_diagonal_initial_back(const un_steps *steps, const un_modes *s, const float *C, const float *x0, const float *dy,
                              double *add_dlambda, float *add_C, float *dx0, float *scratch);
// The state after each sequence's last step; x0 may be null.
void un_diagonal_final(const un_steps *steps, const un_modes *s, const float *u, const float *x0, float *x, float *scratch);
// From its gradient dx: gradients of λ and b, of u [R,H], and of x0 if there is one.
void un_diagonal_final_back(const un_steps *steps, const un_modes *s, const float *u, const float *x0, const float *dx,
                            const un_modes *add, float *add_du, float *add_dx0, float *scratch);
// Step by step: x is the state before, then after.
void un_diagonal_recurrence(const un_steps *steps, const un_modes *s, const float *C, const float *D, const float *u, float *x,
                            float *y);

// ---- frequencies.c: the upper half ω ≥ 0 of the eigenvalues ±iω of a skew-symmetric matrix [N,N], N even, rising.
void un_skew_frequencies(ptrdiff_t N, const double *skew, double *omega);

// ---- lru.c: x_t = λ ⊙ x_{t-1} + γ ⊙ v_t with N complex numbers, λ = exp(-exp(ν) + i exp(θ)), γ = exp(gamma)
// Rows of v [R][2N] and x [B+R][2N] hold real parts, then imaginary parts; x begins with the initial state.
typedef struct { ptrdiff_t N; const float *nu, *theta, *gamma; } un_poles;
// λ [2][N] (real parts, then imaginary parts) and γ [N] in double precision.
void un_lru_values(const un_poles *poles, double *values);
ptrdiff_t un_lru_scratch(ptrdiff_t B, ptrdiff_t N);
void un_lru(const un_steps *steps, const un_poles *poles, const float *v, float *x, float *scratch);
// dx [R][2N] in; dv [R][2N] and dx0 [B][2N] written.
void un_lru_back(const un_steps *steps, const un_poles *poles, const float *v, const float *x, const float *dx, float *dv,
                 float *dx0, float *add_nu, float *add_theta, float *add_gamma, float *scratch);
// The same as a sum over all steps before, in quadratic time: what the scan is checked against.
void un_lru_convolution(const un_steps *steps, const un_poles *poles, const float *v, float *x);

// ---- elements.c: every element of [rows,columns]; outputs may be inputs
// Rows of which each begins ld floats after the one before.
typedef struct { float *at; ptrdiff_t ld; } un_rows;
void un_sigmoid(ptrdiff_t rows, ptrdiff_t columns, un_rows x, un_rows y);
// dx = dy ⊙ y ⊙ (1 - y)
void un_sigmoid_back(ptrdiff_t rows, ptrdiff_t columns, un_rows y, un_rows dy, un_rows dx);
void un_tanh(ptrdiff_t rows, ptrdiff_t columns, un_rows x, un_rows y);
// dx = dy ⊙ (1 - y²)
void un_tanh_back(ptrdiff_t rows, ptrdiff_t columns, un_rows y, un_rows dy, un_rows dx);
// out = x ⊙ y, or += when adding
void un_multiply(ptrdiff_t rows, ptrdiff_t columns, un_rows x, un_rows y, int adding, un_rows out);
// out = k ⊙ x + (1 - k) ⊙ y
void un_mix(ptrdiff_t rows, ptrdiff_t columns, un_rows x, un_rows y, un_rows k, un_rows out);
void un_mix_back(ptrdiff_t rows, ptrdiff_t columns, un_rows x, un_rows y, un_rows k, un_rows d_out, un_rows dx, un_rows dy,
                 un_rows dk);

// ---- stream.c: one step of B sequences, the state in place
// values: those of un_lru_values. v, x [B][2N].
void un_lru_step(ptrdiff_t B, ptrdiff_t N, const double *values, const float *v, float *x);
// u, Δ, y [B,H]; x [B, H*N]. s->x0 is not read.
void un_selective_step(ptrdiff_t B, const un_selective *s, float *x, float *y);
// x [B,H] in rows of ld floats; before [B, (K-1)*H], oldest first; taps [K,H].
void un_depthwise_step(ptrdiff_t B, ptrdiff_t H, ptrdiff_t K, const float *x, ptrdiff_t ld, float *before, const float *taps,
                       const float *bias, float *y);
// One query q [heads*D] over n keys and values [n, heads*D]: y [heads*D] = softmax(q·k/√D) v, head by head. scores: n floats.
void un_attend(ptrdiff_t n, ptrdiff_t heads, ptrdiff_t D, const float *q, const float *keys, const float *values, float *scores,
               float *y);
