import Settings

// A client of one's own: silence means no timeout and no retry, and every knob can be set.

extension ClientPresets {
  static let customEntry = Registry<ClientBehaviour>.Entry(
    "custom", "A client with a timeout and retries of its own; silence means off."
  ) { (s) throws(SettingError) in
    try ClientBehaviour.read(&s, standard: ClientBehaviour())
  }
}
