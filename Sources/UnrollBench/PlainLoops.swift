import UnrollCore
import UnrollKernels

/// Kernels as one would write them first: one loop after the other, with the C library's functions.
enum PlainLoops {
  /// gates [n,4H] in the order i f g o; cell and hidden [n,H] out.
  static func lstmGates(_ gates: Matrix, _ previous: Matrix, _ cell: Matrix, _ hidden: Matrix) {
    let (rows, width) = (cell.rows, cell.columns)
    let (sums, before, c, h) = (gates.base, previous.base, cell.base, hidden.base)
    func sigmoid(_ x: Float) -> Float { 1 / (1 + expf(-x)) }
    for row in 0..<rows {
      for j in 0..<width {
        let (gate, at) = (row * 4 * width + j, row * width + j)
        let (i, f) = (sigmoid(sums[gate]), sigmoid(sums[gate + width]))
        let (g, o) = (tanhf(sums[gate + 2 * width]), sigmoid(sums[gate + 3 * width]))
        c[at] = f * before[at] + i * g
        h[at] = o * tanhf(c[at])
      }
    }
  }

  /// y_t = Σ_l k_l u_{t−l} + D u_t for `batch` sequences of one length; kernel [H,T].
  static func convolve(_ u: Matrix, _ kernel: Matrix, _ d: Matrix, _ batch: Int, _ y: Matrix) {
    let (width, length) = (u.columns, kernel.columns)
    let (x, k, skip, out) = (u.base, kernel.base, d.base, y.base)
    for b in 0..<batch {
      for channel in 0..<width {
        for t in 0..<length {
          var sum: Float = 0
          for l in 0...t { sum += k[channel * length + l] * x[((t - l) * batch + b) * width + channel] }
          let at = (t * batch + b) * width + channel
          out[at] = sum + skip[channel] * x[at]
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
    let (poles, skip, input, step) = (a.base, d.base, u.base, delta.base)
    let (into, from, x, out) = (b.base, c.base, state.base, y.base)
    state.fill(0)
    for row in 0..<u.rows {
      for channel in 0..<width {
        let (at, first) = (row * width + channel, (row % batch * width + channel) * size)
        var sum: Float = 0
        for n in 0..<size {
          let kept = expf(step[at] * poles[channel * size + n]) * x[first + n]
          x[first + n] = kept + step[at] * into[row * size + n] * input[at]
          sum += from[row * size + n] * x[first + n]
        }
        out[at] = sum + skip[channel] * input[at]
      }
    }
  }

  /// The logits become softmax − target.
  /// - Returns: the sum of −log p(target).
  static func softmaxLoss(_ logits: Matrix, _ targets: [Int32]) -> Double {
    let (rows, classes, p) = (logits.rows, logits.columns, logits.base)
    var loss = 0.0
    for row in 0..<rows {
      let first = row * classes
      var (top, total): (Float, Float) = (-.infinity, 0)
      for k in 0..<classes { top = max(top, p[first + k]) }
      for k in 0..<classes { p[first + k] = expf(p[first + k] - top) }
      for k in 0..<classes { total += p[first + k] }
      for k in 0..<classes { p[first + k] /= total }
      let target = first + Int(targets[row])
      loss -= Double(logf(p[target]))
      p[target] -= 1
    }
    return loss
  }

  /// One update of w by its gradient g, its mean m and its square v.
  static func adam(
    _ w: Matrix, _ g: UnsafeMutablePointer<Float>, _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>,
    rate: Float, beta1: Float, beta2: Float, epsilon: Float, step: Float
  ) {
    let (p, c1, c2) = (w.base, 1 - powf(beta1, step), 1 - powf(beta2, step))
    for i in 0..<w.count {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i]
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
      p[i] -= rate * (m[i] / c1) / (sqrtf(v[i] / c2) + epsilon)
    }
  }
}
