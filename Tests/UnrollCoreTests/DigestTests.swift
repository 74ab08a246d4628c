import Testing
import UnrollCore

@Suite struct DigestTests {
  /// FIPS 180-4 examples of NIST.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func knownVectors(_ text: String, _ digest: String) {
    #expect(Digest.hex(text.utf8) == digest)
  }

  @Test func aMillion() {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(Digest.hex(bytes) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(arguments: [1, 55, 56, 63, 64, 65, 119, 120, 128, 1000])
  func piecesOfAnySizeGiveTheSame(_ piece: Int) {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var digest = Digest()
    for start in stride(from: 0, to: bytes.count, by: piece) {
      digest.update(Array(bytes[start..<min(start + piece, bytes.count)]))
    }
    let hex = digest.finish().map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    #expect(hex == Digest.hex(bytes))
  }

  @Test func numberIsTheFirstEightBytes() {
    #expect(Digest.number("abc") == 0xba78_16bf_8f01_cfea)
  }
}
