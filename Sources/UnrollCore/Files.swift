import CLibrary
import FoundationEssentials

/// Files as whole byte arrays; errors are sentences.
package enum Files {
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// - Parameter limit: reads no more than about so many bytes from the beginning.
  /// - Throws: `InputError` when there is no such file, or something else, which may have no end or wait for ever.
  package static func read(_ path: String, limit: Int = .max) throws -> [UInt8] {
    let size = try regularSize(path)
    guard let file = fopen(path, "rbe") else { throw failure("cannot be read", path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: min(limit, max(1 << 16, size + 1)))
    while bytes.count < limit, case let count = fread(&block, 1, block.count, file), count > 0 {
      bytes += block[..<count]
    }
    guard ferror(file) == 0 else { throw failure("cannot be read", path) }
    return bytes
  }

  /// In bytes.
  ///
  /// - Throws: `InputError` when there is no such file, or something else, which may have no end or wait for ever.
  static func regularSize(_ path: String) throws -> Int {
    var info = stat()
    guard stat(path, &info) == 0 else { throw failure("cannot be read", path) }
    switch info.st_mode & S_IFMT {
    case S_IFREG: return Int(info.st_size)
    case S_IFDIR: throw InputError("is a folder, a file is needed", file: path)
    default: throw InputError("is a pipe, a socket or a device, a regular file is needed", file: path)
    }
  }

  /// A file's text without white space at its end; nil where there is none to read.
  package static func trimmed(_ path: String) -> String? {
    guard let bytes = try? read(path) else { return nil }
    return String(String(decoding: bytes, as: UTF8.self).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// Throws at once what `write` would throw later, before the work whose result it keeps: makes the folder, and asks whether it may
  /// be written and nothing but a file stands at `path`.
  package static func requireWritable(_ path: String) throws {
    if exists(path) { _ = try regularSize(path) }
    try makeFolder(parent(of: path))
    guard access(parent(of: absolute(path)) + "/.", W_OK | X_OK) == 0 else { throw failure("cannot be written", path) }
  }

  /// Writes beside the target, that of a link, and renames: a killed process leaves the old file or the new one. What is no file is not
  /// replaced.
  package static func write(_ bytes: [UInt8], to path: String) throws { try write(to: path) { put in put(bytes) } }

  /// The same with bytes that come in pieces.
  package static func write(to path: String, _ body: (_ put: ([UInt8]) -> Void) -> Void) throws {
    try requireWritable(path)
    let target = absolute(path)
    let temporary = "\(parent(of: target))/\(temporaryPrefix)\(getpid())-\(Digest.hex(Array(path.utf8)).prefix(8)).tmp"
    guard let file = fopen(temporary, "wbe") else { throw failure("cannot be written", path) }
    var written = true
    body { bytes in written = written && fwrite(bytes, 1, bytes.count, file) == bytes.count }
    let flushed = fflush(file) == 0 && fsync(fileno(file)) == 0
    guard fclose(file) == 0, written, flushed, rename(temporary, target) == 0 else {
      let error = failure("cannot be written", path)
      unlink(temporary)
      throw error
    }
  }

  /// Says who writes: processes of two hosts, or of two containers, may share a folder and have the same number.
  private static let temporaryPrefix: String = {
    var name = [CChar](repeating: 0, count: 65)
    gethostname(&name, name.count - 1)
    return ".unroll-\(name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })-"
  }()

  /// Removes the files of `write` whose writers are dead: of this host's processes that are gone, of other hosts' after a day.
  package static func removeLeftovers(in folder: String) {
    for name in (try? list(folder)) ?? [] where name.hasPrefix(".unroll-") && name.hasSuffix(".tmp") {
      let path = "\(folder)/\(name)"
      if name.hasPrefix(temporaryPrefix) {
        let writer = pid_t(name.dropFirst(temporaryPrefix.count).prefix { $0 != "-" })
        if let writer, kill(writer, 0) != 0, errno == ESRCH { unlink(path) }
      } else if let written = changed(path), Double(time(nil)) - written > 86_400 {
        unlink(path)
      }
    }
  }

  /// The same with a text in UTF-8.
  package static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

  /// Makes a folder and those above it, where they are not there yet.
  package static func makeFolder(_ path: String) throws {
    guard !path.isEmpty, !exists(path) else { return }
    try makeFolder(parent(of: path))
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure("cannot be made", path) }
  }

  /// In bytes; nil where there is no file.
  package static func size(_ path: String) -> Int? {
    var info = stat()
    return stat(path, &info) == 0 ? Int(info.st_size) : nil
  }

  /// When a file's content was last changed, in seconds since 1970; nil where there is no file.
  package static func changed(_ path: String) -> Double? {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    #if canImport(Glibc)
      let time = info.st_mtim
    #else
      let time = info.st_mtimespec
    #endif
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Names in a folder, sorted by their bytes.
  package static func list(_ folder: String) throws -> [String] {
    guard let directory = opendir(folder) else { throw failure("cannot be listed", folder) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  /// The folder part of a path, `""` when there is none.
  package static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex && path.count > 1 ? "/" : String(path[..<slash])
  }

  /// The last component of a path, `""` when there is none.
  package static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

  /// The last component without its last extension: `"a/lstm.v1.yaml"` is `"lstm.v1"`.
  package static func stem(_ path: String) -> String {
    let name = name(path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// Bytes of a name that `fitted` leaves as it is: file systems take 255, with extensions and the numbers of temporary files.
  package static let longestName = 120

  /// A name that can be a file's: one that is too long ends in a digest of the whole.
  package static func fitted(_ name: String) -> String {
    guard name.utf8.count > longestName else { return name }
    let digest = Digest.hex(name.utf8).prefix(8)
    var start = name
    while start.utf8.count > longestName - digest.count - 1 { start.removeLast() }
    return "\(start)-\(digest)"
  }

  /// `~` and `~/…` as a shell reads them: the user's folder.
  package static func expanded(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
    return String(cString: home) + path.dropFirst()
  }

  /// `path` from a folder; `path` itself when it is absolute, begins with `~/`, or there is no folder.
  package static func join(_ folder: String, _ path: String) -> String {
    let path = expanded(path)
    if folder.isEmpty || path.hasPrefix("/") { return path }
    return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
  }

  /// A path that begins at the root, without links; of a file that need not exist, in a folder that need not either.
  package static func absolute(_ path: String) -> String {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    if path.isEmpty || path == "." || path == "/" { return path }
    let folder = parent(of: path)
    return absolute(folder.isEmpty ? "." : folder) + "/" + name(path)
  }

  /// The path of a file from a folder: `"../../studies/a.yaml"`.
  package static func relative(_ path: String, from folder: String) -> String {
    let (to, from) = (absolute(path).split(separator: "/"), absolute(folder).split(separator: "/"))
    let shared = zip(to, from).prefix { $0 == $1 }.count
    return ([Substring](repeating: "..", count: from.count - shared) + to[shared...]).joined(separator: "/")
  }

  /// A file that is not there is as good as removed.
  package static func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("cannot be removed", path) }
  }

  package static func failure(_ what: String, _ path: String) -> InputError {
    InputError("\(what): \(String(cString: strerror(errno)))", file: path)
  }
}
