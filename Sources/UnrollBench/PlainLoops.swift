import CLibrary
import UnrollCore
import UnrollKernels

/// Kernels as one would write them first: one loop after the other, with the C library's functions.
enum PlainLoops {
  /// gates [n,4H] in the order i f g o; cell and hidden [n,H] out.
  static func lstmGates(_ gates: Matrix, _ previous: Matrix, _ cell: Matrix, _ hidden: Matrix) {
    let width = cell.columns
    func sigmoid(_ x: Float) -> Float { 1 / (1 + expf(-x)) }
    for row in 0..<cell.rows {
      for j in 0..<width {
        let (i, f) = (sigmoid(gates[row, j]), sigmoid(gates[row, width + j]))
        let (g, o) = (tanhf(gates[row, 2 * width + j]), sigmoid(gates[row, 3 * width + j]))
        let c = f * previous[row, j] + i * g
        cell[row, j] = c
        hidden[row, j] = o * tanhf(c)
      }
    }
  }

  /// y_t = Σ_l k_l u_{t−l} + D u_t for `batch` sequences of one length; kernel [H,T].
  static func convolve(_ u: Matrix, _ kernel: Matrix, _ d: Matrix, _ batch: Int, _ y: Matrix) {
    for b in 0..<batch {
      for channel in 0..<u.columns {
        for t in 0..<kernel.columns {
          var sum: Float = 0
          for l in 0...t { sum += kernel[channel, l] * u[(t - l) * batch + b, channel] }
          let row = t * batch + b
          y[row, channel] = sum + d[0, channel] * u[row, channel]
        }
      }
    }
  }

  /// x = exp(Δ A) x + Δ B u, y = C x + D u, step by step; state [B, H·N].
  static func selectiveScan(
    _ a: Matrix, _ d: Matrix, _ u: Matrix, _ delta: Matrix, _ b: Matrix, _ c: Matrix, _ batch: Int, _ state: Matrix,
    _ y: Matrix
  ) {
    let (width, size) = (a.rows, a.columns)
    state.fill(0)
    for row in 0..<u.rows {
      let x = state.rows(row % batch..<row % batch + 1).reshaped(rows: width, columns: size)
      for channel in 0..<width {
        let (input, step) = (u[row, channel], delta[row, channel])
        var sum: Float = 0
        for n in 0..<size {
          let next = expf(step * a[channel, n]) * x[channel, n] + step * b[row, n] * input
          x[channel, n] = next
          sum += c[row, n] * next
        }
        y[row, channel] = sum + d[0, channel] * input
      }
    }
  }

  /// The logits become softmax − target.
  /// - Returns: the sum of −log p(target).
  static func softmaxLoss(_ logits: Matrix, _ targets: [Int32]) -> Double {
    let classes = logits.columns
    var loss = 0.0
    for row in 0..<logits.rows {
      var (top, total): (Float, Float) = (-.infinity, 0)
      for k in 0..<classes { top = max(top, logits[row, k]) }
      for k in 0..<classes { logits[row, k] = expf(logits[row, k] - top) }
      for k in 0..<classes { total += logits[row, k] }
      for k in 0..<classes { logits[row, k] /= total }
      let target = Int(targets[row])
      loss -= Double(logf(logits[row, target]))
      logits[row, target] -= 1
    }
    return loss
  }

  /// One update of w by its gradient g, its mean m and its square v, all [1, n].
  static func adam(
    _ w: Matrix, _ g: Matrix, _ m: Matrix, _ v: Matrix, rate: Float, beta1: Float, beta2: Float, epsilon: Float,
    step: Float
  ) {
    let (c1, c2) = (1 - powf(beta1, step), 1 - powf(beta2, step))
    for i in 0..<w.columns {
      m[0, i] = beta1 * m[0, i] + (1 - beta1) * g[0, i]
      v[0, i] = beta2 * v[0, i] + (1 - beta2) * g[0, i] * g[0, i]
      w[0, i] -= rate * (m[0, i] / c1) / (sqrtf(v[0, i] / c2) + epsilon)
    }
  }
}
