import Settings
import Vocabulary

/// How a deployment's speed wanders: three slow factors that multiply.
///
///     factor(t) = exp(provider(t) + common(t) + own(t)), each mean-reverting around 0
///
/// *provider* is shared by the deployments of a provider, *common* by all (the client's own
/// network), *own* is the deployment's. Between models of one provider, residuals of log TTFT in one
/// snapshot correlate 0.3–0.55, between providers 0.16 (thefastest.ai, 2024-04/05); their time
/// constant is assumed: tens of minutes.
public struct Drift: Sendable, Hashable {
  /// Shared by the deployments of a provider.
  public var provider: MeanReversion?
  /// Shared by all deployments.
  public var common: MeanReversion?
  /// The deployment's own.
  public var own: MeanReversion?
  /// The power with which it reaches the time per output token.
  public var perToken: Double

  /// Makes a drift.
  public init(
    provider: MeanReversion? = nil, common: MeanReversion? = nil, own: MeanReversion? = nil,
    perToken: Double = 1
  ) {
    self.provider = provider
    self.common = common
    self.own = own
    self.perToken = perToken
  }

  /// Reads `drift`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    provider = try s.object(
      "provider", "the part that all deployments of the provider share",
      MeanReversion.init(reading:))
    common = try s.object(
      "common", "the part that all deployments share", MeanReversion.init(reading:))
    own = try s.object("own", "the part of this deployment alone", MeanReversion.init(reading:))
    perToken = try s.number(
      "perToken", default: 1, in: 0...4,
      "the power with which it reaches the time per output token; 0: not at all")
    let parts = [provider, common, own].compactMap { $0 }
    try s.require(
      !parts.isEmpty, "provider", expected: "at least one part: provider, common, own")
  }
}
