extension Setting {
  /// What a resolved value says, as if it stood in a file: the way back from `Options.recorded` to the tables that read settings.
  ///
  /// Every node has the file and the line that are given; keys are sorted.
  public init(of value: Value, file: String, line: Int = 1) {
    func setting(_ value: Value) -> Setting { Setting(of: value, file: file, line: line) }
    let content: Content =
      switch value {
      case .list(let values): .list(values.map(setting))
      case .table(let table):
        .table(table.sorted { $0.key < $1.key }.map { Entry(key: $0.key, line: line, value: setting($0.value)) })
      default: .scalar(value.description)
      }
    self.init(content, file: file, line: line)
  }
}
