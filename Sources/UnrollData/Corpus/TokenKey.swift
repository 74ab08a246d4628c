/// A string that is equal to another when their bytes are. (Swift's own strings are equal when they look the same,
/// whatever scalars they are made of, which is slower and would merge distinct tokens.)
struct TokenKey: Hashable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (a: TokenKey, b: TokenKey) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) {
    var copy = text
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
