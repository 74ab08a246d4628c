import UnrollCore

/// The named data sets.
public enum Datasets {
  /// To add one: a file with a preset over a format, a name here.
  public static let all: [DatasetDefinition] = [
    .wordnetSupersense, .cmuStress, .wordnetText, .copying, .adding, .associativeRecall, .greeting, .narma,
    .parity, .evenPairs, .cycleNavigation, .modularArithmetic, .bracketArithmetic, .solveEquation,
    .stackManipulation, .reverseString, .dyck, .listOperations, .copyMemory, .multiQueryRecall, .agreement,
    .addingNumbers, .numberNames,
    .udEnglishEWT, .wnut17,
    .trecCoarse, .trecFine, .sst2, .sst5,
    .namesByLanguage, .mrSentencePolarity, .sick, .tinyShakespeare, .wikitext2,
    .jsbChorales, .nottingham,
    .scanSimple, .scanLength, .multi30k, .cmudict, .namesGivenLanguage,
  ]

  /// - Throws: `InputError` that suggests the nearest name.
  public static func named(_ name: String) throws -> DatasetDefinition {
    try all.named(name, kind: "data set", by: \.name)
  }
}
