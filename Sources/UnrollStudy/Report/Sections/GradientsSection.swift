import UnrollCore
import UnrollTraining

/// What gradients do, of runs that recorded it (`training: {diagnosis: true}`): how far they reach, where they grow, what clipping leaves.
struct GradientsSection: ReportSection {
  let title = "Gradients"

  private let explanation =
    "The norm of the gradient ∂L/∂h of the loss L of a sequence's last step by the state h (all that a backend carries) d steps "
    + "before, as a share of that at d = 0, on development: a mean over seeds. Of a backend whose state is not followed from step to "
    + "step it is the gradient by the input. *Effective memory* is the first d at which the share is under 1 %. A gradient that ends "
    + "under 1 % *vanishes*, one that ends above the hundredfold *explodes*, others *hold*. *Spectral radius* is the largest |λ| of the "
    + "recurrent weights, *growth a step* the d-th root of the largest singular value of `∂h_T/∂h_{T−d}` over the longest d: above 1 "
    + "gradients may explode, below 1 they vanish. Norms are those of the gradient of all parameters before clipping. Before → after "
    + "training; ranges are over seeds. In figures thin lines are single seeds, strong ones their mean."

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.map(DiagnosedTask.init).filter { !$0.backends.isEmpty }
    return tasks.isEmpty ? [] : [.paragraph(explanation)] + tasks.flatMap(\.blocks)
  }
}

extension DiagnosedTask {
  fileprivate var blocks: [Block] {
    [task.heading] + (sentences.isEmpty ? [] : [.list(sentences)])
      + [reachFigure, normFigure, spectraFigure].compactMap { $0.map(Block.figure) } + [.table(table)] + gateTable
  }

  private var table: MarkdownTable {
    var table = MarkdownTable([
      ("backend", .left), ("effective memory", .right), ("spectral radius", .right), ("growth a step", .right),
      ("largest norm", .right), ("steps clipped", .right),
    ])
    for backend in backends {
      let radius = change(backend) { range($0.compactMap(\.spectralRadius)) { Digits.fixed($0, 2) } }
      let growth = change(backend) { range($0.compactMap { $0.jacobian?.growth }) { Digits.fixed($0, 2) } }
      let largest = backend.norms.map(\.largest).max().map(Digits.compact) ?? "–"
      table.add([
        Markdown.code(backend.name), change(backend, memory), radius, growth, largest, clipped(backend.norms),
      ])
    }
    return table
  }

  private func clipped(_ norms: [GradientNorms]) -> String {
    let steps = norms.reduce(0) { $0 + $1.steps }
    let clipped = norms.reduce(0) { $0 + $1.clipped }
    return steps == 0 ? "–" : Digits.fixed(100 * Double(clipped) / Double(steps), 0) + " %"
  }

  /// How far gates are open, where a backend has some.
  private var gateTable: [Block] {
    var table = MarkdownTable([
      ("backend", .left), ("gate", .left), ("mean", .right), ("shut (below 0.05)", .right),
      ("open (above 0.95)", .right),
    ])
    for backend in backends {
      for gate in backend.before.first?.gates ?? [] {
        func part(_ value: (GateView) -> Double) -> String {
          change(backend) { diagnoses in
            let own = diagnoses.compactMap { $0.gates.first { $0.name == gate.name } }
            return range(own.map(value)) { Digits.fixed($0, 2) }
          }
        }
        table.add([
          Markdown.code(backend.name), Markdown.escape(gate.name), part(\.mean), part(\.shut), part(\.open),
        ])
      }
    }
    return table.rows.isEmpty ? [] : [.details("Gates", [.table(table)])]
  }

  private func change(_ backend: Backend, _ text: ([Diagnosis]) -> String) -> String {
    let (before, after) = (text(backend.before), text(backend.after))
    return before == "–" && after == "–" ? "–" : "\(before) → \(after)"
  }

  private func range(_ values: [Double], _ text: (Double) -> String) -> String {
    guard let low = values.min(), let high = values.max() else { return "–" }
    return text(low) == text(high) ? text(low) : "\(text(low))–\(text(high))"
  }

  private func memory(_ diagnoses: [Diagnosis]) -> String {
    let reaches = diagnoses.compactMap(\.reach).filter { !$0.shares.isEmpty }
    let longest = reaches.map { $0.shares.count - 1 }.max() ?? 0
    return range(reaches.map { Double($0.memory ?? Int.max) }) {
      $0 > Double(longest) ? "over \(longest)" : "\(Int($0))"
    }
  }
}
