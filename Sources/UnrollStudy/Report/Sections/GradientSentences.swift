import UnrollCore
import UnrollTraining

/// What gradients do in sentences.
extension DiagnosedTask {
  var sentences: [String] {
    [fates("Before training", \.before), fates("After training", \.after)].compactMap { $0 } + clippings
      + [gates, scores].compactMap { $0 }
  }

  /// In which backends the gradient vanishes, holds and explodes.
  private func fates(_ when: String, _ diagnoses: KeyPath<Backend, [Diagnosis]>) -> String? {
    let reaches = backends.compactMap { backend in
      backend.reach(diagnoses).flatMap { reach in reach.fate.map { (backend.name, reach, $0) } }
    }
    func group(_ fate: GradientReach.Fate, _ verb: String, _ said: (GradientReach, Bool) -> String) -> String? {
      let own = reaches.filter { $0.2 == fate }.sorted { DiagnosedTask.isShorter($0.1, $1.1) }
      let names = own.enumerated().map { "\(Markdown.code($1.0)) (\(said($1.1, $0 == 0)))" }
      return names.isEmpty ? nil : "\(verb) in " + Markdown.list(names)
    }
    func size(_ reach: GradientReach, _ isFirst: Bool) -> String {
      let share = Digits.compact(reach.shares.last!) + " times"
      return isFirst ? "\(share) as large \((reach.shares.count - 1).counted("step")) back" : share
    }
    let groups = [
      group(.vanishes, "vanishes") { $1 ? "under 1 % \($0.memory!.counted("step")) back" : "\($0.memory!)" },
      group(.holds, "holds", size), group(.explodes, "explodes", size),
    ].compactMap { $0 }
    return groups.isEmpty ? nil : "**\(when)** the gradient " + groups.joined(separator: "; it ") + "."
  }

  private static func isShorter(_ one: GradientReach, _ other: GradientReach) -> Bool {
    (one.memory ?? .max, one.shares.last!) < (other.memory ?? .max, other.shares.last!)
  }

  /// Backends that differ in clipping alone, beside each other.
  private var clippings: [String] {
    let groups = backends.map(DiagnosedTask.unclipped).unique.map { settings in
      backends.filter { DiagnosedTask.unclipped($0) == settings }.sorted { $0.clip > $1.clip }
    }
    return groups.filter { Set($0.map(\.clip)).count > 1 }.map { group in
      func all(_ text: (Backend) -> String) -> String { Markdown.list(group.map(text)) }
      func number(_ value: Double?) -> String { value.map(Digits.compact) ?? "–" }
      let names = all { "\(Markdown.code($0.name)) (\($0.clip == 0 ? "none" : "to \(Digits.plain($0.clip))"))" }
      let parts = [
        "the largest norm of a gradient is \(all { number($0.norms.map(\.largest).max()) })",
        "what is left of it for a step at most \(all { number($0.largestStep) })",
        "runs that finish are \(all { "\($0.results.finished.count) of \($0.results.records.count)" })",
      ]
      let scores = task.primary.map { metric in
        let samples = group.map { $0.results.test(metric) }
        let text = ScoreText(metric, samples.compactMap { $0 })
        return "mean test \(metric.name) is \(Markdown.list(samples.map { $0.map { text.quantity($0.mean) } ?? "–" }))"
      }
      return "**Clipping** is all that tells \(names) apart: "
        + (parts + [scores].compactMap { $0 }).joined(separator: "; ") + "."
    }
  }

  /// The settings of its first run, but for clipping and seed, in a line.
  private static func unclipped(_ backend: Backend) -> String {
    guard case .table(var all) = backend.records[0].settings, case .table(var training)? = all["training"] else {
      return backend.records[0].settings.description
    }
    training["clip"] = nil
    (all["training"], all["seed"]) = (.table(training), nil)
    return Value.table(all).description
  }

  /// Of those that keep what was.
  private var gates: String? {
    func mean(_ diagnoses: [Diagnosis], _ name: String) -> Double? {
      let own = diagnoses.compactMap { $0.gates.first { $0.name == name }?.mean }
      return own.isEmpty ? nil : own.reduce(0, +) / Double(own.count)
    }
    let said = backends.flatMap { backend in
      (backend.before.first?.gates ?? []).map(\.name).filter { name in
        ["forget", "update", "kept"].contains { name.hasSuffix($0) }
      }.map { name in
        let values = [mean(backend.before, name), mean(backend.after, name)].compactMap {
          $0.map { Digits.fixed($0, 2) }
        }
        return "\(Markdown.code(backend.name)) \(values.joined(separator: " → ")) (\(Markdown.escape(name)))"
      }
    }
    return said.isEmpty
      ? nil : "**Gates** stand open, in the mean before → after training: \(said.joined(separator: ", "))."
  }

  /// Of backends in which gradients vanish before training, and of the others.
  private var scores: String? {
    guard let metric = task.primary else { return nil }
    let samples = backends.compactMap { backend -> (vanishes: Bool, sample: Sample)? in
      guard let fate = backend.reach(\.before)?.fate, let sample = backend.results.test(metric) else { return nil }
      return (fate == .vanishes, sample)
    }
    let text = ScoreText(metric, samples.map(\.sample))
    func range(_ vanishes: Bool) -> String? {
      let means = samples.filter { $0.vanishes == vanishes }.map(\.sample.mean)
      guard let low = means.min(), let high = means.max() else { return nil }
      return text.number(low) == text.number(high)
        ? text.quantity(low) : "\(text.number(low)) to \(text.quantity(high))"
    }
    guard let gone = range(true), let kept = range(false) else { return nil }
    return
      "**Scores**: where the gradient vanishes before training, the mean test \(metric.name) of a backend is \(gone); where it does "
      + "not, \(kept)."
  }
}
