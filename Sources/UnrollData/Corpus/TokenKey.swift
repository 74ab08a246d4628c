/// A string that is equal to another when their bytes are. (Swift's own strings are equal when they look the same,
/// whatever scalars they are made of, which is slower and would merge distinct tokens.)
package struct TokenKey: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (a: TokenKey, b: TokenKey) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  package func hash(into hasher: inout Hasher) {
    var copy = text
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
