import Settings
import Vocabulary

/// What a request will cost at each child, by the gateway's own sheets, before it is sent.
///
/// *request*: the sheet's bill for the request's input tokens, `cachedShare` of them cached, and
/// its expected output: min(output cap, `assumeOutput`). With `expect: "observed"` the cached share
/// and the output are the child's own means over about its last hundred answers. *unit*: the price
/// of one input and one output token, whatever the request (LiteLLM `cost-based-routing`). A tier
/// applies if the sheet has one: the curve makes the bill (of a volume discount it knows no ledger).
/// - Complexity: O(1) a child, exact integer arithmetic.
struct ExpectedPrice: Sendable {
  private let byUnit: Bool
  private let assumeOutput: Double
  private let cachedShare: Double
  /// Whether means of what has been observed replace what is assumed.
  let learns: Bool
  private let zeroIsUnknown: Bool
  private var sheets: [PriceSheet?] = []
  private var curves: [PriceCurve?] = []
  private var hasCurves = false
  private var output: [Double] = []
  private var cached: [Double] = []
  private var answers: [Double] = []

  /// Reads what is expected of a request.
  init(reading s: inout SettingsReader) throws(SettingError) {
    assumeOutput = Double(
      try s.integer(
        "assumeOutput", default: 500, in: 0...1_000_000,
        "output tokens to expect of a request that sets no lower cap"))
    cachedShare = try s.share(
      "cachedShare", default: .never, "share of the prompt to expect at the cached price"
    ).value
    learns =
      try s.name(
        "expect", default: "assumed", among: ["assumed", "observed"], kind: "expectation",
        "output and cached share: as assumed, or each child's mean of late") == 1
    byUnit =
      try s.name(
        "price", default: "request", among: ["request", "unit"], kind: "price",
        "what is compared: the bill of this request, or one input and one output token") == 1
    zeroIsUnknown = try s.flag(
      "zeroIsUnknown", default: false, "whether a child without any price comes last (LiteLLM)")
  }

  mutating func prepare(for children: [RouteChild]) {
    sheets = children.map(\.sheet)
    curves = children.map(\.curve)
    hasCurves = curves.contains { $0 != nil }
    answers = children.map { _ in 0 }
    output = children.map { _ in assumeOutput }
    cached = children.map { _ in cachedShare }
  }

  /// Picodollars for the request, or femtodollars for two tokens; `nil` if there is no price.
  @inline(__always)
  func price(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    guard var sheet = sheets[child] else { return nil }
    if hasCurves, let curve = curves[child] {
      if !byUnit { return curve.bill(for: usage(of: child, for: request), at: now).picodollars }
      sheet = curve.sheet(at: now)
    }
    if zeroIsUnknown, sheet.input == .zero, sheet.output == .zero { return nil }
    if byUnit { return sheet.input.femtodollars &+ sheet.output.femtodollars }
    return sheet.bill(for: usage(of: child, for: request)).picodollars
  }

  @inline(__always)
  private func usage(of child: Int, for request: borrowing Request) -> Usage {
    let input = request.inputTokens
    return Usage(
      inputTokens: input, cachedInputTokens: UInt32(Double(input) * cached[child]),
      outputTokens: UInt32(min(Double(request.outputCap), output[child])))
  }

  /// Takes over what another has learnt of as many children.
  mutating func takeOver(_ other: ExpectedPrice) {
    guard learns, other.learns else { return }
    (answers, output, cached) = (other.answers, other.output, other.cached)
  }

  /// Learns what an answer consumed.
  mutating func learn(_ child: Int, _ observation: AttemptObservation) {
    guard learns, observation.outcome.isSuccess else { return }
    answers[child] = min(100, answers[child] + 1)
    let share = 1 / answers[child]
    output[child] += (Double(observation.usage.outputTokens) - output[child]) * share
    if observation.usage.inputTokens > 0 {
      let part =
        Double(min(observation.usage.cachedInputTokens, observation.usage.inputTokens))
        / Double(observation.usage.inputTokens)
      cached[child] += (part - cached[child]) * share
    }
  }
}
