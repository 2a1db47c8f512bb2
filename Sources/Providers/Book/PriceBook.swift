/// What the vendors charge, by model: the rows that a deployment takes what it does not say from.
///
/// One file a provider, one line a model. Prices, window and cap are those of the price map that
/// LiteLLM ships; a test compares them with it. A write to the cache at price 0 in the map means no
/// extra charge: such rows leave it out, which is the input price.
public enum PriceBook {
  /// Where the numbers come from.
  public static let source = "price book, litellm 1.109.1 of 2026-11-22"

  /// All rows, provider by provider.
  public static let rows: [ModelRow] =
    tables.flatMap { table in
      table.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
        guard let row = ModelRow(line: line) else {
          preconditionFailure("a row of the price book cannot be read: \(line)")
        }
        return row
      }
    }

  private static let tables = [openAI, anthropic, google, mistral, azure, bedrock, openWeights]

  /// The row of a model.
  public static func row(_ name: String) -> ModelRow? { rows.first { $0.name == name } }
}
