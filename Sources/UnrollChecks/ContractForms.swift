import UnrollCore
import UnrollLayers
import UnrollTraining

/// The forms in which a backend is checked: stacks, directions and pools that all have, and every choice of its own options.
extension Contract {
  /// Hidden width of most forms; no other dimension of the test shapes equals it.
  static let width = 5

  /// The forms of a backend with its `miniature` options.
  ///
  /// - Throws: `InputError` where an option refuses a value that another form needs.
  public static func forms(of backend: any BackendOptions.Type) throws -> [Form] { try forms(of: backend.miniature) }

  /// The forms of a backend with given options, which are the plain form.
  ///
  /// - Throws: `InputError` where an option refuses a value that another form needs.
  public static func forms(of options: any BackendOptions) throws -> [Form] {
    let stacks: [(String, [(String, String)])] = [
      ("plain", []),
      // More channels than a vector register holds, and a remainder.
      ("width: 11", [("width", "\(rounded(11, options))")]),
      ("layers: 2", [("layers", "2")]),
      ("layers: 2, bidirectional, concat", [("layers", "2"), ("direction", "bidirectional"), ("merge", "concat")]),
      ("layers: 2, bidirectional, sum", [("layers", "2"), ("direction", "bidirectional"), ("merge", "sum")]),
      ("residual, bidirectional", [("layers", "2"), ("residual", "prenorm"), ("direction", "bidirectional")]),
      ("residual, variational", [("layers", "2"), ("residual", "prenorm"), ("variational", "true")]),
      ("learned state", [("initial_state", "learned")]),
    ]
    let pools = ["mean", "max", "attention"].map { ("pooling: \($0)", [("pooling", $0)]) }
    let own = otherChoices(options).map { ("\($0.key): \($0.value)", [($0.key, $0.value)]) }
    return try (stacks + (options.poolsItself ? [] : pools) + own).flatMap { name, changes in
      var settings = BackendSettings(options)
      settings.stack.width = rounded(width, options)
      try settings.set(changes)
      let possible = Reading.allCases.filter { isPossible(settings, $0) }
      return try different(possible.map { Form(name, settings, $0) })
    }
  }

  /// The nearest width from there on that the backend can have.
  private static func rounded(_ width: Int, _ options: any BackendOptions) -> Int {
    (width + options.widthStep - 1) / options.widthStep * options.widthStep
  }

  /// Whether it can be built: what sees the whole sequence cannot be read causally, a pool not at every step, and a layer without a
  /// state cannot learn its first. (A test knows which forms every backend must have.)
  private static func isPossible(_ settings: BackendSettings, _ reading: Reading) -> Bool {
    (try? settings.build(1, reading, .counting())) != nil
  }

  /// Leaves out those that do, bit for bit, what an earlier one does: few backends differ by how they are read.
  private static func different(_ forms: [Form]) throws -> [Form] {
    var seen: Set<[UInt32]> = []
    return try forms.filter { form in
      let model = try ContractModel(form)
      let bits = model.run(ContractBatch(model.layer)).all.map(\.bitPattern)
      return seen.insert(bits + [model.layer.isCausal ? 1 : 0]).inserted
    }
  }

  /// Every value, but the present one, of every option of the backend that has a list of values.
  private static func otherChoices<B: BackendOptions>(_ options: B) -> [(key: String, value: String)] {
    let present = options.resolved
    return B.table.flatMap { key in
      key.choices.filter { $0 != present[key.name]?.description }.map { (key.name, $0) }
    }
  }
}

extension BackendSettings {
  mutating func set(_ changes: [(String, String)]) throws {
    try apply(changes.map { Setting.Entry(key: $0, line: 1, value: Setting(.scalar($1), file: "contract", line: 1)) })
  }

  /// The same backend with every probability of dropout at `probability`: by convention of every option that is called dropout, or
  /// something_dropout.
  func dropping(_ probability: Double) throws -> BackendSettings {
    var settings = self
    let keys = keys.filter { $0.hasSuffix("dropout") }
    try settings.set(keys.map { ($0, "\(probability)") })
    return settings
  }

  /// The same backend with one kind of dropout, for each kind that it has in this form.
  func droppingEach(_ probability: Double) throws -> [(key: String, settings: BackendSettings)] {
    let layered = stack.layers * options.layersPerRepeat > 1 || stack.residual == .prenorm
    return try keys.filter { $0.hasSuffix("dropout") && ($0 != "dropout" || layered) }.map { key in
      var settings = self
      try settings.set([(key, "\(probability)")])
      return (key, settings)
    }
  }

  /// With dropout and zoneout, for a backend that has it; nil for others. Zoneout stays in evaluation, as its mean, so that only
  /// gradients are checked with it.
  func withZoneout(_ probability: Double) throws -> BackendSettings? {
    guard keys.contains("zoneout") else { return nil }
    var settings = try dropping(probability)
    try settings.set([("zoneout", "\(probability)")])
    return settings
  }
}
