import UnrollCore
import UnrollData
import UnrollLayers

extension ModelFile {
  /// The network with its values.
  ///
  /// - Throws: `InputError` for settings of another program, and for tensors that are not those of the settings.
  public func network() throws -> any Network {
    try placing {
      let (recipe, type) = (try recipe(), try taskType())
      let counting = ParameterBuilder.counting()
      _ = try type.network(recipe, counting)
      try Parameters.check(tensors, counting.declared)
      return try type.network(recipe, .given(tensors))
    }
  }

  /// What its network is made from.
  ///
  /// - Throws: `InputError` for settings that this program does not know.
  public func recipe() throws -> NetworkRecipe {
    try placing {
      let read = ResolvedSettings(settings, file: file ?? "")
      let (backend, budget) = try read.backend()
      guard budget == nil else { throw InputError("its settings lack the width of the backend") }
      let version = settings["backend"]?["version"]?.integer ?? 1
      try requireVersion(version, type(of: backend.options).version, "the backend \(backend.name)")
      let task = try taskType()
      return NetworkRecipe(
        try read.model(for: task, numbers: data.scales != nil), backend, task.reading, data)
    }
  }

  /// - Throws: `InputError` for a task that this program does not know.
  public func taskType() throws -> any Task.Type {
    try placing {
      let type = try Tasks.named(task)
      try requireVersion(settings["task"]?["version"]?.integer ?? 1, type.version, "the task \(task)")
      return type
    }
  }

  private func requireVersion(_ own: Int, _ known: Int, _ what: String) throws {
    guard own == known else {
      throw InputError(
        "was trained with version \(own) of \(what), and this unroll has version \(known): train it again, or use unroll \(unroll)"
      )
    }
  }

  /// A complaint about what stands in the file names it, once.
  func placing<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as InputError { throw InputError(error.message, file: file) }
  }
}
