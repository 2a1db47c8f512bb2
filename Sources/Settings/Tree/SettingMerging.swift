extension Setting {
  /// The node laid over `base`, as `use` and `extends` do it.
  ///
  /// Objects merge key by key (`base`'s order first), everything else replaces. A choice (where
  /// `isChoice` says so of the key path relative to this node) is replaced whole. A null stays as a
  /// mark that its key is removed, so that it also holds against what is merged in later; readers
  /// take it for absent, and `withoutNulls` clears it away. Nodes keep their positions and get the
  /// paths below this node's path.
  public func merged(
    over base: Setting, isChoice: ([String]) -> Bool = { _ in false }
  ) -> Setting {
    merged(over: base, at: [], isChoice).moved(to: path)
  }

  private func merged(
    over base: Setting, at keys: [String], _ isChoice: ([String]) -> Bool
  ) -> Setting {
    guard case .object(let own) = content, case .object(var members) = base.content,
      !isChoice(keys)
    else { return self }
    var places: [String: Int] = [:]
    for (index, member) in members.enumerated() { places[member.key] = index }
    for member in own {
      if let index = places[member.key] {
        var merged = member
        merged.value = member.value.merged(
          over: members[index].value, at: keys + [member.key], isChoice)
        members[index] = merged
      } else {
        members.append(member)
      }
    }
    var copy = self
    copy.content = .object(members)
    return copy
  }

  /// The tree without members that are null.
  public func withoutNulls() -> Setting {
    var copy = self
    switch content {
    case .array(let elements): copy.content = .array(elements.map { $0.withoutNulls() })
    case .object(let members):
      copy.content = .object(
        members.filter { !$0.value.isNull }.map { member in
          var member = member
          member.value = member.value.withoutNulls()
          return member
        })
    case .null, .bool, .number, .string: break
    }
    return copy
  }

  /// The object without the member `key`, for keys such as `extends` that are used up.
  public func removing(_ key: String) -> Setting {
    guard case .object(let members) = content else { return self }
    var copy = self
    copy.content = .object(members.filter { $0.key != key })
    return copy
  }
}
