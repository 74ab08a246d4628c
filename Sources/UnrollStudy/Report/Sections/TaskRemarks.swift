import UnrollCore
import UnrollData
import UnrollSystem
import UnrollTraining

/// What a reader must know of a task's data and runs before trusting its scores: said where the scores stand.
struct TaskRemarks {
  let task: TaskResults

  var sentences: [String] { [few, folds, spans, unknown, short, clock, leak, programs].compactMap { $0 } }

  /// Below this many test items a single one moves the score by a percent or more.
  private static let fewItems = 100

  private var few: String? {
    let count = task.records.compactMap { $0.data.sizes[.test] }.max() ?? 0
    guard count > 0, count < TaskRemarks.fewItems else { return nil }
    let knows = task.rankings.first?.knowsItems ?? false
    let rest = knows ? "however many seeds there are" : "and intervals over seeds know nothing of it"
    return "**The test split has only \(Markdown.count(count, "item")):** scores on so few say little, \(rest)."
  }

  /// What stands in the place of seeds, and what its scores know of each other.
  private var folds: String? {
    guard task.isOfFolds else { return nil }
    let count = Set(task.records.compactMap(\.fold)).count
    let chosen = task.selections.contains { $0.candidates.count > 1 }
    return
      "**Cross-validation:** \(Markdown.count(count, "fold")) in the place of seeds. Every text is tested by the one run that has not been trained on it, "
      + "and backends are compared fold by fold. Runs share most of what they are trained on: intervals and verdicts count them as "
      + "\(Digits.fixed(1 / (1 / Double(count) + 1 / Double(count - 1)), 1)) independent ones (Nadeau and Bengio 2003)."
      + (chosen
        ? " A candidate is chosen by its mean development score over all folds: development items of one fold are test items of another."
        : "")
  }

  /// How labels that break their scheme are read.
  private var spans: String? {
    guard task.records.contains(where: { $0.metrics.contains(.spanF1) }) else { return nil }
    return
      "A span is right when its type, first and last token are. Labels that break their scheme are read as `conlleval` and, "
      + "by default, `seqeval` read them: a span begins wherever one could, and ends where it must."
  }

  /// What a language model is not asked for.
  private var unknown: String? {
    let shares = task.records.filter { $0.cell.kind == LanguageModelling.name }.compactMap(\.data.unknownShares)
    let untrained = shares.filter { $0[.train] == 0 }.compactMap { $0[.test] }
    guard let share = untrained.max(), share > 0 else { return nil }
    return
      "**\(Digits.significant(100 * share, 2)) % of the test tokens do not occur in training,** which shows no model how probable `<unk>` is: "
      + "neither models nor the baseline are asked for them (`minimum_count: 2` makes `<unk>` a token like any other)."
  }

  /// Columns of text that end before a chunk does make smaller steps than the settings say.
  private var short: String? {
    let columns = task.records.filter { $0.cell.kind == LanguageModelling.name }.compactMap { record -> Int? in
      let training = record.settings["training"]
      guard let batch = training?["batch"]?.number.flatMap({ Int(exactly: $0) }), batch > 0,
        let chunk = training?["chunk"]?.number, let tokens = record.data.sizes[.train]
      else { return nil }
      let length = (tokens - 1) / batch
      return Double(length) < chunk ? length : nil
    }
    guard let shortest = columns.min() else { return nil }
    return
      "**The training text is short for its batches:** a column of it has \(Markdown.count(shortest, "token")), less than `chunk`, so that an epoch "
      + "is a single step. Lower `batch`."
  }

  /// Training that ends by the clock is the machine's, not the settings'.
  private var clock: String? {
    let limits = task.records.compactMap { $0.settings["training"]?["seconds"]?.number }.filter { $0 > 0 }
    guard !limits.isEmpty else { return nil }
    let epochs = task.finished.compactMap { $0.curve.last?.epoch }
    let ends = [epochs.min(), epochs.max()].compactMap(\.self).map(Digits.short).unique
    let reached = ends.isEmpty ? "" : " (after \(ends.joined(separator: " to ")) epochs)"
    return
      "Training ended at the first evaluation after \(Markdown.list(limits.unique.sorted().map(Digits.plain))) seconds of it, or earlier\(reached): how "
      + "far a model comes in that time, and every bit of it, hangs on the machine and on what else it did."
  }

  /// A split that shows test items in training is said where its scores stand.
  private var leak: String? {
    let apart = Duplicates.apart.rawValue
    guard task.records.contains(where: { $0.settings["data"]?["duplicates"]?.string == apart }) else { return nil }
    return
      "Equal texts may stand on different sides of this split (`duplicates: apart`), as in a random one: test items that "
      + "also occur in training make these scores higher than on new texts."
  }

  /// Runs of different programs are not taken for runs of one.
  private var programs: String? {
    let programs = task.records.map(\.environment.program).unique
    guard programs.count > 1 else { return nil }
    return "The runs come from different states of the program: \(Markdown.list(programs.map(Markdown.code)))."
  }
}

extension Machine.Environment {
  /// The state of the program.
  var program: String { "\(version) (\(commit)\(build.map { ", build \($0.prefix(8))" } ?? ""))" }
}
