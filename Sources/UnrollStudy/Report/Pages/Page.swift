import FoundationEssentials
import UnrollCore
import UnrollSystem

/// A report as one HTML page that needs nothing beside it: its Markdown by cmark-gfm, its figures inline, its tables sorted by a click.
public enum Page {
  /// Writes `<report>.html` beside a report.
  ///
  /// - Parameter report: the path of the Markdown file, whose figures lie where it links to.
  /// - Returns: the path of the page.
  /// - Throws: `InputError` where cmark-gfm is missing, and for files that cannot be read or written.
  public static func write(_ report: String) throws -> String {
    try write(report, searching: ProcessVariables.path)
  }

  static func write(_ report: String, searching path: String?) throws -> String {
    guard let program = ProcessVariables.program("cmark-gfm", in: path) else {
      throw InputError("cmark-gfm is not installed; install it (Debian: cmark-gfm) to write reports as HTML")
    }
    let folder = Files.parent(of: report)
    let body = try html(of: Files.read(report), by: program)
    let page = frame(try inlined(body) { try Files.read(Files.join(folder, $0)) }, title: Files.stem(report))
    let target = Files.join(folder, Files.stem(report) + ".html")
    try Files.write(page, to: target)
    return target
  }

  /// Reports hold markup of ours (`<details>`), and of the author in the notes: so markup is let through. No script runs but the page's own (`guarded`).
  private static func html(of markdown: [UInt8], by program: String) throws -> String {
    let child = try ChildProcess(
      program, ["-e", "table", "--unsafe"], environment: ["LC_ALL=C"], input: markdown, errors: .kept)
    let (html, complaints, end) = child.finish()
    guard end == .code(0) else {
      throw InputError("cmark-gfm ended with \(end): \(String(decoding: complaints, as: UTF8.self).prefix(200))")
    }
    return String(decoding: html, as: UTF8.self)
  }

  /// Images of the page's own folder as addresses that hold them, so that each keeps its style sheet to itself.
  static func inlined(_ html: String, _ read: (String) throws -> [UInt8]) throws -> String {
    var (result, rest) = ("", html[...])
    let start = "<img src=\""
    while let at = rest.firstRange(of: start) {
      result += rest[..<at.upperBound]
      rest = rest[at.upperBound...]
      let address = rest.prefix { $0 != "\"" }
      result += address.hasSuffix(".svg") ? try data(read(decoded(address))) : String(address)
      rest = rest[address.endIndex...]
    }
    return result + rest
  }

  private static func data(_ drawing: [UInt8]) -> String {
    var address = "data:image/svg+xml,"
    for byte in drawing {
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), ...0x20,
        0x7F...:
        address += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      case UInt8(ascii: "&"): address += "&amp;"
      default: address.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return address
  }

  /// `a%20b` → `a b`, as cmark wrote it.
  private static func decoded(_ address: Substring) -> String {
    var (bytes, rest) = ([UInt8](), Array(address.utf8)[...])
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self).replacing("&amp;", with: "&")
  }

  private static func frame(_ body: String, title: String) -> String {
    let name = title.printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="\(guarded)">
      <title>\(name)</title>
      <style>
      \(style)
      </style>
      </head>
      <body>
      \(body)<script>\(script)</script>
      </body>
      </html>

      """
  }

  /// What a browser may do: show pictures, and run the script that has this digest. The author of the notes need not be who reads the page.
  private static var guarded: String {
    var digest = Digest()
    digest.update(Array(script.utf8))
    let own = Data(digest.finish()).base64EncodedString()
    return "default-src 'none'; img-src * data: file:; style-src 'unsafe-inline'; script-src 'sha256-\(own)'"
  }

  private static let style = """
    :root { color-scheme: light dark; }
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
    img { max-width: 100%; }
    table { border-collapse: collapse; display: block; overflow-x: auto; font-variant-numeric: tabular-nums; margin: 1rem 0; font-size: .85rem; }
    th, td { border-bottom: 1px solid #8884; padding: .25rem .6rem; white-space: nowrap; }
    th { cursor: pointer; user-select: none; }
    th[aria-sort=ascending]::after { content: " ▴"; }
    th[aria-sort=descending]::after { content: " ▾"; }
    code { background: #8882; border-radius: 3px; padding: 0 .25em; }
    details { margin: 1rem 0; }
    summary { cursor: pointer; }
    """

  /// A click on a head sorts its table: numbers by value, the rest by letters, cells without either last.
  private static let script = #"""
    const value = cell => {
      const text = cell.textContent.trim();
      const number = text.replace(/[,<≥]/g, "").replace(/−/g, "-").match(/^\s*[-+]?\d+(\.\d+)?(e[-+]?\d+)?/i);
      return number ? Number(number[0]) : text === "–" || text === "" ? null : text;
    };
    for (const head of document.querySelectorAll("th")) head.addEventListener("click", () => {
      const table = head.closest("table"), body = table.tBodies[0], column = head.cellIndex;
      const falls = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", falls ? "descending" : "ascending");
      const rows = [...body.rows].map(row => ({ row, key: value(row.cells[column]) }));
      rows.sort(({ key: a }, { key: b }) => {
        if (a === null || b === null) return (a === null) - (b === null);
        const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
        return falls ? -order : order;
      });
      body.append(...rows.map(({ row }) => row));
    });
    """#
}
