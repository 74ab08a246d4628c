import UnrollCore

extension ModelOptions {
  /// What a study has where it says nothing: an input that reads the data, a head that answers what is asked for.
  ///
  /// - Parameters:
  ///   - task: the kind of task.
  ///   - numbers: whether the steps of the data are numbers.
  public init(for task: any Task.Type, numbers: Bool) {
    self.init()
    inputs = [Inputs.all.first { $0.readsNumbers == numbers }!.init()]
    head = Heads.all.first { $0.answers == task.asks }!.init()
    (writes, readsPairs) = (task.writes, task.readsPairs)
  }

  /// - Parameter numbers: whether the steps of the data are numbers.
  /// - Throws: `InputError` for an input that cannot read the data.
  public func checkInputs(numbers: Bool) throws {
    guard let other = inputs.map({ type(of: $0) }).first(where: { $0.readsNumbers != numbers }) else { return }
    let (reads, has) = numbers ? ("words", "numbers") : ("numbers", "words")
    throw InputError("the input \(other.name) reads \(reads), and the steps of this data are \(has); leave it out")
  }

  /// - Throws: `InputError` for a head that does not answer what the task asks.
  public func checkHead(_ task: any Task.Type) throws {
    let head = type(of: head)
    guard head.answers != task.asks else { return }
    let fitting = Heads.all.filter { $0.answers == task.asks && $0.fits(task.reading) }.map { $0.name }
      .joined(separator: " or ")
    throw InputError(
      "the head \(head.name) answers with \(head.answers.rawValue), and \(task.name) asks for \(task.asks.rawValue); set head: \(fitting)"
    )
  }
}
