import Settings
import Vocabulary

extension RoutePredicate {
  /// Reads a predicate: all that it names must hold.
  init(reading s: inout SettingsReader, names: PolicyNames) throws(SettingError) {
    let pairs = try s.entries("tags", "tags that the request must carry") {
      name, value throws(SettingError) -> TagSet in
      let words = try value.elements?.map { w throws(SettingError) in try w.text() }
      let candidates: [String]
      if let words { candidates = words } else { candidates = [try value.text()] }
      var set = TagSet()
      for word in candidates {
        let tag = "\(name)=\(word)"
        guard let bit = names.tags.firstIndex(of: tag) else {
          if value.isDescribing { continue }
          throw SettingError(at: value, unknown: "tag", name: tag, among: names.tags)
        }
        set.insert(TagSet(rawValue: 1 << UInt64(bit)))
      }
      return set
    }
    for pair in pairs {
      if pair.value.rawValue.nonzeroBitCount > 1 {
        anyOf.formUnion(pair.value)
      } else {
        tags.formUnion(pair.value)
      }
    }
    inputAbove = try s.optionalInteger(
      "inputAbove", in: 0...Int(UInt32.max) - 1, "more input tokens than this"
    ).map { UInt32($0) }
    inputUpTo = try s.optionalInteger(
      "inputUpTo", in: 0...Int(UInt32.max) - 1, "at most so many input tokens"
    ).map { UInt32($0) }
    streams = try s.optionalFlag("streams", "whether the answer is streamed")
    team = try s.optionalName("team", among: names.teams, kind: "team", "the team").map {
      TeamID($0)
    }
    priorityFrom = UInt8(
      try s.integer("priorityFrom", default: 0, in: 0...255, "at least this priority"))
  }
}
