import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// Generated languages: every sequence is worked out again from its words.
@Suite struct FormalSetTests {
  private static let small = "train_items: 300, development_items: 40, test_items: 50"

  private func texts(_ yaml: String) throws -> [LabelledText] {
    Array(try Scratch().load("{\(yaml), \(Self.small)}").labelled.all)
  }

  private func sentences(_ yaml: String) throws -> [TaggedSentence] {
    Array(try Scratch().load("{\(yaml), \(Self.small)}").tagged.all)
  }

  /// Both classes, or all of them, are about as frequent.
  private func isEven(_ texts: [LabelledText], _ classes: Int) -> Bool {
    let counts = Dictionary(grouping: texts, by: \.label).mapValues(\.count)
    return counts.count == classes && counts.values.allSatisfy { $0 * classes > texts.count / 2 }
  }

  @Test func parity() throws {
    let texts = try texts("name: parity, length: 30")
    for text in texts { #expect((text.label == "odd") == (text.words.count { $0 == "1" } % 2 == 1)) }
    #expect(isEven(texts, 2) && texts.allSatisfy { $0.words.count == 30 })
  }

  /// Changes come in pairs where the string ends as it begins.
  @Test func evenPairs() throws {
    let texts = try texts("name: even-pairs, length: 12")
    for text in texts { #expect((text.label == "even") == (text.words.first == text.words.last)) }
    #expect(isEven(texts, 2))
  }

  @Test func cycleNavigation() throws {
    let texts = try texts("name: cycle-navigation, length: 15")
    for text in texts {
      let moves = text.words.count { $0 == "+" } - text.words.count { $0 == "-" }
      #expect(text.label == "\((moves + 15) % 5)")
    }
    #expect(isEven(texts, 5))
  }

  /// Products are sums of one term each, of rising precedence.
  @Test func modularArithmetic() throws {
    for text in try texts("name: modular-arithmetic, length: 9") {
      #expect(text.words.count == 17)
      var terms: [Int] = []
      var sign = 1
      for (place, word) in text.words.enumerated() {
        switch word {
        case "+", "-": sign = word == "+" ? 1 : -1
        case "*": continue
        default:
          if place > 0, text.words[place - 1] == "*" {
            terms[terms.count - 1] *= Int(word)!
          } else {
            terms.append(sign * Int(word)!)
          }
        }
      }
      #expect(text.label == "\((terms.reduce(0, +) % 5 + 5) % 5)", "\(text)")
    }
  }

  @Test func bracketArithmetic() throws {
    let texts = try texts("name: bracket-arithmetic, length: 7, symbols: 7")
    for text in texts {
      #expect(text.words.count { Int($0) != nil } == 7)
      var rest = text.words[...]
      #expect(text.label == "\(value(&rest, 7))" && rest.isEmpty)
    }
    #expect(Set(texts.map(\.label)).count == 7)
  }

  @Test func equationsHaveOneSolution() throws {
    for text in try texts("name: solve-equation, length: 6") {
      let (equation, right) = (text.words.dropLast(2), Int(text.words.last!)!)
      #expect(text.words.count { $0 == "x" } == 1 && text.words[text.words.count - 2] == "=")
      let solutions = (0..<5).filter { x in
        var rest = equation.map { $0 == "x" ? "\(x)" : $0 }[...]
        return value(&rest, 5) == right
      }
      #expect(solutions.map(String.init) == [text.label], "\(text)")
    }
  }

  /// Of `( a op b )` or a number, at the front of the words.
  private func value(_ words: inout ArraySlice<String>, _ modulus: Int) -> Int {
    let word = words.removeFirst()
    guard word == "(" else { return Int(word)! }
    let first = value(&words, modulus)
    let sign = words.removeFirst()
    let second = value(&words, modulus)
    #expect(words.removeFirst() == ")")
    let result = sign == "+" ? first + second : sign == "-" ? first - second : first * second
    return (result % modulus + modulus) % modulus
  }

  @Test func stackManipulation() throws {
    for sentence in try sentences("name: stack-manipulation, length: 8") {
      #expect(sentence.words.count == 8 + 9 && sentence.words.suffix(9).allSatisfy { $0 == "?" })
      var stack: [String] = []
      for word in sentence.words.prefix(8) {
        if word == "pop" { _ = stack.popLast() } else { stack.append(String(word.last!)) }
      }
      let asked = sentence.tags.compactMap { $0 }
      #expect(asked == stack.reversed() + ["end"] && sentence.tags.prefix(8).allSatisfy { $0 == nil })
      #expect(sentence.tags[8] != nil)
    }
  }

  @Test func reverseString() throws {
    for sentence in try sentences("name: reverse-string, length: 11, symbols: 3") {
      #expect(sentence.tags == [String?](repeating: nil, count: 11) + sentence.words.prefix(11).reversed())
    }
  }

  @Test func dyck() throws {
    var deepest = 0
    for sentence in try sentences("name: dyck, length: 12, symbols: 3, depth: 4") {
      var stack: [String] = []
      for (word, tag) in zip(sentence.words, sentence.tags) {
        let kind = String(word.dropFirst())
        if word.first == "(" { stack.append(kind) } else { #expect(stack.popLast() == kind) }
        #expect(tag == stack.last.map { ")\($0)" } ?? "none")
        deepest = max(deepest, stack.count)
      }
      #expect(stack.isEmpty && sentence.words.count == 24)
    }
    #expect(deepest == 4)
  }

  @Test func listOperations() throws {
    for text in try texts("name: list-operations, length: 9, items: 3, depth: 3") {
      #expect(text.words.count { Int($0) != nil } == 9)
      var (stack, deepest): ([(String, [Int])], Int) = ([], 0)
      for word in text.words {
        if word.first == "[" {
          stack.append((String(word.dropFirst()), []))
          deepest = max(deepest, stack.count)
        } else if let digit = Int(word) {
          stack[stack.count - 1].1.append(digit)
        } else {
          let (name, values) = stack.removeLast()
          #expect((2...3).contains(values.count))
          let value =
            switch name {
            case "max": values.max()!
            case "min": values.min()!
            case "sm": values.reduce(0, +) % 10
            default: values.sorted()[values.count == 3 ? 1 : 0]
            }
          if stack.isEmpty { #expect(text.label == "\(value)") } else { stack[stack.count - 1].1.append(value) }
        }
      }
      #expect(stack.isEmpty && deepest <= 3)
    }
    #expect(
      Scratch().complaint("{name: list-operations, length: 30, items: 3, depth: 3}").contains(
        "30 digits do not fit into lists of 3 that are 3 deep"))
  }

  /// As Bai et al. 2018 have it: T − 1 blanks and eleven marks for ten symbols.
  @Test func copyMemory() throws {
    for sentence in try sentences("name: copy-memory, length: 20") {
      let items = Array(sentence.words.prefix(10))
      #expect(sentence.words.count == 40)
      #expect(
        Array(sentence.words.dropFirst(10)) == [String](repeating: "_", count: 19) + [String](repeating: "?", count: 11)
      )
      #expect(sentence.tags == [String?](repeating: "_", count: 30) + items)
    }
  }

  @Test func multiQueryRecall() throws {
    for sentence in try sentences("name: multi-query-recall, length: 32, pairs: 5, symbols: 9") {
      let pairs = Dictionary(uniqueKeysWithValues: (0..<5).map { (sentence.words[2 * $0], sentence.words[2 * $0 + 1]) })
      #expect(sentence.words.count == 32 && sentence.tags.prefix(10).allSatisfy { $0 == nil })
      for (word, tag) in zip(sentence.words, sentence.tags).dropFirst(10) { #expect(tag == pairs[word]) }
      #expect(sentence.tags.compactMap { $0 }.count == 5)
    }
    #expect(
      Scratch().complaint("{name: multi-query-recall, length: 14, pairs: 5}").contains(
        "5 pairs and their keys need 15 tokens; raise length (14)"))
  }

  /// One mark asks for one item by its place.
  @Test func copyingOfOneItem() throws {
    for sentence in try sentences("name: copying, length: 9, items: 4, placement: scattered, asked: one") {
      let items = sentence.words.prefix(13).filter { $0 != "_" }
      let place = try #require(Int(sentence.words.last!.dropFirst()))
      #expect(sentence.words.count == 14 && sentence.words.last!.first == "?")
      #expect(sentence.tags == [String?](repeating: nil, count: 13) + [items[place - 1]])
    }
  }

  @Test func agreement() throws {
    let texts = try texts("name: agreement, length: 3")
    var last = 0
    for text in texts {
      #expect((text.label == "were") == text.words[1].hasSuffix("s"))
      let nouns = text.words.filter { ["cat", "dog", "tree"].contains($0) || ["cats", "dogs", "trees"].contains($0) }
      if let noun = nouns.last { last += noun.hasSuffix("s") == (text.label == "were") ? 1 : -1 }
    }
    #expect(isEven(texts, 2) && abs(last) < 120)
  }

  @Test func addingNumbers() throws {
    let data = try Scratch().load("{name: adding-numbers, length: 15, \(Self.small)}")
    guard case .series(let splits) = data.corpus else { throw InputError("no series") }
    for sequence in splits.all {
      let rows = (0..<15).map { (sequence.inputs[2 * $0], sequence.inputs[2 * $0 + 1]) }
      let marked = rows.filter { $0.1 == 1 }.map(\.0)
      #expect(marked.count == 2 && rows.allSatisfy { [0, 1].contains($0.1) && (0..<1).contains($0.0) })
      #expect(sequence.targets.dropLast().allSatisfy(\.isNaN) && sequence.targets[14] == marked[0] + marked[1])
    }
  }

  /// Trained on short sequences, tested on longer ones; lengths that are added leave the others as they are.
  @Test func lengths() throws {
    let yaml = "{name: parity, length: 20, shortest: 11, \(Self.small), test_lengths: \"30, 50\"}"
    let splits = try Scratch().load(yaml).labelled
    #expect(Set(splits.train.map(\.words.count)) == Set(11...20) && splits.train.count == 300)
    #expect(splits.test.map(\.words.count) == [Int](repeating: 30, count: 50) + [Int](repeating: 50, count: 50))
    let more = try Scratch().load(yaml.replacing("30, 50", with: "50,70, 30")).labelled
    #expect(more.test.count == 150 && Array(more.test.prefix(100)) == splits.test && more.train == splits.train)
    #expect(
      try Scratch().load("{name: parity, length: 20, \(Self.small)}").labelled.test.allSatisfy { $0.words.count == 20 })
    let complaints = [
      ("shortest: 21", "shortest (21) must not exceed length (20)"),
      ("test_lengths: \"30, x\"", "test_lengths must be different whole numbers from 1 on, with commas, not \"30, x\""),
      ("test_lengths: \"30, 30\"", "test_lengths must be different whole numbers from 1 on"),
    ]
    for (option, sentence) in complaints {
      let complaint = Scratch().complaint("{name: parity, length: 20, \(option)}")
      #expect(complaint.contains(sentence), "\(complaint)")
    }
    #expect(
      Scratch().complaint("{name: adding, length: 9, test_lengths: \"1\"}").contains("adding: length must be 2 or more")
    )
  }
}
