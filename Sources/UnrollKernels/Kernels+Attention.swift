import CUnroll

/// Softmax attention and positions; the products are the caller's.
extension Kernels {
  /// out[index[r]] = x[r]: x [R, columns]; rows of both may have gaps.
  public static func scatter(_ x: Matrix, _ index: [Int32], into out: Matrix) {
    precondition(index.count == x.rows && x.columns == out.columns)
    un_to_blocks(x.rows, x.columns, x.base, x.stride, index, out.base, out.stride)
  }

  /// Scores [Q, K] become probabilities. Query i sees keys first + i − window + 1 … first + i; others get 0.
  public static func attentionSoftmax(_ scores: Matrix, first: Int, window: Int, scale: Float) {
    precondition(scores.isContiguous && first >= 0 && window > 0 && first + scores.rows - window < scores.columns)
    un_attention_softmax(scores.rows, scores.columns, first, window, scale, scores.base)
  }

  /// Every row of scores [R, K] becomes probabilities.
  public static func softmax(_ scores: Matrix) {
    // Every row sees everything.
    attentionSoftmax(scores, first: scores.columns - 1, window: scores.rows + scores.columns, scale: 1)
  }

  /// `dp` [Q, K], the gradient of the probabilities p, becomes that of the scores.
  public static func attentionSoftmaxBack(_ p: Matrix, scale: Float, gradient dp: Matrix) {
    precondition(same(p, dp) && p.isContiguous && dp.isContiguous)
    un_attention_softmax_back(p.rows, p.columns, scale, p.base, dp.base)
  }

  /// scores [Q, K]: Σ_a v_a tanh(q_ia + k_ja) for queries q [Q, A], keys k [K, A] and v [1, A] (Bahdanau et al. 2015).
  public static func additiveScores(_ q: Matrix, _ k: Matrix, _ v: Matrix, into scores: Matrix) {
    checkAdditive(q, k, v, scores)
    un_additive_scores(q.rows, k.rows, q.columns, q.base, k.base, v.base, scores.base)
  }

  /// From the gradient of the scores: those of q, k and v are added to.
  public static func additiveScoresBack(
    _ q: Matrix, _ k: Matrix, _ v: Matrix, _ dScores: Matrix, addQ dq: Matrix, addK dk: Matrix, addV dv: Matrix
  ) {
    checkAdditive(q, k, v, dScores)
    precondition(dense(q, dq) && dense(k, dk) && dv.count == v.count && dv.isContiguous)
    un_additive_scores_back(
      q.rows, k.rows, q.columns, q.base, k.base, v.base, dScores.base, dq.base, dk.base, dv.base)
  }

  private static func checkAdditive(_ q: Matrix, _ k: Matrix, _ v: Matrix, _ scores: Matrix) {
    precondition(q.columns == k.columns && v.count == q.columns && scores.rows == q.rows && scores.columns == k.rows)
    precondition(q.isContiguous && k.isContiguous && v.isContiguous && scores.isContiguous)
  }

  /// out [P, d]: row p has sin and cos of (start + p) 10000^(−2i/d) in columns 2i and 2i + 1 (Vaswani et al. 2017).
  public static func sinusoids(from start: Int, into out: Matrix) {
    precondition(out.isContiguous)
    un_sinusoids(out.rows, out.columns, Double(start), out.base)
  }

  /// Turns the pairs of every head's row by the angles of the same row of `table` [rows, D] (Su et al. 2021).
  public static func rotate(_ x: Matrix, heads: Int, by table: Matrix, back: Bool = false) {
    precondition(table.rows == x.rows && table.columns * heads == x.columns && table.isContiguous)
    un_rotate(x.rows, heads, table.columns, table.base, back ? -1 : 1, x.base, x.stride)
  }
}

/// The rows of `Kernels.sinusoids` for positions that follow each other, without sines and cosines but the first.
package final class RunningSinusoids {
  private let width: Int
  private let angles: DoubleBuffer
  /// The position that the angles have reached.
  private var reached: Int?

  /// - Parameter width: columns of a row.
  package init(_ width: Int) {
    self.width = width
    angles = DoubleBuffer(count: un_angles_size(width))
  }

  /// row [1, width]: that of `position`.
  package func write(_ position: Int, into row: Matrix) {
    precondition(row.rows == 1 && row.columns == width)
    if reached != position { un_angles(width, Double(position), angles.base) }
    un_next_sinusoid(width, angles.base, row.base)
    reached = position + 1
  }
}
