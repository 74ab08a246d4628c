/// What stands between columns.
enum Separator: String, CaseIterable, Sendable {
  case tab, space, comma, semicolon, pipe

  /// By its name, or as it is.
  init?(rawValue: String) {
    guard let found = Separator.allCases.first(where: { rawValue == "\($0)" || Array(rawValue.utf8) == [$0.byte] })
    else { return nil }
    self = found
  }

  var byte: UInt8 {
    switch self {
    case .tab: .tab
    case .space: .space
    case .comma: UInt8(ascii: ",")
    case .semicolon: UInt8(ascii: ";")
    case .pipe: UInt8(ascii: "|")
    }
  }
}
