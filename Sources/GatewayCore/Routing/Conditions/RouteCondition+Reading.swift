import Settings
import Vocabulary

// How conditions are written: all keys of an object must hold; `all`, `any` and `not` compose.

extension RouteCondition {
  /// Reads a condition.
  init(reading s: inout SettingsReader, names: PolicyNames) throws(SettingError) {
    var parts = try RouteCondition.tags(&s, names)
    let needed = try s.list("capabilities", "capabilities that the request needs, all of them") {
      value throws(SettingError) -> UInt64 in
      let bit = try value.name(among: names.capabilities, kind: "capability")
      return value.isDescribing ? 0 : 1 << UInt64(bit)
    }
    if !needed.isEmpty { parts.append(.test(RouteTest(.capabilities, bits: needed.reduce(0, |)))) }
    parts += try RouteCondition.tokens(&s)
    if let streams = try s.optionalFlag("streams", "whether the answer is streamed") {
      parts.append(.test(RouteTest(.streams, streams ? 1...1 : 0...0)))
    }
    parts += try RouteCondition.identity(&s, names)
    let aliases = try s.list("alias", "one of these aliases is asked for") {
      value throws(SettingError) -> RouteCondition in
      let index = try value.name(among: names.aliases, kind: "alias")
      return .test(RouteTest(.alias, Int64(index)...Int64(index)))
    }
    if !aliases.isEmpty { parts.append(.any(aliases)) }
    for (key, subject, doc) in [
      ("priority", RouteTest.Subject.priority, "priority"),
      ("clientTry", .clientTry, "number of the client's own try, the first being 0"),
    ] {
      let from = try s.optionalInteger(key + "From", in: 0...255, "at least this \(doc)")
      let upTo = try s.optionalInteger(key + "UpTo", in: 0...255, "at most this \(doc)")
      if from != nil || upTo != nil {
        parts.append(.test(RouteTest(subject, try s.bounds(key, from ?? 0, upTo ?? 255))))
      }
    }
    if let time = try s.object(
      "time", "the civil time at which the request is routed, by the calendar of `starts`",
      {
        t throws(SettingError) -> RouteCondition in try RouteCondition(time: &t, names.calendar)
      })
    {
      parts.append(time)
    }
    parts += try RouteCondition.budget(&s)
    parts += try s.list("all", "conditions that must all hold") {
      part throws(SettingError) -> RouteCondition in try RouteCondition.nested(part, names)
    }
    let any = try s.list("any", "conditions of which one must hold") {
      part throws(SettingError) -> RouteCondition in try RouteCondition.nested(part, names)
    }
    if s.has("any") { parts.append(.any(any)) }
    let not = try s.list("not", "conditions of which none may hold") {
      part throws(SettingError) -> RouteCondition in try RouteCondition.nested(part, names)
    }
    if !not.isEmpty { parts.append(.not(.any(not))) }
    self = parts.count == 1 ? parts[0] : .all(parts)
  }

  private static func nested(
    _ setting: Setting, _ names: PolicyNames
  ) throws(SettingError) -> RouteCondition {
    try setting.object { s throws(SettingError) -> RouteCondition in
      try RouteCondition(reading: &s, names: names)
    }
  }

  // MARK: The request

  /// `tags: { data: "x" }`, `{ data: ["x", "y"] }`, `{ data: { in: […], notIn: […], exists: … } }`.
  private static func tags(
    _ s: inout SettingsReader, _ names: PolicyNames
  ) throws(SettingError) -> [RouteCondition] {
    try s.entries(
      "tags", "tags that the request must carry: a value, several, or { in, notIn, exists }"
    ) { key, value throws(SettingError) -> RouteCondition in
      if value.members != nil, !value.isDescribing {
        return try value.object { t throws(SettingError) -> RouteCondition in
          var parts: [RouteCondition] = []
          if t.has("in") {
            let bits = try t.list("in", "one of these values") { v throws(SettingError) -> UInt64 in
              try names.tagBit(key, v)
            }
            parts.append(.test(RouteTest(.tag, bits: bits.reduce(0, |))))
          }
          let out = try t.list("notIn", "none of these values") {
            v throws(SettingError) -> UInt64 in
            try names.tagBit(key, v)
          }
          if !out.isEmpty { parts.append(.not(.test(RouteTest(.tag, bits: out.reduce(0, |))))) }
          if let exists = try t.optionalFlag("exists", "whether it has the tag at all") {
            let any = RouteCondition.test(RouteTest(.tag, bits: names.tagMask(key)))
            parts.append(exists ? any : .not(any))
          }
          return .all(parts)
        }
      }
      let values = value.elements ?? [value]
      var bits: UInt64 = 0
      for word in values { bits |= try names.tagBit(key, word) }
      return .test(RouteTest(.tag, bits: bits))
    }.map(\.value)
  }

  private static func tokens(_ s: inout SettingsReader) throws(SettingError) -> [RouteCondition] {
    var parts: [RouteCondition] = []
    let most = Int(UInt32.max) - 1
    for (key, subject, doc) in [
      ("input", RouteTest.Subject.inputTokens, "input tokens"),
      ("outputCap", .outputCap, "output tokens allowed; no cap is more than any number"),
      ("total", .totalTokens, "tokens of input and output cap together"),
    ] {
      let above = try s.optionalInteger(key + "Above", in: 0...most, "more than so many \(doc)")
      let upTo = try s.optionalInteger(key + "UpTo", in: 0...most, "at most so many \(doc)")
      if above == nil, upTo == nil { continue }
      let low = above.map { Int64($0) + 1 } ?? 0
      let high = upTo.map { Int64($0) } ?? .max
      // A range that nothing fits is a condition that never holds.
      parts.append(low <= high ? .test(RouteTest(subject, low...high)) : .any([]))
    }
    return parts
  }

  private static func identity(
    _ s: inout SettingsReader, _ names: PolicyNames
  ) throws(SettingError) -> [RouteCondition] {
    var parts: [RouteCondition] = []
    for (key, subject, groups) in [
      ("team", RouteTest.Subject.team, names.teamGroups), ("key", .key, names.groups.keys),
      ("user", .user, names.groups.users), ("feature", .feature, names.groups.features),
    ] {
      let some = try s.list(key, "the \(key), or one of several") {
        value throws(SettingError) -> RouteCondition in
        let index = try value.name(among: groups.map(\.name), kind: key)
        guard groups.indices.contains(index) else { return .any([]) }
        let group = groups[index]
        return .test(RouteTest(subject, Int64(group.first)...Int64(group.first + group.count - 1)))
      }
      if !some.isEmpty { parts.append(.any(some)) }
    }
    return parts
  }

  private static func budget(_ s: inout SettingsReader) throws(SettingError) -> [RouteCondition] {
    var parts: [RouteCondition] = []
    if let share = try s.optionalShare(
      "remainingBelow", "one of the budgets that apply to the request has less than this left")
    {
      parts.append(.test(RouteTest(.budgetLeft, 0...max(0, share.millionths - 1))))
    }
    if let rerouted = try s.optionalFlag("rerouted", "a budget's mark asks to be rerouted") {
      let test = RouteCondition.test(RouteTest(.rerouted, 1...1))
      parts.append(rerouted ? test : .not(test))
    }
    return parts
  }
}

extension Probability {
  fileprivate var millionths: Int64 { Int64((value * 1_000_000).rounded()) }
}

extension SettingsReader {
  /// A range of a stated condition; an error if nothing lies in it.
  fileprivate func bounds(
    _ key: String, _ from: Int, _ upTo: Int
  ) throws(SettingError) -> ClosedRange<Int64> {
    try require(from <= upTo, key + "UpTo", expected: "at least \(key)From")
    return Int64(from)...Int64(max(from, upTo))
  }
}

extension PolicyNames {
  /// Teams by name: groups if the scenario has declared them, else one id a name.
  var teamGroups: [IdentityNames.Group] {
    // A group of one is called as its only member.
    var isNamed = [Bool](repeating: false, count: teams.count)
    for group in groups.teams where group.count == 1 && isNamed.indices.contains(group.first) {
      isNamed[group.first] = true
    }
    return groups.teams
      + teams.enumerated().filter { !isNamed[$0.offset] }.map {
        IdentityNames.Group(name: $0.element, first: $0.offset)
      }
  }

  /// The bit of a tag; an unknown one is an error.
  func tagBit(_ key: String, _ value: Setting) throws(SettingError) -> UInt64 {
    let tag = "\(key)=\(try value.text())"
    guard let bit = tags.firstIndex(of: tag) else {
      if value.isDescribing { return 0 }
      throw SettingError(at: value, unknown: "tag", name: tag, among: tags)
    }
    return 1 << UInt64(bit)
  }

  /// The bits of all values of a tag's key.
  func tagMask(_ key: String) -> UInt64 {
    tags.indices.reduce(0) { mask, bit in
      tags[bit].hasPrefix(key + "=") ? mask | 1 << UInt64(bit) : mask
    }
  }

  /// The bits of all tags whose value begins with a mark, and is more than it.
  func tags(beginningWith mark: String) -> UInt64 {
    tags.indices.reduce(0) { bits, bit in
      let value = tags[bit].drop { $0 != "=" }.dropFirst()
      return value.hasPrefix(mark) && value.count > 1 ? bits | 1 << UInt64(bit) : bits
    }
  }

  /// For each tag the bit of the same tag without its first character; 0 if there is none.
  var bareTags: [UInt64] {
    tags.map { tag in
      guard let mark = tag.firstIndex(of: "="), let first = tag.indices.last, first > mark else {
        return 0
      }
      let value = tag[tag.index(mark, offsetBy: 2)...]
      let bare = tag[...mark] + value
      return tags.firstIndex(of: String(bare)).map { 1 << UInt64($0) } ?? 0
    }
  }
}
