import Measures
import Statistics
import Vocabulary

/// A result as an ordered tree that any writer can turn into JSON: equal results, equal trees.
public indirect enum ResultValue: Sendable, Hashable {
  /// Nothing.
  case null
  /// True or false.
  case flag(Bool)
  /// A whole number.
  case integer(Int)
  /// A number.
  case number(Double)
  /// Text.
  case text(String)
  /// Values in order.
  case list([ResultValue])
  /// Named values in order.
  case object([Member])

  /// A named value.
  public struct Member: Sendable, Hashable {
    /// The name.
    public var key: String
    /// The value.
    public var value: ResultValue

    /// Makes a member.
    public init(_ key: String, _ value: ResultValue) {
      self.key = key
      self.value = value
    }
  }

  /// The member of that name.
  public subscript(key: String) -> ResultValue? {
    if case .object(let members) = self { members.first { $0.key == key }?.value } else { nil }
  }

  static func number(orNull value: Double?) -> ResultValue {
    value.map(ResultValue.number) ?? .null
  }
}

extension Comparison {
  /// The version of the layout of `summary`.
  public static let layout = 1

  /// The comparison as the JSON contract has it (DESIGN §9): `{lab, scenario, seed, replications,
  /// inputs, cases: [{name, policies: [{name, reference, measures: {…: {unit, mean, halfWidth,
  /// difference?: {mean, halfWidth, verdict}}}}]}]}`, and after these the further findings.
  public var summary: ResultValue {
    var members: [ResultValue.Member] = [
      .init("lab", .integer(Comparison.layout)), .init("scenario", .text(scenario)),
      .init("seed", .text("\(seed)").asInteger), .init("replications", .integer(replications)),
      .init("inputs", .object(inputs.map { .init($0.file, .text($0.checksum)) })),
      .init("cases", .list(cases.map(\.summary))),
      .init("baseline", .text(baseline)), .init("decided", .flag(isDecided)),
      .init("measuredSeconds", .number(measured.inSeconds)),
      .init("requests", .text("\(requests)").asInteger),
      .init("brokenLaws", .list(failures.map(\.summary))),
    ]
    if !expectations.isEmpty {
      members.append(.init("expectations", .list(expectations.map(\.summary))))
    }
    if !vacuities.isEmpty {
      members.append(.init("notExercised", .list(vacuities.map { .text($0.description) })))
    }
    return .object(members)
  }
}

extension ExpectationResult {
  var summary: ResultValue {
    var members: [ResultValue.Member] = [
      .init("kind", .text(kind.rawValue)), .init("text", .text(text)),
      .init("at", .text("\(position)")),
      .init("policy", policy.map { .text($0) } ?? .null),
      .init("case", caseName.map { .text($0) } ?? .null),
      .init("verdict", .text(verdict.word)), .init("bound", .number(bound)),
      .init("difference", .flag(isDifference)),
      .init("mean", .number(orNull: value?.mean)),
      .init("halfWidth", .number(orNull: value?.halfWidth)),
    ]
    if case .undecided(let needed?) = verdict {
      members.append(.init("replicationsNeeded", .integer(needed)))
    }
    if never > 0 { members.append(.init("never", .integer(never))) }
    if !values.isEmpty {
      members.append(.init("values", .list(values.map { .number(orNull: $0) })))
    }
    if let command { members.append(.init("command", .text(command))) }
    return .object(members)
  }
}

extension ResultValue {
  /// A text of digits as a whole number if it fits one, else the text.
  fileprivate var asInteger: ResultValue {
    if case .text(let digits) = self, let value = Int(digits) { return .integer(value) }
    return self
  }
}

extension CaseResult {
  var summary: ResultValue {
    .object([
      .init("name", .text(name)), .init("policies", .list(policies.map(\.summary))),
      .init(
        "incidents",
        .list(
          incidents.map {
            .object([
              .init("name", .text($0.name)), .init("from", .number($0.from)),
              .init("until", .number($0.until)),
            ])
          })),
    ])
  }
}

extension PolicyResult {
  var summary: ResultValue {
    var members: [ResultValue.Member] = [
      .init("name", .text(name)),
      .init("reference", reference.map { .text($0.rawValue) } ?? .flag(false)),
      .init("measures", .object(measures.map { .init($0.name, $0.summary) })),
      .init("costPerMonth", costPerMonth.summary),
    ]
    if let worstTenant { members.append(.init("worstTenant", worstTenant.summary)) }
    if !groups.isEmpty { members.append(.init("groups", .list(groups.map(\.summary)))) }
    if let why { members.append(.init("why", why.summary)) }
    return .object(members)
  }
}

extension MeasureResult {
  var summary: ResultValue {
    var members: [ResultValue.Member] = [
      .init("unit", .text(unit.rawValue)), .init("mean", .number(orNull: estimate?.mean)),
      .init("halfWidth", .number(orNull: estimate?.halfWidth)),
      .init("pooled", .number(orNull: pooled)),
    ]
    if let difference {
      members.append(
        .init(
          "difference",
          .object([
            .init("mean", .number(difference.mean)),
            .init("halfWidth", .number(orNull: difference.halfWidth)),
            .init("verdict", .text(difference.verdict.word)),
            .init("matters", .number(difference.matters)),
          ])))
    }
    return .object(members)
  }
}

extension GroupResult {
  var summary: ResultValue {
    .object([
      .init("by", .text(by.rawValue)), .init("name", .text(name)),
      .init("arrived", .integer(arrived)),
      .init("measures", .object(measures.map { .init($0.name, $0.summary) })),
    ])
  }
}

extension TenantResult {
  var summary: ResultValue {
    .object([
      .init("name", .text(name)), .init("arrived", .integer(arrived)),
      .init("availability", .number(availability)),
      .init("successPerCall", .number(orNull: successPerCall)),
    ])
  }
}

extension Why {
  var summary: ResultValue {
    var members: [ResultValue.Member] = [
      .init(
        "settings",
        .list(
          settings.map {
            .object([
              .init("path", .text($0.path)),
              .init("baseline", $0.baseline.map(ResultValue.text) ?? .null),
              .init("policy", $0.policy.map(ResultValue.text) ?? .null),
            ])
          })),
      .init("costBridge", bridge.summary),
    ]
    if let calls {
      members.append(
        .init(
          "calls",
          .object([
            .init("servedByBoth", calls.both.summary),
            .init("onlyBaseline", calls.onlyBaseline.summary),
            .init("onlyPolicy", calls.onlyPolicy.summary),
            .init("neither", calls.neither.summary),
          ])))
    }
    return .object(members)
  }
}

extension CostBridge {
  /// Exact amounts: text in whole picodollars, since 128 bits do not fit a JSON number.
  var summary: ResultValue {
    var members: [ResultValue.Member] = [
      .init("replications", .integer(replications)),
      .init("baselinePicodollars", .text("\(baseline.picodollars)")),
      .init("policyPicodollars", .text("\(policy.picodollars)")),
    ]
    // What came later is said where there is something to say: old files stay as they are.
    let later: [Part] = [.sideCalls, .tier, .promptCache]
    for part in Part.allCases where !later.contains(part) || self[part] != .zero {
      members.append(.init(part.rawValue, .text("\(self[part].picodollars)")))
    }
    return .object(members)
  }
}

extension CallDifference.Kind {
  var summary: ResultValue {
    .object([
      .init("calls", .integer(count)),
      .init("example", example.map { .integer(Int($0)) } ?? .null),
      .init("command", command.map(ResultValue.text) ?? .null),
    ])
  }
}

extension LawFailure {
  var summary: ResultValue {
    .object([
      .init("law", .text(breach.law.name)), .init("case", .text(caseName)),
      .init("policy", .text(policy)), .init("replication", .integer(replication)),
      .init("request", breach.request.map { .integer(Int(truncatingIfNeeded: $0)) } ?? .null),
      .init("seconds", .number(seconds)), .init("detail", .text(breach.detail)),
      .init("command", command.map(ResultValue.text) ?? .null),
    ])
  }
}
