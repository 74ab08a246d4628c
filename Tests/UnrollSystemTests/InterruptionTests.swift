import Foundation
import Testing

@testable import UnrollSystem

/// Signals are the process's: whoever watches them gives them back.
@Suite struct InterruptionTests {
  @Test func whatWasThereComesBack() async {
    await #expect(processExitsWith: .success) {
      signal(SIGTERM, SIG_IGN)
      Interruption.watch()
      Interruption.watch()
      #expect(!Interruption.happened)
      kill(getpid(), SIGTERM)
      for _ in 0..<5000 where !Interruption.happened { usleep(1000) }
      #expect(Interruption.happened)
      Interruption.unwatch()
      #expect(!isIgnored(SIGTERM), "the other one still watches")
      Interruption.unwatch()
      #expect(isIgnored(SIGTERM) && !isIgnored(SIGINT))
      Interruption.watch()
      #expect(!Interruption.happened && !isIgnored(SIGTERM))
      Interruption.unwatch()
      #expect(isIgnored(SIGTERM))
    }
  }
}

private func isIgnored(_ number: Int32) -> Bool {
  var action = sigaction()
  sigaction(number, nil, &action)
  #if os(Linux)
    let handler = action.__sigaction_handler.sa_handler
  #else
    let handler = action.__sigaction_u.__sa_handler
  #endif
  return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}
