import Settings
import Vocabulary

/// How the client library of a stream behaves: its timeout and its retries.
///
/// One file and one line of the registry for each library; all have the same parameters, with the
/// library's own defaults.
public struct ClientBehaviour: Sendable, Hashable {
  /// When and how a call is tried again.
  var retries = ClientRetries.never
  /// How long one try may take; `nil` for ever.
  var timeout: Duration?
  /// How long it tries to connect to a gateway that does not answer; `nil`: as long as its system.
  var connectTimeout: Duration?

  /// Whether it is anything but a client that waits for ever and never tries again.
  var isActive: Bool { retries.max > 0 || timeout != nil || connectTimeout != nil }

  /// Reads the parameters; silence means those of `standard`.
  static func read(
    _ s: inout SettingsReader, standard: ClientBehaviour
  ) throws(SettingError) -> ClientBehaviour {
    let timeout = try s.optionalDuration(
      "timeout", in: .nanoseconds(1) ... .seconds(3_153_600_000),
      "how long one try may take before the client drops it; silence: "
        + (standard.timeout.map { "\($0.nanoseconds / 1_000_000_000) s" } ?? "for ever"))
    let connectTimeout = try s.optionalDuration(
      "connectTimeout", in: .nanoseconds(1) ... .seconds(86_400),
      "how long it tries to connect where no gateway answers (an incident's `restart: { down }`); "
        + "silence: "
        + (standard.connectTimeout.map { "\($0.nanoseconds / 1_000_000_000) s" }
          ?? "127 s, as Linux"))
    let retries = try s.object("retries", "when and how a call is tried again") {
      (s) throws(SettingError) in try ClientRetries(reading: &s, standard: standard.retries)
    }
    return ClientBehaviour(
      retries: retries ?? standard.retries, timeout: timeout ?? standard.timeout,
      connectTimeout: connectTimeout ?? standard.connectTimeout)
  }
}

/// The client libraries that a stream can name.
public enum ClientPresets {
  /// The registry behind `client`.
  public static let registry = Registry<ClientBehaviour>(
    "client", [noneEntry, openAIEntry, anthropicEntry, vercelEntry, customEntry])
}
