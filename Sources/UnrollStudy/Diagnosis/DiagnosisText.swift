import CLibrary
import UnrollCore
import UnrollTraining

/// A diagnosis as plain lines.
extension Diagnosis {
  package var lines: [String] {
    let steps = shortest == longest ? longest.counted("step") : "\(shortest) to \(longest) steps"
    let head = "\(sequences.counted("sequence")) of \(steps), each with the loss of its last step."
    return [head] + said
  }

  /// All but what was read.
  fileprivate var said: [String] {
    [fate].compactMap { $0 } + unsaid + gradientLines + jacobianLines + insideLines
  }

  /// In a sentence.
  private var fate: String? {
    guard let reach, let fate = reach.fate else { return nil }
    let by = stateSize > 0 && gradients.count > 1 ? "state" : "input"
    let last = reach.shares.count - 1
    let far =
      "\(last.counted("step")) back it is \(Digits.compact(reach.shares[last])) times as large as at the loss."
    return switch fate {
    case .vanishes:
      "The gradient by the \(by) vanishes: \(reach.memory!.counted("step")) back it falls under 1 % of what it is at the loss."
    case .holds: "The gradient by the \(by) holds: " + far
    case .explodes: "The gradient by the \(by) explodes: " + far
    }
  }

  /// What cannot be said, and why.
  private var unsaid: [String] {
    if stateSize == 0 {
      return ["Sequences are read as wholes, or the state is too large: there are gradients by the input alone."]
    }
    guard stateSize > JacobianReach.largest else { return [] }
    return [
      "The state has \(Digits.whole(stateSize)) numbers: of Jacobians and weights of more than "
        + "\(JacobianReach.largest) nothing is said."
    ]
  }

  private var insideLines: [String] {
    func table(_ title: String, _ head: [String], _ rows: [[String]]) -> [String] {
      rows.isEmpty ? [] : ["", title] + TextTable([[""] + head] + rows).lines
    }
    return table(
      "Recurrent weights: what the state is multiplied with from step to step", ["spectral radius"],
      recurrences.map { [$0.name, Digits.fixed($0.spectralRadius, 3)] })
      + table(
        "Gates over all units and steps: mean, shares of activations below 0.05 and above 0.95",
        ["mean", "shut", "open"],
        gates.map { [$0.name, Digits.fixed($0.mean, 2), Diagnosis.percent($0.shut), Diagnosis.percent($0.open)] })
      + table(
        "Convolution kernels over all channels: size of the first, later ones as shares of the largest",
        ["l = 0"] + kernelLags.map { "\($0)" } + ["under 1 % from"],
        kernels.map { kernel in
          let most = kernel.norms.max() ?? 0
          return [kernel.name, Digits.scientific(kernel.norms[0])]
            + kernelLags.map { Digits.scientific(most > 0 ? kernel.norms[$0] / most : 0) }
            + [Diagnosis.memory(kernel.memory, of: kernel.norms)]
        })
  }

  private var kernelLags: [Int] { Diagnosis.distances(to: (kernels.map(\.norms.count).min() ?? 1) - 1) }

  private static func percent(_ share: Double) -> String { Digits.fixed(100 * share, 1) + " %" }

  private static func memory(_ memory: Int?, of values: [Double]) -> String {
    memory.map { "\($0)" } ?? (values.count > 1 ? "over \(values.count - 1)" : "–")
  }

  private var gradientLines: [String] {
    let longest = gradients.map(\.shares.count).max() ?? 0
    guard longest > 0 else { return ["", "No loss has a gradient."] }
    let shown = Diagnosis.distances(to: longest - 1)
    let rows = gradients.map { reach in
      [reach.name, Digits.scientific(reach.norms.first ?? 0)]
        + shown.map { $0 < reach.shares.count ? Digits.scientific(reach.shares[$0]) : "" }
        + [Diagnosis.memory(reach.memory, of: reach.shares)]
    }
    return [
      "", "Norm of the loss's gradient by what enters a step d steps before; d > 0 as a share of that at d = 0",
    ]
      + TextTable([["", "d = 0"] + shown.map { "\($0)" } + ["under 1 % at"]] + rows).lines
  }

  private var jacobianLines: [String] {
    guard let jacobian else { return [] }
    let growth = zip(jacobian.distances, jacobian.singularValues).map { pow($1, 1 / Double($0)) }
    return [
      "",
      "Jacobian of the state (\(jacobian.size.counted("number"))) over the last d steps: largest singular value, its d-th root",
    ]
      + TextTable([
        ["d"] + jacobian.distances.map { "\($0)" },
        ["largest"] + jacobian.singularValues.map(Digits.scientific), ["a step"] + growth.map { Digits.fixed($0, 3) },
      ]).lines + ["Spectral radius of the last step's: \(Digits.fixed(jacobian.spectralRadius, 3))"]
  }

  /// 1, 2, 4, … and the last.
  private static func distances(to last: Int) -> [Int] {
    guard last > 0 else { return [] }
    return sequence(first: 1) { $0 * 2 < last ? $0 * 2 : nil } + (last > 1 ? [last] : [])
  }
}

extension TextDiagnosis {
  /// Token by token.
  package var lines: [String] {
    let reaches = diagnosis.gradients
    let attention = diagnosis.attention
    let columns = reaches.map(\.shares) + attention.map(\.weights)
    let rows = shown.enumerated().map { position, token in
      let distance = tokens.count - 1 - position
      return [token, "\(distance)"] + columns.map { distance < $0.count ? Digits.scientific($0[distance]) : "" }
    }
    let what = attention.isEmpty ? "" : ", and what the last token attends to"
    return ["\(tokens.count.counted("token")); the loss is that of “\(TextDiagnosis.visible(asked))” after the last."]
      + diagnosis.said
      + ["", "Token by token: shares of the gradients\(what)"]
      + TextTable([["", "d"] + reaches.map(\.name) + attention.map(\.name)] + rows).lines
  }

  /// Tokens as a person can see them.
  var shown: [String] { tokens.map(TextDiagnosis.visible) }

  private static func visible(_ token: String) -> String {
    String(token.map { $0 == " " ? "␣" : $0 == "\t" ? "⇥" : $0.isNewline ? "⏎" : $0 }).printable
  }
}
