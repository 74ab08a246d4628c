import TestSupport
import Testing
import UnrollCore
import UnrollKernels
import UnrollLayers

@Suite struct SafeTensorsTests {
  private let content = SafeTensors(
    tensors: [
      "b": .init([2, 3], [1, -2, 0.5, .greatestFiniteMagnitude, -0, 1e-40]), "a": .init([], [7]),
      "none": .init([0], []),
    ],
    metadata: ["note": "ünï \"quoted\""])

  @Test func roundTrip() throws {
    let bytes = try content.encoded()
    #expect(try SafeTensors(bytes) == content)
    #expect(try SafeTensors(bytes).encoded() == bytes)
  }

  @Test func filesHoldWhatWasWritten() throws {
    let scratch = Scratch()
    try content.write(to: "\(scratch.path)/a.safetensors")
    #expect(try SafeTensors(contentsOf: "\(scratch.path)/a.safetensors") == content)
    #expect(try Files.list(scratch.path) == ["a.safetensors"])
  }

  @Test func dataBeginAligned() throws {
    let bytes = try content.encoded()
    #expect(bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) } % 8 == 0)
  }

  @Test(arguments: [
    ("F64", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], 1.5 as Float), ("I32", [0xfe, 0xff, 0xff, 0xff], -2),
    ("I64", [0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -3),
  ])
  func otherTypesAreRead(_ type: String, _ data: [UInt8], _ value: Float) throws {
    let header = #"{"x":{"dtype":"\#(type)","shape":[1],"data_offsets":[0,\#(data.count)]}}"#
    #expect(try SafeTensors(file(header, data)).tensors["x"]?.values == [value])
  }

  @Test(arguments: [
    (#"{"x":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, "has the type F16"),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "does not fill its shape"),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, "broken header"),
    (#"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "broken header"),
    (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "broken header"),
    (#"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, "shape"),
    (#"{"x":{"dtype":"F32"}}"#, "broken header"),
    (#"{"x":"#, "header cannot be read"),
    ("[1, 2]", "header cannot be read"),
  ])
  func malformedFilesAreSentences(_ header: String, _ words: String) {
    #expect { try SafeTensors(file(header, [0, 0, 0, 0])) } throws: { "\($0)".contains(words) }
  }

  @Test(
    arguments: [[], [1, 2, 3], [255, 255, 255, 255, 255, 255, 255, 255], [9, 0, 0, 0, 0, 0, 0, 0, 1]] as [[UInt8]])
  func shortFilesAreSentences(_ bytes: [UInt8]) {
    #expect { try SafeTensors(bytes) } throws: { "\($0)".contains("not a safetensors file") }
  }

  @Test func theFileIsNamed() {
    #expect { try SafeTensors(contentsOf: "/no/such.safetensors") } throws: {
      "\($0)".hasPrefix("/no/such.safetensors: ")
    }
  }

  @Test func loadingWantsTheSameNamesAndShapes() throws {
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    _ = Linear(3, 2, builder)
    let parameters = Parameters(builder)
    let (before, version) = (parameters.tensors, parameters.version)
    for (name, replacement, words) in [
      ("weight", nil, "lacks the tensor weight"), ("extra", .init([1], [0]), "holds extra"),
      ("bias", .init([3], [0, 0, 0]), "has the shape [3]"),
    ] as [(String, SafeTensors.Tensor?, String)] {
      var changed = before
      changed[name] = replacement
      #expect { try parameters.load(changed) } throws: { "\($0)".contains(words) }
    }
    #expect(parameters.tensors == before && parameters.version == version)
    try parameters.load(before)
    #expect(parameters.version > version)
  }

  private func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
    let text = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + data
  }
}
