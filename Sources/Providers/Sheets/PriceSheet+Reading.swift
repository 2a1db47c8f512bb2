import Settings
import Vocabulary

extension PriceSheet {
  /// Reads the `price` of a deployment; silence about cached input means the input price.
  init(reading s: inout SettingsReader) throws(SettingError) {
    let input = try s.tokenPrice("input", "the price of an input token")
    let cached = try s.optionalTokenPrice(
      "cachedInput",
      "the price of an input token read from the provider's prompt cache; silence means `input`")
    let output = try s.tokenPrice("output", "the price of an output token")
    self.init(input: input, cachedInput: cached ?? input, output: output)
  }
}
