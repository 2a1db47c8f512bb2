/// Writes each larger object of a schema once: equal ones become one definition under `$defs`.
///
/// Objects are compared by a 64-bit hash of all that is in them (FNV-1a). Definitions are numbered
/// in the order in which the schema first needs them: equal schemas, equal bytes.
/// - Complexity: O(size of the schema).
struct SharedShapes {
  /// A node with the hash and the size of all below it.
  private struct Shape {
    var setting: Setting
    var parts: [Shape] = []
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var size = 1

    mutating func add(_ text: String) {
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
      hash = (hash ^ 0xFF) &* 0x0000_0100_0000_01B3
    }

    mutating func add(_ part: Shape) {
      hash = (hash ^ part.hash) &* 0x0000_0100_0000_01B3
      size += part.size
      parts.append(part)
    }
  }

  /// Nodes that an object must have to be worth a definition.
  private static let least = 24

  private var counts: [UInt64: Int] = [:]
  private var names: [UInt64: String] = [:]
  private var definitions: [Setting.Member] = []

  /// The document with its equal objects shared.
  static func sharing(_ document: Setting) -> Setting {
    var shared = SharedShapes()
    let shape = Self.shape(document)
    shared.count(shape)
    var members: [Setting.Member] = []
    for (part, member) in zip(shape.parts, document.members ?? []) {
      var member = member
      member.value =
        member.key == "$defs" ? shared.inside(part) : shared.written(part, mayShare: false)
      members.append(member)
    }
    let more = shared.definitions
    if let place = members.firstIndex(where: { $0.key == "$defs" }) {
      members[place].value = Setting(.object((members[place].value.members ?? []) + more))
    } else if !more.isEmpty {
      members.append(
        Setting.Member(key: "$defs", keyPosition: .code, value: Setting(.object(more))))
    }
    return Setting(.object(members))
  }

  private static func shape(_ setting: Setting) -> Shape {
    var shape = Shape(setting: setting)
    switch setting.content {
    case .null: shape.add("null")
    case .bool(let flag): shape.add(flag ? "true" : "false")
    case .number(_, let literal): shape.add(literal)
    case .string(let text): shape.add("\"" + text)
    case .array(let elements):
      shape.add("[")
      for element in elements { shape.add(self.shape(element)) }
    case .object(let members):
      shape.add("{")
      for member in members {
        shape.add(member.key)
        shape.add(self.shape(member.value))
      }
    }
    return shape
  }

  private static func isShareable(_ shape: Shape) -> Bool {
    shape.size >= least && shape.setting["type"] != nil && shape.setting["properties"] != nil
  }

  private mutating func count(_ shape: Shape) {
    if Self.isShareable(shape) {
      counts[shape.hash, default: 0] += 1
      // What is inside a repeated object is repeated with it, and needs no definition of its own.
      if counts[shape.hash, default: 0] > 1 { return }
    }
    for part in shape.parts { count(part) }
  }

  private mutating func written(_ shape: Shape, mayShare: Bool) -> Setting {
    guard mayShare, Self.isShareable(shape), counts[shape.hash, default: 0] > 1 else {
      return inside(shape)
    }
    if let name = names[shape.hash] { return Self.reference(name) }
    let name = "shape-\(names.count + 1)"
    names[shape.hash] = name
    let place = definitions.count
    definitions.append(Setting.Member(key: name, keyPosition: .code, value: true))
    definitions[place].value = inside(shape)
    return Self.reference(name)
  }

  private mutating func inside(_ shape: Shape) -> Setting {
    switch shape.setting.content {
    case .array:
      return Setting(.array(shape.parts.map { written($0, mayShare: true) }))
    case .object(let members):
      return Setting(
        .object(
          zip(members, shape.parts).map { member, part in
            Setting.Member(
              key: member.key, keyPosition: .code, value: written(part, mayShare: true))
          }))
    default: return shape.setting
    }
  }

  private static func reference(_ name: String) -> Setting {
    Setting(
      .object([
        Setting.Member(
          key: "$ref", keyPosition: .code, value: Setting(.string("#/$defs/\(name)")))
      ]))
  }
}
