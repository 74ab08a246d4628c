import UnrollCore
import UnrollLayers

/// A backend as the value of an option.
extension BackendSettings {
  /// Reads a name, or a table with its options.
  ///
  /// - Parameters:
  ///   - setting: as a study has it, or a record, which says all options, also those without effect.
  ///   - what: begins complaints: "what reads characters".
  ///   - standard: settings of a kind where nothing else is said.
  /// - Throws: `InputError` for a name that is not known, and for options that are not.
  init(_ setting: Setting, _ what: String, _ standard: (any BackendOptions) -> BackendSettings) throws {
    let (name, own) = try setting.choice("backend", what)
    self = standard(try name.placing { try Backends.named(try name.text(what)).init() })
    guard !(options is StackOfBackendsOptions) else {
      throw name.error("\(what) is one backend, not a stack of several")
    }
    let (entries, standard) = (own.filter { $0.key != "version" }, self)
    try apply(entries)
    if let idle = try idle(entries).first(where: { !(try standard.has($0.entry)) }) { throw idle.complaint(what) }
  }

  /// Whether an option has this value already.
  private func has(_ entry: Setting.Entry) throws -> Bool {
    var other = self
    try other.apply([entry])
    return other.resolved == resolved
  }
}
