import Measures
import Scenarios
import Settings
import Vocabulary

/// What a committed `summary.json` says, of either form: numbers to hold new ones against.
public struct CommittedResult: Sendable {
  /// One row: a case under a policy.
  public struct Row: Sendable, Hashable {
    /// The case.
    public var caseName: String
    /// The policy.
    public var policy: String
    /// Whether it is a reference and no policy of the scenario.
    public var isReference: Bool
    /// The means of its measures, in the order of the file.
    public var means: [Mean]

    /// The mean of a measure; `nil` if there is none.
    public func mean(_ measure: String) -> Double? {
      means.first { $0.measure == measure }?.value
    }
  }

  /// The mean of one measure over the replications.
  public struct Mean: Sendable, Hashable {
    /// The measure's name.
    public var measure: String
    /// The mean; `nil` if there was nothing to measure.
    public var value: Double?
    /// Half the width of its 95 % interval.
    public var halfWidth: Double?
  }

  /// One line of `expect`, `never` or `sometimes`.
  public struct Line: Sendable, Hashable {
    /// The section: expect, never, sometimes.
    public var kind: String
    /// The line.
    public var text: String
    /// The policy, if one is concerned.
    public var policy: String?
    /// The case, if one is concerned.
    public var caseName: String?
    /// holds, fails or undecided.
    public var verdict: String
    /// The mean of what was judged.
    public var mean: Double?
    /// What was measured in each replication, of lines held against the committed result.
    public var values: [Double?]
  }

  /// The scenario's name.
  public var scenario: String
  /// The seed.
  public var seed: UInt64
  /// How many replications it is made of.
  public var replications: Int
  /// The version of the tool that made it; `nil` if it does not say.
  public var version: String?
  /// The version of the model that made it; `nil` if it does not say.
  public var model: Int?
  /// Whether it is of the light form: the columns of the golden table and nothing more.
  public var isLight: Bool
  /// The baseline policy.
  public var baseline: String
  /// The files that it was made from, with their checksums.
  public var inputs: [Comparison.Input]
  /// The rows, case by case.
  public var rows: [Row]
  /// The expectations, in the order of the file.
  public var lines: [Line]
  /// How many laws were broken.
  public var brokenLaws: Int

  /// Reads a `summary.json`.
  /// - Parameter file: The name for errors.
  public init(bytes: [UInt8], file: String) throws(SettingError) {
    let tree = try JSON5.parse(bytes: bytes, file: file)
    guard let cases = tree["cases"]?.elements, let name = tree["scenario"]?.string else {
      throw SettingError(
        at: tree, expected: "a result of this tool: { lab, scenario, cases, … }",
        next: "make it anew: gateway-lab test --update")
    }
    scenario = name
    seed = tree["seed"]?.wholeNumber.map { UInt64(max(0, $0)) } ?? 0
    replications = tree["replications"]?.wholeNumber ?? 0
    version = tree["version"]?.string
    model = tree["model"]?.wholeNumber
    isLight = tree["form"]?.string == "light"
    baseline = tree["baseline"]?.string ?? ""
    inputs = (tree["inputs"]?.members ?? []).map {
      Comparison.Input(file: $0.key, checksum: $0.value.string ?? "")
    }
    rows = cases.flatMap { one in
      (one["policies"]?.elements ?? []).map { Row($0, caseName: one["name"]?.string ?? "") }
    }
    lines = (tree["expectations"]?.elements ?? []).map(Line.init)
    brokenLaws = tree["brokenLaws"]?.elements?.count ?? 0
  }

  /// The row of a case under a policy.
  public func row(_ caseName: String, _ policy: String) -> Row? {
    rows.first { $0.caseName == caseName && $0.policy == policy }
  }

  /// What a line measured in each replication, if it was made in the same way.
  func values(of result: ExpectationResult, seed: UInt64, count: Int) -> [Double?]? {
    let line = lines.first {
      $0.kind == result.kind.rawValue && $0.text == result.text && $0.policy == result.policy
        && $0.caseName == result.caseName
    }
    guard let line, !line.values.isEmpty else { return nil }
    if seed == self.seed, count <= line.values.count { return line.values }
    // Other seeds, or more replications: nothing to pair, so the mean stands for each.
    let known = line.values.compactMap { $0 }
    guard !known.isEmpty else { return nil }
    let mean = known.reduce(0, +) / Double(known.count)
    return [Double?](repeating: mean, count: count)
  }
}

extension CommittedResult.Row {
  fileprivate init(_ policy: Setting, caseName: String) {
    self.init(
      caseName: caseName, policy: policy["name"]?.string ?? "",
      isReference: policy["reference"]?.string != nil,
      means: (policy["measures"]?.members ?? []).map {
        CommittedResult.Mean(
          measure: $0.key, value: $0.value["mean"]?.double, halfWidth: $0.value["halfWidth"]?.double
        )
      })
  }
}

extension CommittedResult.Line {
  fileprivate init(_ line: Setting) {
    self.init(
      kind: line["kind"]?.string ?? "", text: line["text"]?.string ?? "",
      policy: line["policy"]?.string, caseName: line["case"]?.string,
      verdict: line["verdict"]?.string ?? "", mean: line["mean"]?.double,
      values: (line["values"]?.elements ?? []).map(\.double))
  }
}

extension Setting {
  fileprivate var string: String? { if case .string(let text) = content { text } else { nil } }
  fileprivate var double: Double? {
    if case .number(let value, _) = content { value } else { nil }
  }
  fileprivate var wholeNumber: Int? { double.flatMap { Int(exactly: $0) } }
}
