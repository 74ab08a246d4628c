import UnrollCore
import UnrollTraining

/// Tasks of a study that are one task at several values of a numeric data option, such as `length`.
struct TaskFamily {
  /// The option without `data.`.
  let option: String
  let name: String
  /// By rising value, at least two.
  let members: [(value: Double, task: TaskResults)]
  /// The primary one of all members.
  let metric: Metric

  /// Every family of a study: its tasks agree in all settings that depend on the task alone, but for one.
  static func all(_ study: StudyResults) -> [TaskFamily] {
    let settings = SettingsTable(study.records)
    let names = settings.names(.task)
    return names.filter { $0.hasPrefix("data.") }.flatMap { key in
      families(study, settings, key, others: names.filter { $0 != key })
    }
  }

  private static func families(
    _ study: StudyResults, _ settings: SettingsTable, _ key: String, others: [String]
  ) -> [TaskFamily] {
    func value(_ key: String, _ task: TaskResults) -> String? { settings.value(key) { $0.task == task.name } }
    let kinds = study.tasks.map { task in others.map { value($0, task) } }
    return kinds.unique.compactMap { kind in
      let members = zip(study.tasks, kinds).filter { $0.1 == kind }.compactMap { task, _ in
        value(key, task).flatMap(Double.init).flatMap { Axis.holds($0) ? (value: $0, task: task) : nil }
      }
      return TaskFamily(option: String(key.dropFirst("data.".count)), members.sorted { $0.value < $1.value })
    }
  }

  private init?(option: String, _ members: [(value: Double, task: TaskResults)]) {
    guard members.count > 1, let metric = members.lazy.compactMap({ $0.task.primary }).first else { return nil }
    (self.option, self.members, self.metric) = (option, members, metric)
    // A grid's task is called `copying length=20`.
    let names = members.map { $0.task.name.replacing(" \(option)=\(Digits.plain($0.value))", with: "") }
    name = names.unique.count == 1 ? names[0] : Markdown.list(names)
  }

  /// One backend's test scores by rising value, without the members at which no run finished.
  func scores(_ backend: String) -> [(value: Double, sample: Sample)] {
    members.compactMap { member in
      member.task.backends.first { $0.name == backend }?.test(metric).map { (member.value, $0) }
    }
  }

  var baseline: [(value: Double, score: Double)] {
    members.compactMap { member in member.task.baselineScore(metric).map { (member.value, $0.mean) } }
  }
}
