import Settings

// A client that sends a request and waits: no timeout, no retry. What a stream is that says nothing.

extension ClientPresets {
  static let noneEntry = Registry<ClientBehaviour>.Entry(
    "none", "Sends a request and waits for its answer: no timeout, no retry."
  ) { (_) throws(SettingError) in ClientBehaviour() }
}
