import Vocabulary

/// A `ServingSpeed` laid out for use at every change of a batch: plain memory, no reference counting.
struct SpeedLaw: ~Copyable, @unchecked Sendable {
  private var points = Buffer<ServingSpeed.Point>()
  private let step: Double
  private let perAnswer: Double
  /// Nanoseconds that a step gets longer with each token of context in the batch.
  let perContextToken: Double

  init(_ speed: ServingSpeed) {
    for point in speed.prefill { points.append(point) }
    step = speed.step
    perAnswer = speed.perAnswer
    perContextToken = speed.perContextToken
  }

  /// Nanoseconds of a prefill of so many uncached prompt tokens.
  func prefillTime(_ tokens: Int64) -> Double {
    let last = points.count - 1
    if last == 0 || tokens <= points[0].tokens { return points[0].nanoseconds }
    var (low, high) = (0, last)
    while high - low > 1 {
      let middle = (low + high) / 2
      if points[middle].tokens <= tokens { low = middle } else { high = middle }
    }
    let (a, b) = (points[low], points[high])
    let slope = (b.nanoseconds - a.nanoseconds) / Double(b.tokens - a.tokens)
    return a.nanoseconds + slope * Double(tokens - a.tokens)
  }

  /// The least that a further prompt token can add to a prefill.
  var leastPerPromptToken: Double {
    // Before the first point the line is level.
    guard points.count > 1, points[0].tokens <= 1 else { return 0 }
    var least = Double.infinity
    for place in 1..<points.count {
      let (a, b) = (points[place - 1], points[place])
      least = min(least, (b.nanoseconds - a.nanoseconds) / Double(b.tokens - a.tokens))
    }
    return least
  }

  /// Nanoseconds of a decode step.
  func stepTime(answers: Int64, context: Int64) -> Double {
    step + perAnswer * Double(answers) + perContextToken * Double(context)
  }

  /// Nanoseconds of the steps that one answer alone needs after its first token.
  func decodeAlone(prompt: Int64, output: Int64) -> Double {
    guard output > 1 else { return 0 }
    let steps = Double(output - 1)
    // The context grows from prompt + 1 to prompt + output − 1.
    return steps * (step + perAnswer)
      + perContextToken * (steps * Double(prompt) + steps * Double(output) / 2)
  }
}
