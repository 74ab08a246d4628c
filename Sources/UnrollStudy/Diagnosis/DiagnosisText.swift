import CLibrary
import UnrollCore
import UnrollTraining

/// A diagnosis as plain lines.
extension Diagnosis {
  package var lines: [String] {
    let many = sequences.counted("sequence")
    let steps = shortest == longest ? "\(longest)" : "\(shortest) to \(longest)"
    return ["\(many) of \(steps) steps, each with the loss of its last step"] + gradientLines + jacobianLines
      + insideLines
  }

  private var insideLines: [String] {
    func table(_ title: String, _ head: [String], _ rows: [[String]]) -> [String] {
      rows.isEmpty ? [] : ["", title] + TextTable.aligned([[""] + head] + rows)
    }
    return table(
      "What the state is multiplied with from step to step", ["spectral radius"],
      recurrences.map { [$0.name, Digits.scientific($0.spectralRadius)] })
      + table(
        "Gates, over all units and steps: mean, and shares of activations below 0.05 and above 0.95",
        ["mean", "shut", "open"],
        gates.map { [$0.name, Digits.fixed($0.mean, 2), Diagnosis.percent($0.shut), Diagnosis.percent($0.open)] })
      + table(
        "Convolution kernels over all channels: size of the first, and of later ones as a share of the largest",
        ["l = 0"] + kernelLags.map { "\($0)" } + ["under 1 % from"],
        kernels.map { kernel in
          let most = kernel.norms.max() ?? 0
          return [kernel.name, Digits.scientific(kernel.norms[0])]
            + kernelLags.map { Digits.scientific(kernel.norms[$0] / most) }
            + [kernel.memory.map { "\($0)" } ?? "over \(kernel.norms.count - 1)"]
        })
  }

  private var kernelLags: [Int] { Diagnosis.distances(to: (kernels.map(\.norms.count).min() ?? 1) - 1) }

  private static func percent(_ share: Double) -> String { Digits.fixed(100 * share, 1) + " %" }

  private var gradientLines: [String] {
    let longest = gradients.map(\.shares.count).max() ?? 0
    guard longest > 0 else { return ["", "No sequence asks for anything at its last step."] }
    let shown = Diagnosis.distances(to: longest - 1)
    let rows = gradients.map { reach in
      [reach.name, Digits.scientific(reach.norms.first ?? 0)]
        + shown.map { $0 < reach.shares.count ? Digits.scientific(reach.shares[$0]) : "" }
        + [reach.memory.map { "\($0)" } ?? "over \(reach.shares.count - 1)"]
    }
    return [
      "",
      "Norm of the gradient of the loss by what enters a step d steps before it; from d = 1 on as a share of that at d = 0",
    ] + TextTable.aligned([["", "d = 0"] + shown.map { "\($0)" } + ["under 1 % from"]] + rows)
  }

  private var jacobianLines: [String] {
    guard let jacobian else { return [] }
    let growth = zip(jacobian.distances, jacobian.singularValues).map { pow($1, 1 / Double($0)) }
    return [
      "",
      "Largest singular value of the Jacobian of the state (\(jacobian.size) numbers) over the last d steps, and its d-th root",
    ]
      + TextTable.aligned([
        ["d"] + jacobian.distances.map { "\($0)" },
        ["largest"] + jacobian.singularValues.map(Digits.scientific), ["a step"] + growth.map(Digits.scientific),
      ]) + ["Spectral radius of the last step's: \(Digits.scientific(jacobian.spectralRadius))"]
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
    let rows = tokens.enumerated().map { position, token in
      let distance = tokens.count - 1 - position
      return [token, "\(distance)"] + columns.map { distance < $0.count ? Digits.scientific($0[distance]) : "" }
    }
    return TextTable.aligned([["", "d"] + reaches.map(\.name) + attention.map(\.name)] + rows) + [""] + diagnosis.lines
  }
}

/// Text in columns: the first at the left, the others at the right.
private enum TextTable {
  static func aligned(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + space : space + text
      }
      return cells.joined(separator: "  ")
    }
  }
}
