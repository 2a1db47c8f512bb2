extension [ParameterDescription] {
  /// The parameter that a chain of keys leads to; nil if there is none.
  ///
  /// Goes through objects, through the names that users give, and through the names of choices:
  /// `policies`, `today`, `router`, `peak-ewma`, `decay`.
  public func parameter(at keys: [String]) -> ParameterDescription? {
    guard let key = keys.first else { return nil }
    guard let found = first(where: { $0.key == key }) else { return nil }
    return found.part(at: keys.dropFirst())
  }

  /// Whether a chain of keys leads to a choice, which merges replace whole.
  public func isChoice(at keys: [String]) -> Bool {
    guard let found = parameter(at: keys) else { return false }
    return found.kind == .choice
      || (found.kind == .anything && found.nested.contains { $0.kind == .choice })
  }
}

extension ParameterDescription {
  fileprivate func part(at keys: ArraySlice<String>) -> ParameterDescription? {
    guard let key = keys.first else { return self }
    switch kind {
    case .object: return nested.parameter(at: Array(keys))
    case .choice:
      guard let option = choice?.options.first(where: { $0.name == key }) else { return nil }
      var parameters = ParameterDescription(key: key, kind: .object, doc: option.summary)
      parameters.nested = option.parameters
      return parameters.part(at: keys.dropFirst())
    case .entries:
      let rest = keys.dropFirst()
      if rest.isEmpty {
        var value = nested.count == 1 ? nested[0] : self
        if nested.count != 1 { (value.kind, value.nested) = (.anything, nested) }
        value.key = key
        return value
      }
      return firstPart(at: rest)
    case .anything, .list: return firstPart(at: keys)
    default: return nil
    }
  }

  private func firstPart(at keys: ArraySlice<String>) -> ParameterDescription? {
    for form in nested {
      if let part = form.part(at: keys) { return part }
    }
    return nil
  }
}
