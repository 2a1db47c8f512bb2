import Measures
import Settings
import Vocabulary

// What a measure is held against: a value, another policy, the committed result.

extension LineReader {
  /// A value with the measure's unit, another policy, the committed result, or a multiple of one.
  func bound(
    _ words: inout ExpectationWords, _ measure: Measure
  ) throws(SettingError) -> Expectation.Bound {
    guard let word = words.next else { throw words.error(expected: "a value") }
    if let bound = rival(word.text, factor: 1) {
      _ = words.take()
      return bound
    }
    let value = try value(words, word, measure)
    _ = words.take()
    guard words.take("x") || words.take("×") else { return .value(value) }
    guard let factor = Double(word.text) else {
      throw words.error(at: word.offset, "a factor has no unit")
    }
    guard let name = words.take(), let bound = rival(name.text, factor: factor) else {
      throw words.error(
        unknown: "policy", words.words.last ?? word,
        among: scenario.policies.map(\.name) + ["committed"])
    }
    return bound
  }

  /// Another policy, or the committed result; a policy of that name comes first.
  private func rival(_ name: String, factor: Double) -> Expectation.Bound? {
    if let policy = scenario.policies.firstIndex(where: { $0.name == name }) {
      return .policy(policy, factor: factor)
    }
    return name == "committed" ? .committed(factor: factor) : nil
  }

  private func value(
    _ words: ExpectationWords, _ word: ExpectationWords.Word, _ measure: Measure
  ) throws(SettingError) -> Double {
    if let following = words.words.first(where: { $0.offset > word.offset }),
      ["x", "×"].contains(following.text), let factor = Double(word.text)
    {
      return factor
    }
    if let plain = Double(word.text) {
      if measure.unit == .ratio { return plain }
      // 0.99 is a share; 99 was meant to be 99%.
      if measure.unit == .share, (0...1).contains(plain) { return plain }
    }
    do {
      switch measure.unit {
      case .share: return try Units.share(word.text).value
      case .seconds: return try Units.duration(word.text).inSeconds
      case .dollars: return try Units.money(word.text).dollars
      case .ratio: return try Units.number(word.text)
      case .perSecond: return try Units.rate(word.text).perSecond
      }
    } catch {
      throw words.error(
        expected: "\(error.expected), or a policy, or a multiple such as 1.3 x "
          + (scenario.policies.first?.name ?? "today"))
    }
  }
}
