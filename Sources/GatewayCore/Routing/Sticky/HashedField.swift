import Settings
import Vocabulary

/// What of a request a split or a sticky node hashes: one field or several together.
///
/// A request without a conversation is its own: its call stands for it. The tags of one key are a
/// field too (`"tag.tenant"`); requests without such a tag have one value in common.
public struct HashedField: BitwiseCopyable, Sendable, Hashable {
  static let names = ["call", "conversation", "user", "team", "key", "feature"]

  /// One bit a name, in their order.
  var parts: UInt8 = 1
  /// The bits of a tag's values; 0 for none.
  var tags: UInt64 = 0

  /// The call alone.
  static let call = HashedField()

  /// Reads one word or a list of them.
  init(reading s: inout SettingsReader, _ key: String, names: PolicyNames, _ doc: String)
    throws(SettingError)
  {
    let words = HashedField.names.joined(separator: ", ")
    let read = try s.list(key, "\(doc): \(words), tag.KEY, or several") {
      value throws(SettingError) -> HashedField in
      let text = try value.text()
      if text.hasPrefix("tag.") {
        let mask = names.tagMask(String(text.dropFirst(4)))
        guard mask != 0 || value.isDescribing else {
          throw SettingError(
            at: value, unknown: "tag key", name: String(text.dropFirst(4)),
            among: names.tags.map { String($0.prefix { $0 != "=" }) })
        }
        return HashedField(parts: 0, tags: mask)
      }
      let place = try value.name(among: HashedField.names, kind: "field")
      return HashedField(parts: 1 << UInt8(place), tags: 0)
    }
    guard !read.isEmpty else { return }
    parts = read.reduce(0) { $0 | $1.parts }
    tags = read.reduce(0) { $0 | $1.tags }
  }

  private init(parts: UInt8 = 1, tags: UInt64 = 0) {
    self.parts = parts
    self.tags = tags
  }

  /// The hash of a request's field.
  func hash(of request: borrowing Request) -> UInt64 {
    if tags == 0, parts.nonzeroBitCount == 1 {
      return HashedField.value(parts.trailingZeroBitCount, of: request)
    }
    var hash = request.tags.rawValue & tags
    for place in 0..<HashedField.names.count where parts & (1 << UInt8(place)) != 0 {
      hash = (hash << 23 | hash >> 41) ^ HashedField.value(place, of: request)
      hash &*= 0xD6E8_FEB8_6659_FD93
    }
    return hash &* 0x9E37_79B9_7F4A_7C15
  }

  /// Whether a request has a value that is worth remembering: not a conversation of its own.
  func isLasting(for request: borrowing Request) -> Bool {
    guard parts == 2, tags == 0 else { return true }
    return request.conversation != 0
  }

  private static func value(_ place: Int, of request: borrowing Request) -> UInt64 {
    let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
    return switch place {
    case 1: request.conversation == 0 ? request.call.bits : request.conversation &* golden
    case 2: UInt64(request.identity.user.index) &* golden
    case 3: UInt64(request.identity.team.index) &* golden
    case 4: UInt64(request.identity.key.index) &* golden
    case 5: UInt64(request.identity.feature.index) &* golden
    default: request.call.bits
    }
  }
}
