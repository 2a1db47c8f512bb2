import Vocabulary

/// One model at one provider, as the price book knows it.
public struct ModelRow: Sendable, Hashable {
  /// The name in scenarios: `openai/gpt-5-mini`.
  public var name: String
  /// The model's name in the price map that its numbers come from.
  public var key: String
  /// Its rates.
  public var card: RateCard
  /// The most tokens of a prompt.
  public var contextWindow: Int
  /// The most tokens of an answer.
  public var outputCap: Int
  /// The name of its latency class; assumed.
  public var latencyClass: String
  /// What it can do; assumed from the model's family.
  public var capabilities: [String]
  /// Its tokens for one of OpenAI's `o200k` tokeniser, in ordinary prose; assumed.
  public var tokenFactor: Double

  /// How fast it is, by its class.
  public var latency: LatencyPreset? { LatencyPreset[latencyClass] }

  /// The part of the name before the slash.
  public var provider: String { String(name.prefix { $0 != "/" }) }

  /// Reads a line of the book: columns between blanks, `-` for what is not offered.
  ///
  ///     name  key  in out  read write write1h  batch flex priority  long  window cap class abilities
  ///
  /// Prices are dollars per million tokens; pairs are `in/out`; `long` is `200k:in/out/read`.
  init?(line: Substring) {
    let columns = line.split(separator: " ").map(String.init)
    guard columns.count == 15, let input = Self.price(columns[2]),
      let output = Self.price(columns[3]), let window = Int(columns[11]),
      let cap = Int(columns[12]), LatencyPreset[columns[13]] != nil
    else { return nil }
    let sheet = PriceSheet(
      input: input, cachedInput: Self.price(columns[4]) ?? input,
      cacheWrite: Self.price(columns[5]), output: output)
    var card = RateCard(sheet: sheet, writeForAnHour: Self.price(columns[6]))
    for (tier, text) in zip([ServiceTier.batch, .flex, .priority], columns[7...9]) {
      let pair = text.split(separator: "/").map { Self.price(String($0)) }
      if pair.count == 2, let input = pair[0], let output = pair[1] {
        card.services.append(RateCard.Service(tier: tier, input: input, output: output))
      }
    }
    if let tier = Self.longer(columns[10], sheet) { card.tiers = [tier] }
    (name, key, self.card) = (columns[0], columns[1], card)
    (contextWindow, outputCap, latencyClass) = (window, cap, columns[13])
    capabilities = columns[14].split(separator: "+").map(String.init)
    tokenFactor = TokenFamily.factor(of: columns[0])
  }

  private static func longer(_ text: String, _ base: PriceSheet) -> PriceCurve.Tier? {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let thousands = UInt32(parts[0].dropLast()) else { return nil }
    let rates = parts[1].split(separator: "/").map { price(String($0)) }
    guard rates.count == 3, let input = rates[0], let output = rates[1] else { return nil }
    return PriceCurve.Tier(
      above: thousands * 1000,
      sheet: PriceSheet(
        input: input,
        cachedInput: rates[2] ?? base.cachedInput.scaled(from: base.input, to: input),
        cacheWrite: base.cacheWrite.scaled(from: base.input, to: input), output: output))
  }

  /// Dollars per million tokens, exactly: a billionth of a dollar a million is one femtodollar.
  private static func price(_ text: String) -> TokenPrice? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = Int64(parts[0]), parts.count <= 2 else { return nil }
    let digits = parts.count == 2 ? parts[1] : ""
    guard digits.count <= 9, let rest = digits.isEmpty ? 0 : Int64(digits) else { return nil }
    let unit = (0..<(9 - digits.count)).reduce(Int64(1)) { product, _ in product * 10 }
    return TokenPrice(femtodollars: whole * 1_000_000_000 + rest * unit)
  }
}

/// How many tokens the tokenisers of a family make of what `o200k` counts as one.
///
/// Assumed: rounded from what is commonly told of English prose; code and other languages differ
/// more. No vendor publishes it, so each use is listed as assumed.
public enum TokenFamily {
  static let factors: [(prefix: String, factor: Double)] = [
    ("claude", 1.15), ("gemini", 1), ("gemma", 1), ("mistral", 1.1), ("ministral", 1.1),
    ("codestral", 1.1), ("magistral", 1.1), ("devstral", 1.1), ("open-mistral", 1.1),
    ("llama", 1.05), ("qwen", 1.05), ("deepseek", 1.05), ("kimi", 1.05), ("glm", 1.05),
    ("nova", 1.05), ("grok", 1.05),
  ]

  /// The factor of a model by the beginning of its name after the slash; 1 if unknown.
  static func factor(of name: String) -> Double {
    let short = name.drop { $0 != "/" }.dropFirst()
    return factors.first { short.hasPrefix($0.prefix) }?.factor ?? 1
  }
}
