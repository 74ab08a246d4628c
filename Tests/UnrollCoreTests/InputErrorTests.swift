import Testing
import UnrollCore

@Test func errorsAreOneSentenceWithTheirPlace() {
  #expect(InputError("is wrong", file: "a.yaml", line: 3).description == "a.yaml:3: is wrong")
  #expect(InputError("is wrong", file: "a.yaml").description == "a.yaml: is wrong")
  #expect(InputError("is wrong").description == "is wrong")
}
