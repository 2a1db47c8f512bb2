import Settings
import Vocabulary

/// The course of an incident: how strong it is over its time, between 0 (not at all) and 1.
///
/// A shape is a word for a polyline; what the incident does (a share, a slow-down) is its peak.
public struct IncidentShape: Sendable, Hashable {
  /// How long it lasts by itself, in nanoseconds; `nil` if the incident says it.
  public var length: Int64?
  /// What the corners are made of.
  var course: Course

  /// The courses.
  enum Course: Sendable, Hashable {
    case rectangle
    case ramp(up: Int64, down: Int64)
    case leak
    case tail(hold: Int64, half: Int64)
    case flapping(period: Int64, up: Double)
    case relapse(first: Int64, pause: Int64, second: Int64)
  }

  /// The strength over an incident of `length` nanoseconds.
  public func line(length: Int64) -> Polyline {
    switch course {
    case .rectangle: Polyline(1)
    case .ramp(let up, let down):
      Self.through([(0, up == 0 ? 1 : 0), (up, 1), (length - down, 1), (length, down == 0 ? 1 : 0)])
    case .leak: Self.through([(0, 0), (length, 1)])
    case .tail(let hold, let half):
      Self.through(
        [(0, 1), (hold, 1)]
          + (1...20).map { halves in
            (hold + half * Int64(halves), 1 / Double(1 << halves))
          })
    case .flapping(let period, let up):
      Self.flaps(period: period, up: Progress.part(up, of: period), length: length)
    case .relapse(let first, let pause, _):
      Self.through([(0, 1), (first, 1), (first + 1, 0), (first + pause - 1, 0), (first + pause, 1)])
    }
  }

  private static func flaps(period: Int64, up: Int64, length: Int64) -> Polyline {
    var corners: [(Int64, Double)] = []
    var start: Int64 = 0
    while start < length, corners.count < 40_000 {
      corners += [(start, 1), (start + up, 1), (start + up + 1, 0), (start + period - 1, 0)]
      start += period
    }
    return through(corners)
  }

  /// A line through corners; one that does not lie after the corner before it is left out.
  private static func through(_ corners: [(Int64, Double)]) -> Polyline {
    var knots: [Polyline.Knot] = []
    for (offset, value) in corners where offset > knots.last?.offset ?? -1 {
      knots.append(.init(offset: offset, value: value))
    }
    return Polyline(knots: knots) ?? Polyline(1)
  }
}

/// The shapes that a file can name.
public enum IncidentShapes {
  private static let long = Duration.nanoseconds(1) ... .seconds(31_536_000)

  /// All shapes.
  public static let registry = Registry<IncidentShape>(
    "shape",
    [
      .init("rectangle", "there at once, gone at once", source: "OpenAI 2024-12-04: 4 min of 530") {
        (_) throws(SettingError) in IncidentShape(course: .rectangle)
      },
      .init(
        "ramp", "grows to its peak, holds, and falls",
        source: "OpenAI 2024-12-11: DNS caches expire"
      ) { (s) throws(SettingError) in
        let up = try s.duration(
          "up", default: .zero, in: .zero ... .seconds(31_536_000), "how long it grows")
        let down = try s.duration(
          "down", default: .zero, in: .zero ... .seconds(31_536_000),
          "how long it falls, at its end")
        return IncidentShape(course: .ramp(up: up.nanoseconds, down: down.nanoseconds))
      },
      .init(
        "leak", "grows all the time and is gone at once", source: "OpenAI 2025-06-10: routes lost"
      ) { (_) throws(SettingError) in IncidentShape(course: .leak) },
      .init(
        "tail", "there at once, holds, then halves again and again: the herd of a recovery",
        source: "Google Cloud 2025-06-12: the largest region"
      ) { (s) throws(SettingError) in
        let hold = try s.duration("hold", in: long, "how long it holds")
        let half = try s.duration("half", in: long, "how long until half of it is left")
        return IncidentShape(course: .tail(hold: hold.nanoseconds, half: half.nanoseconds))
      },
      .init("flapping", "comes and goes", source: "a gateway's health checks meet it") {
        (s) throws(SettingError) in
        let period = try s.duration(
          "period", in: .milliseconds(1) ... .seconds(31_536_000), "from one coming to the next")
        let up = try s.share(
          "up", default: Probability(clamping: 0.5), "the share that it is there")
        try s.require(up.value > 0 && up.value < 1, "up", expected: "between 0% and 100%")
        return IncidentShape(course: .flapping(period: period.nanoseconds, up: up.value))
      },
      .init(
        "relapse", "is there, seems mended, and comes again",
        source: "OpenAI 2024-06-04: 261, 184, 173"
      ) { (s) throws(SettingError) in
        let first = try s.duration("first", in: long, "how long it is there at first")
        let pause = try s.duration(
          "pause", in: .milliseconds(1) ... .seconds(31_536_000), "how long all seems well")
        let second = try s.duration("second", in: long, "how long it is there again")
        return IncidentShape(
          length: (first + pause + second).nanoseconds,
          course: .relapse(
            first: first.nanoseconds, pause: pause.nanoseconds, second: second.nanoseconds))
      },
    ])
}

extension Polyline {
  /// A number that is `off` where the strength is 0 and this line's value where it is 1.
  func following(_ strength: Polyline, off: Double) -> Polyline {
    let peak = knots[0].value
    let knots = strength.knots.map {
      Knot(offset: $0.offset, value: off + (peak - off) * $0.value)
    }
    return Polyline(knots: knots) ?? self
  }
}

extension IncidentPlan {
  /// Whether all that it does is one number each, which a shape can follow.
  var isConstant: Bool {
    [failure?.share, slow, hang, quota, spoilt, delay].allSatisfy { $0?.isConstant ?? true }
  }

  /// The incident with its shape laid over what it does.
  func shaped(length: Int64) -> IncidentPlan {
    guard let shape else { return self }
    let strength = shape.line(length: length)
    var plan = self
    plan.shape = nil
    plan.failure?.share = failure?.share.following(strength, off: 0) ?? Polyline(1)
    plan.slow = slow?.following(strength, off: 1)
    plan.hang = hang?.following(strength, off: 0)
    plan.quota = quota?.following(strength, off: 1)
    plan.spoilt = spoilt?.following(strength, off: 0)
    plan.delay = delay?.following(strength, off: 0)
    return plan
  }
}
