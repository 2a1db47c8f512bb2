import Testing
import Vocabulary

@Suite("An instant")
struct InstantTests {
  @Test("stays at the end of time when it is moved beyond it")
  func saturatesForward() {
    #expect(Instant.distantFuture.advanced(byNanoseconds: 1) == .distantFuture)
    #expect(Instant.start.advanced(by: .seconds(1 << 40)) == .distantFuture)
    #expect(Instant(nanoseconds: .max - 5).advanced(byNanoseconds: 6) == .distantFuture)
    #expect(Instant(nanoseconds: .max - 5).advanced(byNanoseconds: 5) == .distantFuture)
  }

  @Test("stays at the beginning of time when it is moved before it")
  func saturatesBackward() {
    #expect(Instant.distantPast.advanced(byNanoseconds: -1) == .distantPast)
    #expect(Instant(nanoseconds: -5).advanced(by: .seconds(-(1 << 40))) == .distantPast)
  }

  @Test("is as far from another as the difference, and no farther than a number can say")
  func differences() {
    let a = Instant(nanoseconds: 1_500)
    #expect(a.nanoseconds(to: Instant(nanoseconds: 2_000)) == 500)
    #expect(a.duration(to: .start) == .nanoseconds(-1_500))
    #expect(Instant.distantPast.nanoseconds(to: .distantFuture) == .max)
    #expect(Instant.distantFuture.nanoseconds(to: .distantPast) == .min)
  }

  @Test("comes back when it is moved there and back")
  func roundTrip() {
    var random = SplitMix64(seed: 1)
    for _ in 0..<10_000 {
      let a = Instant(nanoseconds: Int64.random(in: -(1 << 61)...(1 << 61), using: &random))
      let step = Int64.random(in: -(1 << 60)...(1 << 60), using: &random)
      let b = a.advanced(byNanoseconds: step)
      #expect(a.nanoseconds(to: b) == step)
      #expect(b.advanced(byNanoseconds: -step) == a)
      #expect((a < b) == (step > 0))
    }
  }
}

@Suite("A duration")
struct DurationTests {
  @Test("is whole nanoseconds, rounded towards zero")
  func rounds() {
    #expect(
      Duration(secondsComponent: 1, attosecondsComponent: 999_999_999).nanoseconds == 1_000_000_000)
    #expect(Duration.nanoseconds(-7).nanoseconds == -7)
    #expect(Duration(secondsComponent: 0, attosecondsComponent: -1_999_999_999).nanoseconds == -1)
    #expect(Duration.milliseconds(1_500).nanoseconds == 1_500_000_000)
    #expect(Duration.milliseconds(250).inSeconds == 0.25)
  }

  @Test("of more than 292 years is the longest there is")
  func saturates() {
    #expect(Duration.seconds(Int64.max / 2).nanoseconds == .max)
    #expect(Duration.seconds(Int64.min / 2).nanoseconds == .min)
    #expect(Duration.seconds(9_223_372_036).nanoseconds == 9_223_372_036_000_000_000)
    #expect(
      Duration(secondsComponent: 9_223_372_036, attosecondsComponent: 900_000_000_000_000_000)
        .nanoseconds == .max)
  }
}
