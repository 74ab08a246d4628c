/// Next-step prediction of polyphonic music (Boulanger-Lewandowski et al. 2012): 88 yes or no a step, which `task: multi-label` asks for.
extension DatasetDefinition {
  static let jsbChorales = music(
    "jsb-chorales", "chorales by Bach in quarter notes", "jsb-chorales-quarter",
    source: "https://github.com/czhuang/JSB-Chorales-dataset")
  static let nottingham = music(
    "nottingham", "folk tunes with chords", "nottingham", source: "http://www-etud.iro.umontreal.ca/~boulanni/icml2012")

  private static func music(_ name: String, _ what: String, _ file: String, source: String) -> DatasetDefinition {
    DatasetDefinition(
      name, "\(what): which of 88 notes sound at the next step (task: multi-label)", version: "2012",
      licence: "none stated, research use", source: source, format: .pianoRolls
    ) {
      $0.train = "polyphonic-music/\(file).json#train"
      $0.development = "polyphonic-music/\(file).json#valid"
      $0.test = "polyphonic-music/\(file).json#test"
    }
  }
}
