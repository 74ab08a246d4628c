/// Every section in the order of the report. A new one is a new file and a line here.
enum Sections {
  static let all: [any ReportSection] = [
    AnswerSection(),
    OverTasksSection(),
    NotesSection(),
    FamilySection(),
    ScoresSection(),
    SelectionSection(),
    SpanSection(),
    ClassesSection(),
    DisagreementSection(),
    BreakdownSection(),
    CalibrationSection(),
    CurvesSection(),
    CostSection(),
    GradientsSection(),
    DiscretisationSection(),
    LostRunsSection(),
    SettingsSection(),
    ProvenanceSection(),
  ]
}
