/// How far an answer has come at an instant: tokens come evenly between the first and the last.
enum Progress {
  /// Output tokens made by `instant`: none before the first token, all at the end,
  /// 1 + ⌊(tokens − 1) × elapsed ÷ span⌋ between.
  static func tokens(at instant: Int64, firstToken: Int64, end: Int64, of tokens: UInt32) -> UInt32
  {
    guard tokens > 0, instant >= firstToken else { return 0 }
    guard instant < end else { return tokens }
    let elapsed = UInt64(instant - firstToken)
    let span = UInt64(end - firstToken)
    let product = UInt64(tokens - 1).multipliedFullWidth(by: elapsed)
    return 1 + UInt32(span.dividingFullWidth(product).quotient)
  }

  /// The first instant by which `count` output tokens are made.
  static func instant(
    ofToken count: UInt32, firstToken: Int64, end: Int64, of tokens: UInt32
  ) -> Int64 {
    guard count > 1, tokens > 1 else { return firstToken }
    let product = UInt64(min(count, tokens) - 1).multipliedFullWidth(by: UInt64(end - firstToken))
    let (quotient, remainder) = UInt64(tokens - 1).dividingFullWidth(product)
    return firstToken + Int64(quotient) + (remainder > 0 ? 1 : 0)
  }

  /// An instant on the clock of a stream that stood still for `pause` from `pausedAt` on.
  static func withoutPause(_ instant: Int64, _ pausedAt: Int64, _ pause: Int64) -> Int64 {
    instant <= pausedAt ? instant : max(pausedAt, instant - pause)
  }

  /// A share of a stretch, in whole nanoseconds; the share is moved into [0, 1].
  static func part(_ share: Double, of nanoseconds: Int64) -> Int64 {
    min(nanoseconds, self.nanoseconds(min(max(share, 0), 1) * Double(nanoseconds)))
  }

  /// Nanoseconds as a whole number: negative ones and NaN are 0, the most is 31 years.
  @inline(__always)
  static func nanoseconds(_ value: Double) -> Int64 {
    guard value > 0 else { return 0 }
    return value < 1e18 ? Int64(value + 0.5) : 1_000_000_000_000_000_000
  }
}
