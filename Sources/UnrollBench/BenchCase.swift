import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollSystem
import UnrollTraining

/// One fixed case of work to be timed: the file that holds it is read by the PyTorch side of the comparison too.
package struct BenchCase: Options, Hashable {
  package enum Kind: String, CaseIterable, Sendable {
    /// Embedding → backend → linear → mean cross-entropy, clip to norm 1, Adam.
    case step
    /// One sequence operator alone on random input [T, B, width], forward and backward, all gradients.
    case op
  }

  package static let table: [OptionKey<BenchCase>] = [
    OptionKey("name", \.name, "what the result is called"),
    OptionKey("kind", \.kind, "a training step, or an operator alone"),
    OptionKey("backend", \.backend, "a backend, or the operator `selective-scan`"),
    OptionKey("hidden", \.hidden, in: 1...65_536, "hidden width H"),
    OptionKey("embed", \.embed, in: 1...65_536, "input width E; of an operator H when left out"),
    OptionKey("state", \.state, in: 1...65_536, "state size N, where the backend has one"),
    OptionKey("layers", \.layers, in: 1...64, "layers on top of each other"),
    OptionKey("bidirectional", \.bidirectional, "both ways over the sequence"),
    OptionKey("vocab", \.vocabulary, in: 1...10_000_000, "tokens V of a step"),
    OptionKey("classes", \.classes, in: 1...10_000_000, "outputs K of a step"),
    OptionKey("options", \.options, "options of the backend: `KEY=VALUE KEY=VALUE`"),
    OptionKey("batch", \.batch, in: 1...1_048_576, "sequences B"),
    OptionKey("length", \.length, in: 1...16_777_216, "steps T of every sequence"),
  ]

  package var name = ""
  package var kind = Kind.step
  package var backend = ""
  package var options = ""
  // Zero: not given.
  package var (hidden, embed, state, vocabulary, classes, batch, length) = (0, 0, 0, 0, 0, 0, 0)
  package var layers = 1
  package var bidirectional = false

  package init() {}

  /// The operator that is no backend.
  static let selectiveScan = "selective-scan"
  /// State spaces that are timed without the block around them.
  private static let bare = [selectiveScan, S4DOptions.name, SSMOptions.name]

  package var rows: Int { batch * length }
  var inputWidth: Int { embed == 0 ? hidden : embed }

  package func validate() throws {
    var needed = [("hidden", hidden), ("batch", batch), ("length", length)]
    let ofSteps = [("vocab", vocabulary), ("classes", classes)]
    let isBare = kind == .op && BenchCase.bare.contains(backend)
    if kind == .step { needed += ofSteps + [("embed", embed)] }
    if isBare { needed.append(("state", state)) }
    if name.isEmpty { throw InputError("name is missing") }
    if backend.isEmpty { throw InputError("backend is missing") }
    if let (key, _) = needed.first(where: { $0.1 == 0 }) { throw InputError("\(key) is missing") }
    if kind == .op, let (key, _) = ofSteps.first(where: { $0.1 != 0 }) {
      throw InputError("\(key) means nothing to an operator; leave it out")
    }
    if isBare && (embed != 0 || layers != 1 || bidirectional) {
      throw InputError(
        "\(backend) alone has neither an input width nor layers nor directions; leave embed, layers and bidirectional out"
      )
    }
    if backend == BenchCase.selectiveScan && !options.isEmpty {
      throw InputError("\(backend) has no options; leave them out")
    }
    guard rows <= 1 << 28 else { throw InputError("\(batch) sequences of \(length) steps are more than 2^28 tokens") }
  }

  /// Why this version cannot run the case; nil when it can.
  package var obstacle: String? {
    if kind == .op && backend == BenchCase.selectiveScan { return nil }
    do { _ = try Backends.named(backend) } catch let error as InputError {
      return error.message
    } catch { return "\(error)" }
    return nil
  }

  /// Builds the case without values.
  ///
  /// - Throws: `InputError` for what its backend cannot be.
  func check() throws {
    if obstacle != nil { return }
    switch kind {
    case .step:
      let count = try Tagging.parameterCount(try recipe())
      // Values, gradients and Adam's two moments.
      let mib = Double(count) * 16 / 1_048_576
      guard mib <= Machine.memory else {
        throw InputError("\(count) parameters take \(Int(mib)) MiB to train; this machine has \(Int(Machine.memory))")
      }
    case .op where backend != BenchCase.selectiveScan: _ = try layer(.counting())
    case .op: break
    }
  }

  /// The backend's own settings where the case says nothing.
  func settings() throws -> BackendSettings {
    var settings = BackendSettings(try Backends.named(backend).init())
    settings.stack.width = hidden
    settings.stack.layers = layers
    settings.stack.direction = bidirectional ? .bidirectional : .forward
    var words = options.split(separator: " ").map(String.init)
    if state != 0 { words.append("state=\(state)") }
    let entries = try words.map { word in
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw InputError("options must be \"KEY=VALUE KEY=VALUE\", not \"\(options)\"") }
      return Setting.Entry(key: parts[0], line: 1, value: Setting(.scalar(parts[1]), file: "", line: 1))
    }
    // Of the file that the case stands in, its reader knows more.
    do { try settings.apply(entries) } catch let error as InputError { throw InputError(error.message) }
    return settings
  }

  /// The network of a step's case.
  func recipe() throws -> NetworkRecipe {
    var model = ModelOptions()
    model.embedding = embed
    return NetworkRecipe(model, try settings(), .everyStep, NetworkData(tokens: vocabulary, outputs: classes))
  }

  /// The backend of an operator's case: state spaces alone, others as they stand in a model.
  func layer(_ parameters: ParameterBuilder) throws -> any SequenceLayer {
    let settings = try settings()
    return switch settings.options {
    case let options as S4DOptions: options.stateSpace(hidden, parameters)
    case let options as SSMOptions: options.stateSpace(hidden, parameters)
    default: try settings.build(inputWidth, .everyStep, parameters)
    }
  }
}
