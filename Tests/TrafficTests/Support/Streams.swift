import Chance
import Settings
import Vocabulary

@testable import Traffic

/// Streams for tests, written as the value tree that a scenario file would give.
indirect enum Tree: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, Sendable
{
  case text(String), number(Double), flag(Bool), list([Tree]), object([(String, Tree)])

  init(stringLiteral value: String) { self = .text(value) }
  init(integerLiteral value: Int) { self = .number(Double(value)) }
  init(floatLiteral value: Double) { self = .number(value) }
  init(booleanLiteral value: Bool) { self = .flag(value) }
  init(arrayLiteral elements: Tree...) { self = .list(elements) }
  init(dictionaryLiteral elements: (String, Tree)...) { self = .object(elements) }

  func setting(_ path: String = "") -> Setting {
    let content: Setting.Content =
      switch self {
      case .text(let text): .string(text)
      case .number(let number):
        .number(number, literal: number == number.rounded() ? "\(Int(number))" : "\(number)")
      case .flag(let flag): .bool(flag)
      case .list(let elements): .array(elements.map { $0.setting(path) })
      case .object(let members):
        .object(
          members.map { key, value in
            Setting.Member(
              key: key, keyPosition: .code,
              value: value.setting(path.isEmpty ? key : "\(path).\(key)"))
          })
      }
    return Setting(content, path: path)
  }
}

/// Names with one alias, "chat".
func someNames() throws -> TrafficNames {
  var names = TrafficNames()
  try names.aliases.declare("chat")
  return names
}

/// Reads a stream.
func plan(
  _ tree: Tree, name: String = "stream", names: inout TrafficNames
) throws(SettingError) -> StreamPlan {
  var reader = try SettingsReader(tree.setting("traffic.\(name)"))
  let plan = try StreamPlan(name: name, reading: &reader, names: &names)
  try reader.finish()
  return plan
}

/// Reads a stream whose alias is "chat".
func plan(_ tree: Tree, name: String = "stream") throws -> StreamPlan {
  var names = try someNames()
  return try plan(tree, name: name, names: &names)
}

/// The first arrivals of a stream.
func arrivals(
  _ plan: StreamPlan, _ count: Int = .max, seed: UInt64 = 1, from start: Instant = .start,
  until end: Duration = .seconds(36_000), zero: Instant? = nil,
  data: DataFolders = DataFolders(beside: "")
) throws -> [Arrival] {
  var client = try plan.makeClient(
    chance: Chance(seed: seed, replication: 0), from: start, until: start.advanced(by: end),
    zero: zero, data: data)
  var arrival = Arrival.blank
  var all: [Arrival] = []
  while all.count < count, try client.next(into: &arrival) { all.append(arrival) }
  return all
}

/// The small model of peers/model.json.
let smallModel: Tree = [
  "arrivals": ["poisson": ["rate": "100/s"]], "count": 500_000, "alias": "chat",
  "keys": ["zipf": ["count": 10_000, "exponent": 1.0]],
  "tokens": ["input": 500, "output": ["exponential": ["mean": 250]]],
]
