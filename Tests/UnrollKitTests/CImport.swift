import CLibrary

/// The call of `ImportTests`, in a file that sees C.
func lengthInC(_ text: String) -> Any { strlen(text) }

@_disfavoredOverload
private func strlen(_ text: String) -> String { text }
