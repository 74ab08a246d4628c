import UnrollCore

/// One line on the terminal that is rewritten; nothing where nobody watches. On standard error.
final class StatusLine {
  private var shown = false

  func show(_ line: String) {
    guard Terminal.isInteractive else { return }
    clear()
    let room = Terminal.columns - 1
    let line = Terminal.shown(line)
    Terminal.write(line.count > room ? line.prefix(room - 1) + "…" : line, to: .errors)
    shown = true
  }

  func clear() {
    if shown { Terminal.write("\r\u{1B}[K", to: .errors) }
    shown = false
  }
}
