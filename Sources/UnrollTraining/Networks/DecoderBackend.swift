import UnrollCore
import UnrollLayers

/// What writes a target where it is not of the encoder's kind: any causal backend.
///
///     decoder: {backend: gru, layers: 2}
public struct DecoderBackend: Sendable {
  /// Its settings; the width stands for the encoder's where none is given.
  private var settings: BackendSettings
  private let hasWidth: Bool

  /// Stands for the encoder's backend.
  static let same = "same"
  private static let what = "the decoder"

  /// Nil for the encoder's backend.
  ///
  /// - Throws: `InputError` for what is no backend.
  static func read(_ setting: Setting) throws -> DecoderBackend? {
    if case .scalar(same) = setting.content { return nil }
    var entries: [Setting.Entry] = []
    if case .table(let own) = setting.content { entries = own }
    return DecoderBackend(
      settings: try BackendSettings(setting, what) { BackendSettings($0) },
      hasWidth: entries.contains { $0.key == "width" })
  }

  /// As it stands in a record.
  var recorded: Value {
    guard case .table(var table) = settings.resolved else { preconditionFailure("settings are tables") }
    if !hasWidth { table["width"] = nil }
    return .table(table)
  }

  /// As it is built beside an encoder.
  func settings(beside encoder: BackendSettings) -> BackendSettings {
    var settings = settings
    if !hasWidth { settings.stack.width = encoder.stack.width }
    return settings
  }
}

extension ModelOptions {
  /// What writes the target beside an encoder: of the same kind its settings, forward and from where the encoder ends.
  func decoder(beside encoder: BackendSettings) -> BackendSettings {
    if let decoder { return decoder.settings(beside: encoder) }
    var settings = encoder
    (settings.stack.direction, settings.stack.initialState) = (.forward, .empty)
    return settings
  }

  /// The decoder of an encoder, with its parameters declared in `parameters`.
  ///
  /// - Throws: `InputError` for what cannot write a target.
  package func makeDecoder(
    _ encoder: any SequenceLayer, _ settings: BackendSettings, _ parameters: ParameterBuilder
  ) throws -> AttendingDecoder {
    do {
      let layer = try decoder(beside: settings).build(embedding, .causal, parameters.scope("decoder"))
      return try AttendingDecoder(layer, after: encoder, attention, parameters)
    } catch let error as InputError { throw InputError("the decoder: \(error.message)") }
  }
}
