/// A part of a report: a pure function from results to blocks. It draws nothing and reads nothing.
protocol ReportSection: Sendable {
  /// The heading.
  var title: String { get }
  /// Empty when the section has nothing to say: then its heading is left out too.
  func blocks(_ study: StudyResults) -> [Block]
}

/// Every section in the order of the report. A new one is a new file and a line here.
enum Sections {
  static let all: [any ReportSection] = [
    AnswerSection(), FamilySection(), ScoresSection(), CurvesSection(), CostSection(), DiscretisationSection(),
    LostRunsSection(),
    SettingsSection(),
    ProvenanceSection(),
  ]
}
