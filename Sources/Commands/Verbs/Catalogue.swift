extension Verb {
  /// The verbs of this room, in the order of the overview.
  static let all: [Verb] = [
    compare, run, test, chaos, explain, policies, models, check, schema, bench,
  ]
}
